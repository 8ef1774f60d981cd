"""An export of a shop and the pending actions of its orders: six orders, one of each kind.

#1001 keeps a part of its value, #1002 is cancelled, #1003 was sent before, #1004 has more refunded than its action is
worth, #1005 has no refund, #1006 is at the network under another name. One line has no order.
"""

HEADER = "Name,Financial Status,Paid at,Total,Currency,Refunded Amount,Cancelled at,Lineitem name\r\n"
ORDERS = (
    HEADER + "#1001,partially_refunded,2026-11-01,49.90,EUR,10.00,,Hat\r\n"
    "#1001,,,,,,,Scarf\r\n"
    "#1002,refunded,2026-11-02,30.00,EUR,30.00,2026-11-20,Shoe\r\n"
    "#1003,partially_refunded,2026-11-02,25.00,EUR,5.00,,Belt\r\n"
    "#1003,,,,,,,Lace\r\n"
    "#1004,partially_refunded,2026-11-03,60.00,EUR,99.00,,Bag\r\n"
    "#1005,paid,2026-11-03,60.00,EUR,0.00,,Bag\r\n"
    ",,,,,,,Gift\r\n"
    "#1006,refunded,2026-11-03,12.00,EUR,12.00,,Cap\r\n"
)
FIRST, SECOND, THIRD, FOURTH, FIFTH = (f"M.8882.4808.106341{last}" for last in range(5, 10))
PENDING_HEADER = "Action ID,OID,Status,Sale Amount,Currency,Action Date,Locking Date\r\n"
PENDING = PENDING_HEADER + "".join(
    f"{action_id},{order},PENDING,{amount},EUR,2026-11-02T10:42:38Z,2099-01-31T08:00:00Z\r\n"
    for action_id, order, amount in (
        (FIRST, "1001", "49.90"),
        (SECOND, "#1002", "30.00"),
        (THIRD, "1003", "25.00"),
        (FOURTH, "1004", "60.00"),
        (FIFTH, "1005", "60.00"),
    )
)
ROWS = f"ActionId,Amount,Reason\r\n{FIRST},39.90,ORDER_UPDATE\r\n{SECOND},0,REJECTED\r\n"
"""The rows that the export becomes when #1003 was sent before."""
SENT = f"ActionId,Amount,Reason\r\n{THIRD},20.00,ORDER_UPDATE\r\n"
"""What was sent for #1003 before."""


def write_imports(folder):
    """Write the export and the download into a folder."""
    for name, text in (("orders.csv", ORDERS), ("pending.csv", PENDING), ("before.csv", SENT)):
        (folder / name).write_text(text, "utf-8", newline="")
