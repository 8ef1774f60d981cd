"""Windows' own Python under Wine: how it is put together, what cannot run in it, and how a run is judged."""
