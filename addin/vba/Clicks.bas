Attribute VB_Name = "Clicks"
Option Explicit

' What a click does: look whether it can work at all, then start the function of the same name in
' action_returns.excel.clicks. Everything else happens there.

Private isRunning As Boolean

Public Sub ImportReturns()
    Run "import_returns"
End Sub

Public Sub AddImportedRows()
    Run "add_imported_rows"
End Sub

Public Sub LoadPending()
    Run "load_pending"
End Sub

Public Sub RemoveDuplicates()
    Run "remove_duplicates"
End Sub

Public Sub Validate()
    Run "validate"
End Sub

Public Sub NextIssue()
    Run "next_issue"
End Sub

Public Sub PreviousIssue()
    Run "previous_issue"
End Sub

Public Sub FixSafe()
    Run "fix_safe"
End Sub

Public Sub UndoChange()
    Run "undo_change"
End Sub

Public Sub Review()
    Run "review"
End Sub

Public Sub ExportCsv()
    Run "export_csv"
End Sub

Public Sub Send()
    Run "send"
End Sub

Public Sub TestConnection()
    Run "test_connection"
End Sub

Public Sub CheckResults()
    Run "check_results"
End Sub

Public Sub History()
    Run "history"
End Sub

Public Sub OpenReceipt()
    Run "open_receipt"
End Sub

Public Sub DraftUndo()
    Run "draft_undo"
End Sub

Public Sub Insights()
    Run "insights"
End Sub

Public Sub Settings()
    Run "settings"
End Sub

Public Sub Diagnose()
    Run "diagnose"
End Sub

Public Sub ShowHelp()
    Run "show_help"
End Sub

Private Sub Run(ByVal functionName As String)
    Dim obstacle As String
    Dim result As Variant
    On Error GoTo Failed
    obstacle = Obstacles.First()
    If obstacle <> "" Then
        MsgBox obstacle, vbExclamation, "Action Returns"
        Exit Sub
    End If
    If isRunning Then
        MsgBox "The click before this one is still at work. Wait until it has ended.", vbInformation, "Action Returns"
        Exit Sub
    End If
    isRunning = True
    ' RunPython "from action_returns.excel import clicks; clicks.NAME()", of which the answer is wanted
    result = RunPython("from action_returns.excel import clicks; clicks." & functionName & "()")
    isRunning = False
    obstacle = Obstacles.NotStarted()
    If obstacle <> "" Then MsgBox obstacle, vbExclamation, "Action Returns"
    ' xlwings has shown what Python wrote, a traceback.
    If result = -1 Then
        MsgBox "The click ended in an error; the window before this one shows its details. If the click was to send, " & _
            "History shows whether anything was sent. If no button works, run action-returns doctor in a terminal: it " & _
            "tells what is missing.", vbCritical, "Action Returns"
    End If
    Exit Sub
Failed:
    isRunning = False
    ' xlwings may have come this far after Python ended, when it could not read the log.
    MsgBox "The click could not be started or seen to its end: " & Err.Description & vbNewLine & vbNewLine & _
        "If the click was to send, History shows whether anything was sent. If no button works, run action-returns " & _
        "doctor in a terminal: it tells what is missing.", _
        vbCritical, "Action Returns"
End Sub
