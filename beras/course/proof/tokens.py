"""Text as a stream of tokens, so that a line is found however it is spaced, wrapped, commented out or quoted."""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Line", "Stream", "live_code", "statements", "text_of_notebook", "words"]

_TOKEN = re.compile(r"[^\W\d]\w*|\d[\w.]*|[^\w\s]")
#: So many tokens at least make a sequence that can be looked for.
SHORTEST = 5
#: Since Python 3.12 the pieces of an f-string are tokens of their own.
_STRINGS = (tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING))
_LAYOUT = (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER)


@dataclass(frozen=True)
class Line:
    """A logical line of Python code, or a comment: the number of its first line, its text, and its tokens."""

    number: int
    text: str
    tokens: tuple[str, ...]
    is_comment: bool = False

    @property
    def is_head(self) -> bool:
        """Whether it is the head of a compound statement: ``for i in range(n):``."""
        return self.tokens[-1:] == (":",) and not self.is_comment


def words(text: str) -> tuple[str, ...]:
    """Return the tokens of any text: names, numbers, single other characters; all quotes are one, ``#`` is none.

    >>> words("# y = x@w  # 'product'")
    ('y', '=', 'x', '@', 'w', '"', 'product', '"')
    """
    return tuple('"' if token in "'`" else token for token in _TOKEN.findall(text) if token != "#")


def statements(code: str) -> list[Line]:
    """Return the logical lines of Python code and its comments."""
    found: list[Line] = []
    parts: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            found.append(Line(token.start[0], token.string, words(token.string), is_comment=True))
        elif token.type == tokenize.NEWLINE:
            found.append(_line(parts))
            parts = []
        elif token.type not in _LAYOUT:
            parts.append(token)
    return sorted(found, key=lambda line: line.number)


def _line(parts: Sequence[tokenize.TokenInfo]) -> Line:
    text = " ".join(part.string for part in parts)
    return Line(parts[0].start[0], text, words(text))


def live_code(source: str, strings: bool = True) -> str:
    """Return Python code without comments, docstrings and other statements that are a string alone.

    Without ``strings`` those within statements are left empty.
    """
    kept = []
    line: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NEWLINE:
            if not all(part.type == tokenize.STRING for part in line):
                kept.append(" ".join('""' if part.type in _STRINGS and not strings else part.string for part in line))
            line = []
        elif token.type != tokenize.COMMENT and token.type not in _LAYOUT:
            line.append(token)
    return "\n".join(kept)


def text_of_notebook(content: str) -> Iterator[str]:
    """Yield every text in a notebook: sources, outputs, metadata, names.

    Raises:
        ValueError: when it is no JSON.
    """

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for key, item in value.items():
                yield from (str(key), *texts(item))
        elif isinstance(value, list):
            whole = all(isinstance(item, str) for item in value)
            if whole:
                yield "".join(value)
            else:
                for item in value:
                    yield from texts(item)

    return texts(json.loads(content))


class Stream:
    """The tokens of a text with the lines that they stand in, made to be searched."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.tokens: list[str] = []
        self.lines: list[int] = []
        for number, line in enumerate(text.split("\n"), 1):
            here = words(line)
            self.tokens += here
            self.lines += [number] * len(here)
        self._starts: dict[tuple[str, ...], list[int]] = {}
        for at in range(len(self.tokens) - SHORTEST + 1):
            self._starts.setdefault(tuple(self.tokens[at : at + SHORTEST]), []).append(at)

    def lowered(self) -> Stream:
        """Return the stream of the same text in lower case."""
        return Stream(self._text.lower())

    def find(self, tokens: Sequence[str]) -> int | None:
        """Return the number of the line in which a sequence of at least ``SHORTEST`` tokens begins, or None."""
        for at in self._starts.get(tuple(tokens[:SHORTEST]), ()):
            if self.tokens[at : at + len(tokens)] == list(tokens):
                return self.lines[at]
        return None
