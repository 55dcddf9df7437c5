"""What is wrong with a homework's own files, or with what was asked of it."""

from __future__ import annotations

__all__ = ["CourseError"]


class CourseError(ValueError):
    """A file of a homework is not as it must be, or there is no such task; the message says what there is."""

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows: the message alone, for the stack would be that of the course tools."""
        return [f"{type(self).__name__}: {self}"]
