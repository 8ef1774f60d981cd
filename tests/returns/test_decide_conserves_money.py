"""Whatever an export and a download say: no order and no cent is lost, nothing is raised, and nothing is sent twice."""

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from action_returns.batch.context import PendingAction, PendingDownload, SentAction
from action_returns.returns import decide as decide_module
from action_returns.returns.decide import decide
from action_returns.returns.export import RefundPart, ReturnedOrder, ReturnedOrders
from action_returns.returns.join import match_orders
from action_returns.returns.known import Choices, ImportedBefore, Known
from action_returns.returns.preview import Base, Group
from tests.returns.imports import NOW, A
from tests.returns.reference import expected

# Few amounts meet each other often: one is the sum of others, one above another, or the same.
cents = st.sampled_from([0, 2, 3, 5, 7, 10])
maybe_cents = st.none() | cents
imports = st.lists(
    st.builds(
        ImportedBefore,
        maybe_cents,
        cents,
        st.frozensets(st.sampled_from("abc")),
        maybe_cents,
        st.sampled_from(["", "x"]),
    ),
    max_size=2,
)


@st.composite
def orders(draw, number="1001", line=2):
    parts = tuple(
        RefundPart(name, draw(st.sampled_from([2, 3, 5])))
        for name in draw(st.lists(st.sampled_from("abc"), unique=True))
    )
    return ReturnedOrder(
        number,
        line,
        refunded=sum(part.cents for part in parts),
        parts=parts,
        takes_back=draw(st.sampled_from(["", "", "it was cancelled"])),
        new_total=draw(st.none() | st.none() | cents),
        total=draw(maybe_cents),
        net_total=draw(maybe_cents),
        currency=draw(st.sampled_from([None, "EUR", "EUR", "USD"])),
    )


@st.composite
def actions(draw, number="1001"):
    locks_at = draw(st.sampled_from([None, NOW + timedelta(days=9), NOW + timedelta(days=9), NOW - timedelta(days=1)]))
    return PendingAction(draw(maybe_cents), locks_at, "PENDING", number, None, "EUR", draw(maybe_cents))


choices = st.builds(Choices, tolerance=st.sampled_from([0, 0, 1, 3]), without_tax_and_shipping=st.booleans())


def preview(order, action, to_date, choice, sent=None, earlier=(), sheet=None):
    pending = PendingDownload({A: action}, 1, NOW)
    found = ReturnedOrders([order], 1, are_to_date=to_date)
    known = Known(
        pending,
        NOW,
        in_sheet={} if sheet is None else {A: (sheet, "REJECTED" if sheet == 0 else "ORDER_UPDATE", 2)},
        sent={} if sent is None else {A: SentAction(1, sent, "ORDER_UPDATE", "0001")},
        imported={A: earlier} if earlier else {},
    )
    return decide(found, match_orders([order], pending), known, choice)


@settings(max_examples=1_000)
@given(orders(), actions(), st.booleans(), choices, maybe_cents, imports, maybe_cents)
def test_what_becomes_of_an_order_is_what_the_plain_words_say(order, action, to_date, choice, sent, earlier, sheet):
    facts = SimpleNamespace(
        to_date=to_date,
        tolerance=choice.tolerance,
        net=choice.without_tax_and_shipping,
        sent=sent,
        imports=earlier,
        source="",
        sheet=sheet,
        is_locked=action.locks_at is not None and action.locks_at <= NOW,
        same_currency=order.currency != "USD",
    )
    found = preview(order, action, to_date, choice, sent, earlier, sheet)
    if found.rows:
        (row,) = found.rows
        seen = "rows", "", row.cents
    else:
        (left,) = found.left
        seen = left.group.value, left.code, None
    assert seen == expected(order, action, facts)


@settings(max_examples=300)
@given(orders(), actions(), st.booleans(), choices, maybe_cents, imports, maybe_cents)
def test_a_row_is_its_base_minus_what_was_taken_and_never_raises_an_amount(
    order, action, to_date, choice, sent, earlier, sheet
):
    for row in preview(order, action, to_date, choice, sent, earlier, sheet).rows:
        new = row.new_total
        assert row.cents == new.cents == new.base - new.taken
        assert 0 <= row.cents < row.current == action.cents
        assert sent is None or row.cents < sent
        assert (row.reason == "REJECTED") == (row.cents == 0)
        if not choice.without_tax_and_shipping and not new.takes_back and new.base_is is not Base.GIVEN:
            known = (
                [one.refund_ids for one in earlier if one.new_total == new.base] if new.base_is is Base.IMPORTED else []
            )
            assert new.taken in {
                sum(part.cents for part in order.parts if part.id not in ids) for ids in known or [frozenset()]
            }
        assert row.why


@settings(max_examples=1_000)
@given(
    orders(),
    actions(),
    st.booleans(),
    st.sampled_from([Choices(), Choices(), Choices(tolerance=3), Choices(without_tax_and_shipping=True)]),
    st.none() | cents,
    st.just(()) | imports,
    st.none() | cents,
    st.booleans(),
)
@example(
    ReturnedOrder("1001", 2, refunded=5, parts=(RefundPart("a", 5),), total=10, net_total=7, currency="EUR"),
    PendingAction(10, None, "PENDING", "1001", None, "EUR"),
    False,
    Choices(without_tax_and_shipping=True, tolerance=3),
    None,
    (),
    None,
    True,
)
def test_the_row_of_a_usual_order_is_that_of_the_general_rules(
    order, action, to_date, choice, sent, earlier, sheet, is_usual
):
    if is_usual:
        order, action = order._replace(currency="EUR", new_total=None), action._replace(cents=order.total)
    found = preview(order, action, to_date, choice, sent, earlier, sheet)
    with patch.object(decide_module._Orders, "usual_row", lambda *_: None):
        assert preview(order, action, to_date, choice, sent, earlier, sheet) == found


@st.composite
def whole_imports(draw):
    """Return the orders of an export and the actions of a download; order ids meet in several spellings."""
    ids = st.from_regex(r"#?0?[1-5]", fullmatch=True)
    numbers = draw(st.lists(ids, max_size=6, unique=True))
    listed = [
        draw(orders(number, line))._replace(internal_id=draw(st.none() | ids)) for line, number in enumerate(numbers)
    ]
    held = draw(st.lists(ids, max_size=6))
    return listed, {f"M.1.2.{at}": draw(actions(number)) for at, number in enumerate(held)}


def whole_preview(listed, held, to_date, choice, sent=None):
    pending = PendingDownload(held, len(held), NOW)
    found = ReturnedOrders(listed, len(listed), are_to_date=to_date)
    return decide(found, match_orders(listed, pending), Known(pending, NOW, sent=sent or {}), choice)


@settings(max_examples=300)
@given(whole_imports(), st.booleans(), choices)
def test_no_order_and_no_cent_is_lost_and_no_action_has_two_rows(both, to_date, choice):
    listed, held = both
    found = whole_preview(listed, held, to_date, choice)
    assert Counter(one.order for one in (*found.rows, *found.left)) == Counter(one.order for one in listed)
    assert [one.line for one in found.rows] == sorted(one.line for one in found.rows)
    assert [one.line for one in found.left] == sorted(one.line for one in found.left)
    refunded = sum(one.refunded for one in (*found.rows, *found.left))
    assert refunded == sum(one.refunded for one in listed)
    assert sum(found.counts().values()) == found.orders == len(listed)
    assert found.counts()[Group.ROW] == len(found.rows)
    ids = [one.action_id for one in found.rows]
    assert len(ids) == len(set(ids))
    assert {one for left in found.left for one in left.candidates if one.startswith("M.")} <= held.keys()
    assert all(left.message for left in found.left)
    assert whole_preview(listed, held, to_date, choice) == found


@settings(max_examples=300)
@given(whole_imports(), st.booleans(), choices, st.booleans(), st.booleans())
def test_a_second_import_after_everything_was_sent_yields_no_row(both, to_date, choice, is_applied, has_memory):
    listed, held = both
    first = whole_preview(listed, held, to_date, choice)
    sent = {row.action_id: SentAction(1, row.cents, row.reason, "0001") for row in first.rows}
    imported = {
        row.action_id: [
            ImportedBefore(row.new_total.original, row.cents, row.new_total.refund_ids, row.current)
        ]
        for row in first.rows
    } if has_memory else {}  # fmt: skip
    after = dict(held)
    if is_applied:
        after |= {row.action_id: held[row.action_id]._replace(cents=row.cents) for row in first.rows}
    pending = PendingDownload(after, len(after), NOW)
    found = ReturnedOrders(listed, len(listed), are_to_date=to_date)
    known = Known(pending, NOW, sent=sent, imported=imported)
    second = decide(found, match_orders(listed, pending), known, choice)
    assert second.rows == []
    assert second.orders == first.orders


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 9)), unique_by=lambda part: part[0]), st.data())
@example([("a", 5), ("b", 5)], None)
def test_refunds_in_several_exports_are_each_subtracted_once(refunds, data):
    """Imports of later exports, each sent before the next one, end at the amount minus the sum of all refunds.

    A later export lists all refunds until then, or only the new ones.
    """
    total = sum(part for _, part in refunds)
    assume(total)
    current, original = total + 3, total + 3
    sent, earlier = None, []
    step = 0
    while step < len(refunds):
        taken = 1 if data is None else data.draw(st.integers(1, len(refunds) - step))
        step += taken
        fresh = refunds[step - taken : step]
        listed = fresh if data is not None and data.draw(st.booleans()) else refunds[:step]
        parts = tuple(RefundPart(name, part) for name, part in listed)
        order = ReturnedOrder("1001", 2, refunded=sum(part.cents for part in parts), parts=parts)
        known = Known(
            PendingDownload({A: PendingAction(current, order_id="1001", currency="EUR")}, 1, NOW),
            NOW,
            sent={} if sent is None else {A: SentAction(1, sent, "ORDER_UPDATE", "0001")},
            imported={A: earlier} if earlier else {},
        )
        found = decide(ReturnedOrders([order], 1), match_orders([order], known.pending), known, Choices())
        (row,) = found.rows
        assert row.cents == original - sum(part for _, part in refunds[:step])
        sent = row.cents
        earlier = [*earlier, ImportedBefore(row.new_total.original, row.cents, row.new_total.refund_ids, row.current)]
        if data is None or data.draw(st.booleans()):
            current = row.cents  # the network applied it before the next download
    assert sent == original - total
