"""One picture of many: how a picture came out of the noise, step by step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from beras.diffusion.checks import whole_number

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["grid_of_rows", "wrap"]

_GAP = 4
_PAPER, _INK = "white", "black"


def grid_of_rows(rows: Sequence[Sequence[Image]], captions: Sequence[Sequence[str]]) -> Image:
    """Return pictures of one size in rows, each above its caption; a row may be shorter than the others."""
    from PIL import Image, ImageDraw, ImageFont

    width, height = rows[0][0].size
    font = ImageFont.load_default()
    longest = max(font.getbbox(caption)[2] for row in captions for caption in row)
    line = math.ceil(font.getbbox("Ag")[3]) + 2
    column, row_height = max(width, math.ceil(longest)) + _GAP, height + line + _GAP
    columns = max(len(row) for row in rows)
    sheet = Image.new("RGB", (columns * column + _GAP, len(rows) * row_height + _GAP), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for y, (row, texts) in enumerate(zip(rows, captions, strict=True)):
        for x, (picture, text) in enumerate(zip(row, texts, strict=True)):
            left, top = _GAP + x * column, _GAP + y * row_height
            sheet.paste(picture, (left, top))
            draw.text((left, top + height), text, fill=_INK, font=font)
    return sheet


def wrap(count: int, columns: int | None) -> list[range]:
    """Return the numbers from 0 to ``count`` in rows of ``columns``, or of as many as make the grid about square.

    >>> wrap(7, None)
    [range(0, 3), range(3, 6), range(6, 7)]
    """
    columns = math.ceil(math.sqrt(count)) if columns is None else whole_number("columns", columns, 1)
    return [range(first, min(first + columns, count)) for first in range(0, count, columns)]
