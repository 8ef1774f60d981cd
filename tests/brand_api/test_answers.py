"""Answers of the API: numbers stay the texts they are, and what is not documented is refused."""

import pytest

from action_returns.brand_api.answers import Answer, UnreadableAnswerError, read_answer


def test_an_amount_stays_the_text_that_it_is():
    found = read_answer(
        b'{"Amount": 0.10, "Payout": 1e2, "Id": 12345678901234567890, "Oid": "007", "Zero": -0}'
    ).content
    assert found == {"Amount": "0.10", "Payout": "1e2", "Id": "12345678901234567890", "Oid": "007", "Zero": "-0"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not valid JSON"),
        (b"<html>", "not valid JSON"),
        (b"\xff{}", "not valid JSON"),
        (b'{"a": 1', "not valid JSON"),
        (b"[]", "not a JSON object"),
        (b'{"Amount": NaN}', "holds NaN"),
        (b'{"Amount": -Infinity}', "holds -Infinity"),
        (b'{"Amount": 1, "Amount": 2}', "one key twice"),
        (b'{"Actions": [{"Id": "a", "Id": "b"}]}', "one key twice"),
        (b"[" * 200_000, "inside each other"),
    ],
)
def test_what_is_not_the_json_of_one_object_is_refused(content, why):
    with pytest.raises(UnreadableAnswerError, match=why):
        read_answer(content)


def test_the_facts_about_paging_are_texts():
    answer = Answer({"@total": "214", "@numpages": "3", "@nextpageuri": "/Advertisers/x"})
    assert (answer.total, answer.pages, answer.next_page) == (214, 3, "/Advertisers/x")
    last = Answer({"@total": "", "@nextpageuri": ""})
    assert (last.total, last.pages, last.next_page) == (None, None, "")


@pytest.mark.parametrize("total", ["-1", "1.5", "1e3", "٣", "1" * 13, ["1"], 3])
def test_a_count_that_is_no_whole_number_is_refused(total):
    with pytest.raises(UnreadableAnswerError, match="@total is not a whole number"):
        _ = Answer({"@total": total}).total


def test_an_address_of_the_next_page_is_a_text():
    with pytest.raises(UnreadableAnswerError, match="next page is not a text"):
        _ = Answer({"@nextpageuri": ["/x"]}).next_page


def test_rows_are_a_list_of_objects():
    assert Answer({"Actions": [{"Id": "a"}]}).rows("Actions") == [{"Id": "a"}]
    assert Answer({"@total": "0"}).rows("Actions") == []
    assert Answer({"@total": "0", "Actions": None}).rows("Actions") == []
    with pytest.raises(UnreadableAnswerError, match="no list Actions"):
        Answer({"@total": "1"}).rows("Actions")
    with pytest.raises(UnreadableAnswerError, match="no list Actions"):
        Answer({"Actions": {"Id": "a"}}).rows("Actions")
    with pytest.raises(UnreadableAnswerError, match="not an object"):
        Answer({"Actions": ["a"]}).rows("Actions")
