"""Convert what a shop's export says of orders to new totals of actions. Pure: no file, network, Excel or clock."""
