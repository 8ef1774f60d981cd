Attribute VB_Name = "Ribbon"
Option Explicit

' One callback for each button of customUI14.xml; each only calls the procedure of the same name in Clicks.

Public Sub OnImportReturns(control As IRibbonControl)
    Clicks.ImportReturns
End Sub

Public Sub OnAddImportedRows(control As IRibbonControl)
    Clicks.AddImportedRows
End Sub

Public Sub OnLoadPending(control As IRibbonControl)
    Clicks.LoadPending
End Sub

Public Sub OnRemoveDuplicates(control As IRibbonControl)
    Clicks.RemoveDuplicates
End Sub

Public Sub OnValidate(control As IRibbonControl)
    Clicks.Validate
End Sub

Public Sub OnNextIssue(control As IRibbonControl)
    Clicks.NextIssue
End Sub

Public Sub OnPreviousIssue(control As IRibbonControl)
    Clicks.PreviousIssue
End Sub

Public Sub OnFixSafe(control As IRibbonControl)
    Clicks.FixSafe
End Sub

Public Sub OnUndoChange(control As IRibbonControl)
    Clicks.UndoChange
End Sub

Public Sub OnReview(control As IRibbonControl)
    Clicks.Review
End Sub

Public Sub OnExportCsv(control As IRibbonControl)
    Clicks.ExportCsv
End Sub

Public Sub OnSend(control As IRibbonControl)
    Clicks.Send
End Sub

Public Sub OnTestConnection(control As IRibbonControl)
    Clicks.TestConnection
End Sub

Public Sub OnCheckResults(control As IRibbonControl)
    Clicks.CheckResults
End Sub

Public Sub OnHistory(control As IRibbonControl)
    Clicks.History
End Sub

Public Sub OnOpenReceipt(control As IRibbonControl)
    Clicks.OpenReceipt
End Sub

Public Sub OnDraftUndo(control As IRibbonControl)
    Clicks.DraftUndo
End Sub

Public Sub OnInsights(control As IRibbonControl)
    Clicks.Insights
End Sub

Public Sub OnSettings(control As IRibbonControl)
    Clicks.Settings
End Sub

Public Sub OnDiagnose(control As IRibbonControl)
    Clicks.Diagnose
End Sub

Public Sub OnShowHelp(control As IRibbonControl)
    Clicks.ShowHelp
End Sub
