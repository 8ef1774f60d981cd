"""Tell in the workbook that another person has to approve the file, and ask for that approval."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from action_returns.errors import ApprovalMissingError
    from action_returns.excel.button import ButtonContext
    from action_returns.operations.review import Review


def ask_for_approval(context: "ButtonContext", page: "Review | None", missing: "ApprovalMissingError") -> None:
    """Show what is missing, and record the file for another person when the user wants that.

    Args:
        context: the workbook.
        page: what was shown.
        missing: why nothing was sent.

    Raises:
        ApprovalMissingError: another person is asked already.
    """
    if missing.asked or page is None:
        raise missing
    question = (
        f"{missing.told} Nothing was sent.\n\nAsk for approval now? This records the exact file for another person. "
        "It sends nothing."
    )
    if not context.book.ask(question):
        context.tell(
            f"{missing.told} Nothing was sent, and no approval was asked for. To ask for it, click Send again."
        )
        return
    from action_returns.operations.approval import next_step, record_request

    asked = record_request(page, context.account, context.paths)
    context.tell(
        f"Asked for approval {asked.number}. Nothing was sent.\n\n{next_step(asked, context.now())}\n\n"
        "After that, click Send again. Do not change the rows until then."
    )
