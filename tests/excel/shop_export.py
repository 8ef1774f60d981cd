"""A small orders export in the shape of Shopify's, and a download of the pending actions of its orders."""

DOWNLOAD = """\
Action ID,Action Date,Sale Amount,Currency,Status,Locking Date,Order ID,Partner
M.8882.4808.2001,2026-11-02,50.00,EUR,PENDING,2099-01-31,1001,Ann
M.8882.4808.2002,2026-11-03,80.00,EUR,PENDING,2099-01-31,#1002,Ann
M.8882.4808.2003,2026-11-04,20.00,EUR,PENDING,2099-01-31,1003,Bob
M.8882.4808.2004,2026-11-05,30.00,EUR,PENDING,2099-01-31,1004,Bob
M.8882.4808.2005,2026-11-06,45.00,EUR,PENDING,2099-01-31,1005,Bob
M.8882.4808.2006,2026-11-07,15.00,EUR,PENDING,2026-01-31,1006,Bob
"""
HEADERS = "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Cancelled at,Refunded Amount,Id"
ORDERS = [
    "#1001,a@example.com,refunded,EUR,50.00,0.00,0.00,50.00,,50.00,501",  # all of it: 0
    "#1002,b@example.com,partially_refunded,EUR,80.00,0.00,0.00,80.00,,12.50,502",  # 80.00 - 12.50
    "#1003,c@example.com,paid,EUR,20.00,0.00,0.00,20.00,,0.00,503",  # nothing
    "#1004,d@example.com,partially_refunded,EUR,30.00,0.00,0.00,30.00,,31.00,504",  # more than 30.00
    "#1099,e@example.com,refunded,EUR,9.00,0.00,0.00,9.00,,9.00,599",  # no action
    "#1006,f@example.com,refunded,EUR,15.00,0.00,0.00,15.00,,15.00,506",  # locked
]
