"""DiffusionError: what can go wrong, foreseen, with one sentence on the cause and one on what to do."""

from __future__ import annotations

__all__ = ["DiffusionError"]


class DiffusionError(ValueError):
    """A pipeline, a prompt, a folder or a file that cannot be used; the message says why, and what to do next."""
