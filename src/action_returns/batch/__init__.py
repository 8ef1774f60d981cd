"""The rules and the file format. Pure: no file, network, Excel or clock."""
