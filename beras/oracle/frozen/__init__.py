"""Frozen values: what torch said of the library's own parts, for where there is no torch."""

from beras.oracle.frozen.check import check_frozen
from beras.oracle.frozen.file import FrozenValuesError
from beras.oracle.frozen.note import frozen_note, things_in, things_of

__all__ = ["FrozenValuesError", "check_frozen", "frozen_note", "things_in", "things_of"]
