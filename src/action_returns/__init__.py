"""Action Returns: tell the network which mobile-app actions were returned, exactly and with proof."""

__version__ = "0.1.0"
