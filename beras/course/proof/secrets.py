"""What must not reach the student: the lines of the solutions, of the answers and of the hidden tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from keyword import iskeyword

from beras.course.markers import CODE, TEXT, Block, blocks
from beras.course.proof.case import Case
from beras.course.proof.tokens import Line, Stream, live_code, statements, words

__all__ = ["LEAST_CODE", "LEAST_CONTENT", "LEAST_PROSE", "Secret", "is_trivial", "outside", "secrets"]

#: A line of fewer different names, numbers and operators, such as ``self.x = x`` or ``return f(x)``, says nothing by
#: itself, nor does a shorter one.
LEAST_CONTENT = 4
LEAST_CODE = 6
LEAST_PROSE = 8
#: A whole block of so many tokens counts even where each of its lines is given elsewhere.
LEAST_BLOCK = 12


_LAYOUT = {"self", ".", ",", "(", ")", "[", "]", "{", "}", ":", "=", "'", '"'}


@dataclass(frozen=True)
class Secret:
    """A sequence of tokens that no student file may contain, and where it comes from."""

    tokens: tuple[str, ...]
    text: str
    #: ``Beras/layers.py:40``.
    source: str
    #: Of written text upper and lower case are the same.
    is_prose: bool = False


def secrets(case: Case) -> list[Secret]:
    """Return every sequence to look for.

    Not among them is what the student rightly has:

    - trivial lines: with fewer than `LEAST_CONTENT` different names, numbers and operators, or fewer than `LEAST_CODE`
      tokens (of prose `LEAST_PROSE`), and imports. The head of a compound statement counts with the line after it; a
      block with none but trivial lines counts as a whole.
    - lines of code that are also live code (no comment, no docstring) in the given part of a student's file: whoever
      wrote the homework shows them there. The public tests excuse nothing. A whole block is never excused.
    - comments and written sentences that also stand in the given part of the same file.
    """
    given = _Given([outside(path, text) for path, text in _modules(case).items()])
    found: list[Secret] = []
    for path, content in case.solved.items():
        text = content.decode()
        if path.endswith(".py"):
            found += _of_code(path, text, given)
        else:
            found += _of_prose(path, text)
    return [*found, *_of_hidden_tests(case, given)]


def outside(path: str, text: str) -> str:
    """Return what stands outside of the markers, with ``pass`` in place of each solution of code."""
    lines = text.split("\n")
    is_code = path.endswith(".py")
    for block in reversed(blocks(text, path, CODE if is_code else TEXT)):
        lines[block.begin - 1 : block.end] = [f"{block.indent}pass"] if is_code else []
    return "\n".join(lines)


def _modules(case: Case) -> dict[str, str]:
    """Return the Python code that the homework gives, tests not among it."""
    given = {path: (case.homework.folder / path).read_text("utf-8") for path in case.homework.given_files if _is(path)}
    return given | {path: content.decode() for path, content in case.solved.items() if _is(path)}


def _is(path: str) -> bool:
    return path.endswith(".py")


class _Given:
    """The live code of some modules; what stands within a string there is none."""

    def __init__(self, sources: Iterable[str]) -> None:
        sources = list(sources)
        self._whole, self._bare = (
            Stream("\n".join(live_code(source, strings) for source in sources)) for strings in (True, False)
        )

    def has(self, tokens: Sequence[str]) -> bool:
        """Say whether a line is there; one with a string in it cannot be part of a string."""
        return (self._whole if '"' in tokens else self._bare).find(tokens) is not None


def _of_code(path: str, text: str, given: _Given) -> Iterator[Secret]:
    lines = statements(text)
    beside = Stream(outside(path, text).lower())
    for block in blocks(text, path):
        inside = [line for line in lines if block.begin < line.number < block.end]
        code = [line for line in inside if not line.is_comment]
        for line in _joined(code):
            if not is_trivial(line.tokens) and not given.has(line.tokens):
                yield _secret(line, path)
        for line in inside:
            if line.is_comment:
                yield from _prose(line, path, beside)
        yield from _whole(path, block, code)


def _whole(path: str, block: Block, code: Sequence[Line]) -> Iterator[Secret]:
    tokens = tuple(token for line in code for token in line.tokens)
    short = all(is_trivial(line.tokens) for line in code)
    if len(code) > 1 and len(tokens) >= (LEAST_CODE if short else LEAST_BLOCK):
        yield Secret(tokens, f"the whole solution of task {block.task}", f"{path}:{block.begin}")


def _joined(code: Sequence[Line]) -> Iterator[Line]:
    """Join each head of a compound statement to the line after it, which says what is done."""
    head: Line | None = None
    for line in code:
        if head is not None:
            line = Line(head.number, f"{head.text} {line.text}", head.tokens + line.tokens)
        head = line if line.is_head else None
        if head is None:
            yield line


def _of_prose(path: str, text: str) -> Iterator[Secret]:
    beside = Stream(outside(path, text).lower())
    lines = text.split("\n")
    for block in blocks(text, path, TEXT):
        for number in range(block.begin + 1, block.end):
            yield from _prose(Line(number, lines[number - 1].strip(), words(lines[number - 1])), path, beside)


def _prose(line: Line, path: str, beside: Stream) -> Iterator[Secret]:
    tokens = tuple(token.lower() for token in line.tokens)
    if len(tokens) >= LEAST_PROSE and beside.find(tokens) is None:
        yield Secret(tokens, line.text, f"{path}:{line.number}", is_prose=True)


def _of_hidden_tests(case: Case, given: _Given) -> Iterator[Secret]:
    """Yield the lines of the hidden tests that no public test has too."""
    folder = case.homework.folder
    public = _Given(path.read_text("utf-8") for path in sorted(folder.glob("tests/**/*.py")))
    for path, content in case.hidden.items():
        if path.endswith(".py"):
            for line in _joined([line for line in statements(content.decode()) if not line.is_comment]):
                known = public.has(line.tokens) or given.has(line.tokens)
                if not is_trivial(line.tokens) and not _is_marker(line) and not known:
                    yield _secret(line, path.removeprefix("tests/"))


def is_trivial(tokens: Sequence[str]) -> bool:
    """Say whether a line of code gives nothing away.

    >>> is_trivial(words("self.remember(x=x)")), is_trivial(words("return y * (1 - y)"))
    (True, False)
    """
    if len(tokens) < LEAST_CODE or tokens[0] in ("import", "from"):
        return True
    content = {token for token in tokens if token not in _LAYOUT and not iskeyword(token)}
    return len(content) < LEAST_CONTENT


def _is_marker(line: Line) -> bool:
    return line.tokens[:5] == ("@", "pytest", ".", "mark", ".")


def _secret(line: Line, path: str) -> Secret:
    return Secret(line.tokens, line.text, f"{path}:{line.number}")
