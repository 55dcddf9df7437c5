"""What is wrong with a homework's own files."""

from __future__ import annotations

__all__ = ["CourseError"]


class CourseError(ValueError):
    """A file of a homework is not as it must be; the message names the file, and the line or key."""
