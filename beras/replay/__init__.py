"""Trace once, replay: a training step as a list of NumPy calls that write into buffers planned beforehand.

A step that is computed once is a list of NumPy calls with known shapes: the forward pass, and the backward pass too,
because the rules are NumPy. `Trace` writes the list down while the step runs for the first time. `plan` leaves out what
nobody needs and what is computed twice, finds out which results are views, and gives every other one a place in a few
buffers. `Program.run` then makes the calls again, on the next batch: no tape, no allocation, no Python but the calls.

It is right only where the calls are the same for every batch. A step that looks at a value (``if``, ``float``) cannot
be traced, and what cannot be seen (a random number, a counter of the user's own) is kept out by `reason_against`: only
the library's own parts are replayed, and classes that declare ``replayable = True``.
"""

from __future__ import annotations

from beras.replay.consent import is_replayable, reason_against
from beras.replay.memory import place_for
from beras.replay.plan import Plan, Program, plan
from beras.replay.settings import Settings
from beras.replay.trace import Trace

__all__ = ["Plan", "Program", "Settings", "Trace", "is_replayable", "place_for", "plan", "reason_against"]
