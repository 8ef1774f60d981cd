"""A text for a user of Excel names the button, where a button does what the command does."""

import pytest

from action_returns.excel.button_texts import with_buttons


@pytest.mark.parametrize(
    ("for_the_terminal", "for_excel"),
    [
        ("Make one with: action-returns profile add NAME", "Make one: click Settings"),
        ("Set it: action-returns secret set acme", "Set it: click Settings"),
        ("Update them, then test with: action-returns probe", "Update them, then test: click Test connection"),
        (
            "Then test the connection again: action-returns probe.",
            "Then test the connection again: click Test connection.",
        ),
        ("See: action-returns history list", "See: click History"),
        ("The ledger is broken. Run action-returns doctor.", "The ledger is broken. Click Diagnose."),
        ("leave it out and action-returns probe asks", "leave it out and the button Test connection asks"),
        (
            "Set it: action-returns secret set acme\n\nThen test with: action-returns probe --profile acme",
            "Set it: click Settings\n\nThen test: click Test connection",
        ),
        ("Set it: action-returns secret set 'my shop'.", "Set it: click Settings."),
    ],
)
def test_a_command_that_a_button_does_is_named_by_its_button(for_the_terminal, for_excel):
    assert with_buttons(for_the_terminal) == for_excel


@pytest.mark.parametrize(
    "text",
    [
        "Nothing was sent.",
        'Settle it with: action-returns history mark 0001 sent --why "what you saw" (or failed instead of sent).',
        "Set the password again: action-returns secret set acme --ledger",
        "Report this with: action-returns doctor --bundle FILE",
        "In a terminal: action-returns upgrade-workbook returns.xlsm new.xlsm",
    ],
)
def test_a_command_without_a_button_stays(text):
    assert with_buttons(text) == text
