"""The code cells of the seed documents, and the lines that they print, cut out by a table.

The documents are notebooks saved as text: ``In [5]:`` marks where a cell begins, and nothing marks where it ends. Some
outputs parse as Python, so the ends cannot be found by parsing; the table says how long each cell is, and its SHA-256
says that nothing else was cut out.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["CELLS", "Cell", "cut", "needs_seeds"]

VARIABLE = "BERAS_SEEDS_DIR"

needs_seeds = pytest.mark.skipif(
    not os.environ.get(VARIABLE), reason=f"needs the seed documents: {VARIABLE} must name the folder that holds them"
)

_BEGINS = re.compile(r"In \[(\d+|None)\]:$")
_BETWEEN = re.compile(r"$|\*\*> Expected Output|<!--|```")
"""What may stand between a cell and the first line that it prints."""


@dataclass(frozen=True)
class Entry:
    """A cell in the table: its length, its digest, and how many of the lines after it are what it prints.

    ``printed`` is 0 too where the document shows an output that a right solution does not print.
    """

    lines: int
    sha256: str
    printed: int = 0


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in the document; ``printed`` is right-stripped."""

    source: str
    printed: tuple[str, ...]


CELLS = {
    "002": (
        Entry(3, "e687212da90a6565dc5e64bea6aeb958d1533719157a4f919f005da4f1691bce"),
        Entry(10, "697b5a2ddc3b3164d87b2988e1584982958484862911d8fc5b42c256cba36436", printed=2),
        Entry(57, "147e2783000ba1cf9c8cb0f6eb8a5110a0a55812df7686a7b2695a7ce178eeac", printed=16),
        Entry(46, "b2166f95ef02b4e46955e14ea7f73bac1560843247c4dceab545a91c616b6d3c", printed=38),
        Entry(78, "51644e08d9ed814222545a332adc217bfb07e829635537604e90e34f468ade58", printed=33),
    ),
    "004": (
        Entry(7, "950dde82e3175fca1079427e97b489ab51fe8fb19ffd155e713a273c76e707e9"),
        Entry(2, "74955aa8725766173d6d2e39c7199e38e8ff0b543b958f68406c5206fee6be04"),
        Entry(11, "a5baf804bf0a212cd02f9946f0d9c2c4b78ade19af6da0330492c4e284145bbc"),
        Entry(3, "fb54f9a05c7f23346746b56badebef96f9fac4b86efe10d8047bf953ef956953"),
        Entry(11, "b40058e0ac4cc3c032e25cadfaf58166fcdceac95e53d86ce0c2528096123d05", printed=4),
        Entry(10, "4a35202f4b7aa8531b856d9275c157fb1d5ea13ec970dbf6e70d99ff58d2299a", printed=2),
        Entry(10, "ef95eb8ee77f19eafa1a6f823295da0f4dd7dec22615542d6df1070f5191a5ac", printed=2),
        Entry(13, "2948c97561c26e1c36cbb9d7cd3bd10f01eae2c60def647c171413378a30e7bd", printed=3),
        Entry(27, "a75a9f886e0960a38063e74f777c56962c067ab80427081a629a6ed5fd4ea507", printed=16),
        Entry(5, "a0b682f70f6e523ffb209a06852320451a6cf635bcc72b3d0d37514e7acd9df6", printed=8),
        Entry(33, "76c01e6925d34158ad54b1a9b7ad94d243b2b4b3ccd9c21baff6f5077dcff9b8"),
    ),
}


def cut(document: str) -> list[Cell]:
    """Return the code cells of the document whose name begins with ``document``, in order.

    Raises:
        ValueError: the folder holds no such document, or it is not the one that the table was made for.
    """
    folder = Path(os.environ[VARIABLE])
    found = sorted(folder.glob(f"{document}_*.txt"))
    if len(found) != 1:
        names = [path.name for path in found]
        raise ValueError(f"{VARIABLE}={folder} must hold one file {document}_*.txt. Received: {names}")
    lines = found[0].read_text(encoding="utf-8").splitlines()
    starts = [number + 1 for number, line in enumerate(lines) if _BEGINS.match(line)]
    table = CELLS[document]
    if len(starts) != len(table):
        raise ValueError(f"{found[0].name} must have {len(table)} cells. Received: {len(starts)}")
    return [_cut(lines, start, entry, f"{found[0].name}, line {start + 1}") for start, entry in zip(starts, table)]


def _cut(lines: list[str], start: int, entry: Entry, place: str) -> Cell:
    end = start + entry.lines
    source = "".join(f"{line}\n" for line in lines[start:end])
    digest = hashlib.sha256(source.encode()).hexdigest()
    if digest != entry.sha256:
        raise ValueError(
            f"{place}: these {entry.lines} lines are not the cell of the table "
            f"(SHA-256 {digest[:16]}, the table says {entry.sha256[:16]})."
        )
    if not entry.printed:
        return Cell(source, ())
    while _BETWEEN.match(lines[end]):
        end += 1
    return Cell(source, tuple(line.rstrip() for line in lines[end : end + entry.printed]))
