"""Why a VBA project cannot be written.

ValueError
└── VbaProblem    a name, a text or a size that Excel would refuse or lose
"""


class VbaProblem(ValueError):
    """What was given cannot become a VBA project; the text says what, where and what to do."""
