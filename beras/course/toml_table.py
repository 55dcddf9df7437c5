"""Read tables of a TOML file, with an error that names file and key for whatever is not as it must be."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beras.course.errors import CourseError
from beras.errors import unknown_name

__all__ = ["Key", "read_rows", "read_table", "read_toml"]


@dataclass(frozen=True)
class Key:
    """What a key must hold (see ``_KINDS``), and what it holds where it is absent (None: it must be there)."""

    kind: str
    absent: Any = None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


_KINDS = {
    "text": ('text in quotes, such as "2.3"', _is_text),
    "any text": ("text in quotes", lambda value: isinstance(value, str)),
    "texts": ('a list of texts, such as ["one", "two"]', lambda value: _is_list(value) and all(map(_is_text, value))),
    "points": ("a whole number from 0 up", lambda value: type(value) is int and value >= 0),
}


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises:
        CourseError: when it is no TOML.
        FileNotFoundError: when it is not there.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is no TOML: {error}.") from error


def read_rows(path: Path, name: str, rows: Any, keys: Mapping[str, Key]) -> list[dict[str, Any]]:
    """Return the tables under ``[[name]]``, checked.

    Raises:
        CourseError: when they are no list of tables, or as `read_table`.
    """
    if not _is_list(rows) or not all(isinstance(row, dict) for row in rows):
        raise CourseError(f"{path}: {name} must be a list of tables, each under a line [[{name}]].")
    label = next(iter(keys))
    return [
        read_table(path, f"[[{name}]] {row.get(label, f'number {number}')}: ", row, keys)
        for number, row in enumerate(rows, 1)
    ]


def read_table(path: Path, where: str, table: Mapping[str, Any], keys: Mapping[str, Key]) -> dict[str, Any]:
    """Return the table's values by key, lists as tuples; ``where`` is put before what is said.

    Raises:
        CourseError: when a key is unknown (with the nearest), missing, or holds something else.
    """
    for name in table:
        if name not in keys:
            raise CourseError(f"{path}: {where}{unknown_name('key', name, keys)}")
    values = {}
    for name, key in keys.items():
        expected, fits = _KINDS[key.kind]
        if name not in table:
            if key.absent is None:
                raise CourseError(f"{path}: {where}the key {name} is missing. Expected: {expected}.")
            values[name] = key.absent
        elif not fits(table[name]):
            raise CourseError(f"{path}: {where}{name} must be {expected}. Received: {table[name]!r}.")
        else:
            values[name] = tuple(table[name]) if key.kind == "texts" else table[name]
    return values
