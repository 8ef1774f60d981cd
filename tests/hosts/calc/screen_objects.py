"""Where a button is on the screen, from the tree that screen readers use."""

_MOST_CHILDREN = 400  # a grid of cells has a billion
_MOST_LOOKED_AT = 6000


def centre_of(document, name):
    """Gives x and y of the middle of the thing with this name."""
    window = document.CurrentController.Frame.ContainerWindow
    for context in _walk(window):
        if context.AccessibleName == name:
            place, size = context.getLocationOnScreen(), context.getSize()
            return place.X + size.Width // 2, place.Y + size.Height // 2
    raise AssertionError(f"nothing on the screen is called {name}")


def _walk(window):
    waiting, looked_at = [window], 0
    while waiting and looked_at < _MOST_LOOKED_AT:
        looked_at += 1
        context = waiting.pop().getAccessibleContext()
        if context is None:
            continue
        yield context
        count = context.getAccessibleChildCount()
        if count <= _MOST_CHILDREN:
            waiting += [context.getAccessibleChild(at) for at in reversed(range(count))]
