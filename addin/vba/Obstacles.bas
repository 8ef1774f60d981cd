Attribute VB_Name = "Obstacles"
Option Explicit

' Why a click cannot work, or would start something else than this program, in words that say what to do.
' operations/workbook_name.py refuses the same names and folders when a workbook is made.

' xlwings hands name and folder to the system's command line, and puts ; and | between them itself. It reads the name up
' to the first =. Refused is what would mean something else there; docs/excel-device-check.md has the lines.
#If Mac Then
' They stand between double quotes, first in AppleScript, then in sh, and between single ones in Python.
Private Const INTERPRETER_KEY As String = "INTERPRETER_MAC"
Private Const SYSTEM_NAME As String = "a Mac"
Private Const UNSAFE_IN_FOLDER As String = "|"";\$`" & vbLf & vbCr
Private Const HOLDS_VARIABLES As Boolean = False
#Else
' For cmd.exe the folder stands outside of quotes; xlwings itself makes ^& of &.
Private Const INTERPRETER_KEY As String = "INTERPRETER_WIN"
Private Const SYSTEM_NAME As String = "Windows"
Private Const UNSAFE_IN_FOLDER As String = "|"";^<>"
Private Const HOLDS_VARIABLES As Boolean = True
#End If
' What cmd.exe knows beside the variables of the environment.
Private Const OF_CMD As String = " CD __CD__ __APPDIR__ DATE TIME RANDOM ERRORLEVEL CMDCMDLINE CMDEXTVERSION HIGHESTNUMANODENUMBER "

Public Function First() As String
    First = Unsaved()
    If First = "" Then First = Unsafe(ThisWorkbook.Name, "=" & UNSAFE_IN_FOLDER)
    If First = "" Then First = Unsafe(ThisWorkbook.Path, UNSAFE_IN_FOLDER)
    If First = "" And HOLDS_VARIABLES Then First = Variable(ThisWorkbook.FullName)
    If First = "" Then First = Protected()
    If First = "" Then First = CodeSheet()
    If First = "" Then First = NoInterpreter()
    If First = "" Then First = OtherCommand()
End Function

Private Function Unsaved() As String
    If ThisWorkbook.Path = "" Then
        Unsaved = "Save this workbook first (as a macro-enabled workbook, .xlsm), then click again."
    End If
End Function

Private Function Unsafe(ByVal text As String, ByVal characters As String) As String
    Dim i As Long
    For i = 1 To Len(characters)
        If InStr(1, text, Mid$(characters, i, 1), vbBinaryCompare) > 0 Then
            Unsafe = Refused(Mid$(characters, i, 1))
            Exit Function
        End If
    Next i
End Function

Private Function Refused(ByVal what As String) As String
    Dim shown As String
    If what = vbLf Or what = vbCr Then
        shown = "a line break"
    ElseIf Len(what) = 1 Then
        shown = "the character " & what
    Else
        shown = what & ", for which Windows puts the value of a variable,"
    End If
    Refused = "The name or folder of this workbook holds " & shown & " which the buttons cannot work with. " & _
        "Save it under another name or in another folder, then click again."
End Function

' For %NAME% (and for !NAME!, where that is switched on) cmd.exe puts the value of a variable, and xlwings does so for $NAME
' and ${NAME}. A value can hold anything. Where there is no such variable, both leave the text alone.
Private Function Variable(ByVal text As String) As String
    Variable = VariableBetween(text, "%")
    If Variable = "" Then Variable = VariableBetween(text, "!")
    If Variable = "" Then Variable = VariableAfterDollar(text)
End Function

Private Function VariableBetween(ByVal text As String, ByVal mark As String) As String
    Dim at As Long
    Dim last As Long
    at = InStr(1, text, mark, vbBinaryCompare)
    Do While at > 0
        last = InStr(at + 1, text, mark, vbBinaryCompare)
        If last > 0 Then
            If IsVariable(Mid$(text, at + 1, last - at - 1)) Then
                VariableBetween = Refused(Mid$(text, at, last - at + 1))
                Exit Function
            End If
        End If
        at = last
    Loop
End Function

Private Function VariableAfterDollar(ByVal text As String) As String
    Dim at As Long
    Dim last As Long
    Dim variableName As String
    at = InStr(1, text, "$", vbBinaryCompare)
    Do While at > 0
        If Mid$(text, at + 1, 1) = "{" Then
            last = InStr(at + 1, text, "}", vbBinaryCompare)
            If last > 0 Then variableName = Mid$(text, at + 2, last - at - 2) Else variableName = ""
        Else
            last = at
            Do While Mid$(text, last + 1, 1) Like "[A-Za-z0-9_-]"
                last = last + 1
            Loop
            variableName = Mid$(text, at + 1, last - at)
        End If
        If IsVariable(variableName) Then
            VariableAfterDollar = Refused(Mid$(text, at, last - at + 1))
            Exit Function
        End If
        at = InStr(at + 1, text, "$", vbBinaryCompare)
    Loop
End Function

Private Function IsVariable(ByVal variableName As String) As Boolean
    On Error Resume Next
    If variableName <> "" Then
        IsVariable = (InStr(1, OF_CMD, " " & variableName & " ", vbTextCompare) > 0)
        If Not IsVariable Then IsVariable = (Environ(variableName) <> "")
    End If
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

' xlwings takes a sheet whose name ends in .py for a program, and runs that in place of this one.
Private Function CodeSheet() As String
    Dim sheet As Worksheet
    For Each sheet In ThisWorkbook.Worksheets
        If Right$(sheet.Name, 3) = ".py" Then
            CodeSheet = "The name of the sheet " & sheet.Name & " ends in .py, so it would be taken for a program. " & _
                "Rename or delete it, then click again."
            Exit Function
        End If
    Next sheet
End Function

' Without an interpreter of its own xlwings starts whichever python comes first. On a Mac, looking at a file outside Excel's
' sandbox would ask for permission; there NotStarted tells afterwards that it is missing.
Private Function NoInterpreter() As String
    Dim path As String
    path = Expanded(Setting(INTERPRETER_KEY))
    If path = "" Then NoInterpreter = "This workbook was not made for " & SYSTEM_NAME & "." & AnotherWorkbook()
#If Mac Then
    Dim i As Long
    For i = 1 To Len(path)
        If Not PlainForSh(Mid$(path, i, 1)) Then
            NoInterpreter = "The path of Python holds the character " & Mid$(path, i, 1) & ", so a Mac would start another " & _
                "program in its place: " & path & ". Install Action Returns in another folder." & AnotherWorkbook()
            Exit For
        End If
    Next i
#Else
    If path <> "" Then
        If Not IsThere(path) Then NoInterpreter = NotFound(path)
    End If
#End If
End Function

' What to say after a click on a Mac when sh did not find Python, which it writes to the log that xlwings has shown.
Public Function NotStarted() As String
#If Mac Then
    Dim path As String
    Dim log As String
    path = Expanded(Setting(INTERPRETER_KEY))
    On Error Resume Next
    log = ReadFile(Environ("HOME") & "/xlwings.log")
    If InStr(1, log, path & ": No such file or directory", vbBinaryCompare) > 0 Then NotStarted = NotFound(path)
#End If
End Function

Private Function NotFound(ByVal path As String) As String
    NotFound = "Python was not found where this workbook expects it: " & path & "." & vbNewLine & vbNewLine & _
        "If Action Returns is not installed on this computer, install it as on the computer where the workbook was made, " & _
        "then click again." & AnotherWorkbook()
End Function

Private Function AnotherWorkbook() As String
    AnotherWorkbook = vbNewLine & vbNewLine & _
        "Make a workbook for this computer; your rows come along. In a terminal:" & vbNewLine & _
        "action-returns upgrade-workbook """ & ThisWorkbook.Name & """ ""new " & ThisWorkbook.Name & """"
End Function

' The folder of the user may stand in front as a variable, so that the workbook works on other computers too. xlwings puts
' in the same value (ExpandEnvironmentStrings).
Private Function Expanded(ByVal path As String) As String
    Dim last As Long
    Expanded = path
#If Mac Then
    If Left$(path, 6) = "$HOME/" Then
        Expanded = Replace(Environ("HOME"), "/Library/Containers/com.microsoft.Excel/Data", "") & Mid$(path, 6)
    End If
#Else
    If Left$(path, 1) = "%" Then last = InStr(2, path, "%", vbBinaryCompare)
    If last > 2 Then
        If Environ(Mid$(path, 2, last - 2)) <> "" Then Expanded = Environ(Mid$(path, 2, last - 2)) & Mid$(path, last + 1)
    End If
#End If
End Function

' On a Mac the path of Python stands in the line as it is, without quotes.
Private Function PlainForSh(ByVal character As String) As Boolean
    PlainForSh = (character Like "[A-Za-z0-9/._+@%,:=-]") Or AscW(character) < 0 Or AscW(character) > 127
End Function

' xlwings starts cmd.exe by this name alone, and Windows looks in Excel's current folder first, which can be the folder of
' the workbook.
Private Function OtherCommand() As String
#If Mac Then
    OtherCommand = ""
#Else
    Dim folder As String
    Dim system As String
    folder = CurDir()
    system = Environ("SystemRoot")
    If system <> "" And InStr(1, folder, system, vbTextCompare) = 1 Then Exit Function
    If Right$(folder, 1) <> "\" Then folder = folder & "\"
    If IsThere(folder & "cmd.exe") Then
        OtherCommand = "There is a file " & folder & "cmd.exe, which would run in place of the one of Windows. Nothing " & _
            "was started. Delete it unless you know it, or open the workbook from another folder, then click again."
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
