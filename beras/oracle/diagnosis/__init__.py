"""What is wrong with a gradient: it is held against the well-known mistakes, and the mistake is named with its fix."""

from __future__ import annotations

from beras.oracle.diagnosis.clues import Alternative, Clues, Diagnosis
from beras.oracle.diagnosis.diagnose import diagnose

__all__ = ["Alternative", "Clues", "Diagnosis", "diagnose"]
