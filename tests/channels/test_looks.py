"""What a look says of a name that is taken, in messages."""

import pytest

from action_returns.channels.looks import Taken


@pytest.mark.parametrize(("size", "says"), [(0, "0 bytes"), (24, "24 bytes"), (None, "its size is not told")])
def test_a_name_that_is_taken_says_how_large_the_file_is_where_the_server_tells(size, says):
    assert str(Taken(size)) == says
