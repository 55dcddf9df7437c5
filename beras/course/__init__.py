"""The homeworks' tools: one solved reference becomes the assignment, its tests, and the proof that all of it holds."""

from beras.course.student import check

__all__ = ["check"]
