Attribute VB_Name = "Obstacles"
Option Explicit

' Why a click cannot work, in words that say what to do. xlwings would only fail, or on a Mac do something else.

Private Const UNSAFE_IN_NAME As String = "=|$"";`"
Private Const UNSAFE_IN_FOLDER As String = "|$"";`"

Public Function First() As String
    First = Unsaved()
    If First = "" Then First = Unsafe(ThisWorkbook.Name, UNSAFE_IN_NAME)
    If First = "" Then First = Unsafe(ThisWorkbook.Path, UNSAFE_IN_FOLDER)
    If First = "" Then First = Protected()
    If First = "" Then First = NoInterpreter()
End Function

Private Function Unsaved() As String
    If ThisWorkbook.Path = "" Then
        Unsaved = "Save this workbook first (as a macro-enabled workbook, .xlsm), then click again."
    End If
End Function

' Name and folder are handed to the system's command line, where these characters mean something else.
Private Function Unsafe(ByVal text As String, ByVal characters As String) As String
    Dim i As Long
    For i = 1 To Len(characters)
        If InStr(1, text, Mid$(characters, i, 1), vbBinaryCompare) > 0 Then
            Unsafe = "The name or folder of this workbook holds the character " & Mid$(characters, i, 1) & _
                " which the buttons cannot work with. Save it under another name, then click again."
            Exit Function
        End If
    Next i
End Function

Private Function Protected() As String
#If Mac Then
    Protected = ""
#Else
    If Not Application.ActiveProtectedViewWindow Is Nothing Then
        Protected = "Excel shows the workbook in Protected View. Click Enable Editing in the yellow bar, then click again."
    End If
#End If
End Function

' On a Mac, looking at a file outside Excel's sandbox would ask for permission; there xlwings itself says what is missing.
Private Function NoInterpreter() As String
#If Mac Then
    NoInterpreter = ""
#Else
    Dim path As String
    path = Setting("INTERPRETER_WIN")
    If path = "" Then
        NoInterpreter = "This workbook was not made for Windows."
    ElseIf Not IsThere(path) Then
        NoInterpreter = "Python was not found where this workbook expects it: " & path & "."
    End If
    If NoInterpreter <> "" Then
        NoInterpreter = NoInterpreter & vbNewLine & vbNewLine & _
            "Make a workbook for this computer; your rows come along. In a terminal:" & vbNewLine & _
            "action-returns upgrade-workbook """ & ThisWorkbook.Name & """ ""new " & ThisWorkbook.Name & """"
    End If
#End If
End Function

' Dir raises an error, where a drive is gone or a name cannot be one.
Private Function IsThere(ByVal path As String) As Boolean
    On Error Resume Next
    IsThere = (Dir(path) <> "")
End Function

Private Function Setting(ByVal key As String) As String
    Dim row As Long
    With ThisWorkbook.Worksheets("xlwings.conf")
        row = 1
        Do While CStr(.Cells(row, 1).Value) <> ""
            If CStr(.Cells(row, 1).Value) = key Then
                Setting = CStr(.Cells(row, 2).Value)
                Exit Function
            End If
            row = row + 1
        Loop
    End With
End Function
