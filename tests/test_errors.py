"""Messages have an end, whatever a file of others makes them repeat."""

import pytest

from action_returns.errors import ConfigError, FileError


@pytest.mark.parametrize("error", [lambda text: FileError("columns-missing", text), ConfigError])
def test_a_message_says_first_what_is_wrong_and_last_what_to_do_however_long_a_name_in_it_is(error):
    shown = error(f'x.csv has a header "{"é" * 100_000}" twice. Remove one of the two.').message
    assert len(shown) < 3_100
    assert shown.startswith('x.csv has a header "é')
    assert " […] " in shown
    assert shown.endswith('é" twice. Remove one of the two.')


def test_a_message_of_a_common_length_is_shown_as_it_is():
    text = "Some words. " * 200
    assert ConfigError(text).message == text
