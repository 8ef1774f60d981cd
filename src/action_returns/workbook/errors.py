"""What can go wrong while a workbook is made.

WorkbookProblem
└── TemplateProblem    the declared template contradicts itself: a mistake of ours, never of the user
"""


class WorkbookProblem(Exception):
    """A workbook cannot be made; the text says what, where, why and what to do."""


class TemplateProblem(WorkbookProblem):
    """``mobile_actions.toml`` declares something that cannot be built."""
