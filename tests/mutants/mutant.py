"""Mutant: one fault, how it is planted, and which tests are asked about it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

#: What a test is seen to use: a function's code, ``("code", file, first line)``, or a product, ``("product", name)``.
Key = tuple[Any, ...]


class Mutant(NamedTuple):
    """A fault of ``area``, told from all others by ``name``, which does not change when lines move.

    ``place`` is ``file:line``, ``change`` the changed source or the kind of fault. Tests that use one of ``keys`` are
    asked about it. ``plant`` gives a context in which the fault is there.
    """

    area: str
    name: str
    place: str
    change: str
    keys: tuple[Key, ...]
    plant: Callable[[], AbstractContextManager[None]]
