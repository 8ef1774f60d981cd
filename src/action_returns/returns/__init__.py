"""What a shop's returns export means for the actions of the network. Pure: no file, network, Excel or clock."""
