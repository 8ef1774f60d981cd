"""Channels that do as a test wants."""

from action_returns.channels.base import Outcome, State


def line_goes_dead(_channel, _file, leaving):
    """Deliver as a channel does whose connection is cut after the first bytes."""
    leaving()
    return Outcome(State.UNKNOWN, "The line went dead.")
