"""Feature maps as sheets one behind the other, and the window of them that a pixel of the next ones sees."""

from __future__ import annotations

from math import log2, sqrt
from typing import TYPE_CHECKING, NamedTuple

from beras.viz.style import GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from beras.viz.stages import Stage

__all__ = ["Sheets", "draw_sheets", "draw_window", "largest_side", "sheets_of"]

#: The longest side of the largest sheet, and the least side of any, in the units of the axes.
_SIDE, _LEAST = 2.4, 0.3
#: How far the next sheet stands behind, to the right and upwards; and how many are drawn at most.
_BEHIND, _SHEETS = 0.09, 12
#: The least side of a window, and of the pixel that sees it.
_PIXEL = 0.1


class Sheets(NamedTuple):
    """Sheets one behind the other: the height and the width of each, in the units of the axes, and how many."""

    height: float
    width: float
    number: int

    @property
    def half(self) -> float:
        """Half of the width of all together."""
        return (self.width + (self.number - 1) * _BEHIND) / 2

    @property
    def tall(self) -> float:
        """The height of all together."""
        return self.height + (self.number - 1) * _BEHIND

    def front(self, place: float) -> tuple[float, float]:
        """Return the lower left corner of the sheet in front, with the middle of all at ``place``."""
        return place - self.half, -self.tall / 2


def largest_side(stages: list[Stage]) -> int:
    """Return the length in pixels of the longest side in all stacks."""
    return max((n or 1 for stage in stages if stage.kind == "stack" for n in stage.shape[:2]), default=1)


def sheets_of(stage: Stage, largest: int) -> Sheets:
    """Return how a stage is drawn next to others with sides of up to ``largest`` pixels.

    Sides go with the square root of the pixels, so that small maps can still be seen. Up to three channels have a sheet
    each; from there on there are 1.3 sheets more for every doubling, twelve at most.
    """
    *sides, channels = stage.shape
    known = max((n for n in sides if n), default=largest)
    height, width = (n or known for n in sides)
    scale = _SIDE * sqrt(known / largest) / known
    number = min(_SHEETS, round(1 + 1.3 * log2(channels or 1)))
    return Sheets(max(height * scale, _LEAST), max(width * scale, _LEAST), number)


def draw_sheets(axes: Axes, place: float, sheets: Sheets, colour: str) -> None:
    """Draw the sheets, the one in front last."""
    from matplotlib.patches import Rectangle

    left, bottom = sheets.front(place)
    for behind in reversed(range(sheets.number)):
        corner = (left + behind * _BEHIND, bottom + behind * _BEHIND)
        face = "white" if behind else "#f6f8fa"
        axes.add_patch(
            Rectangle(corner, sheets.width, sheets.height, facecolor=face, edgecolor=colour, linewidth=1.1, zorder=2)
        )


def draw_window(axes: Axes, before: tuple[float, Stage, Sheets], after: tuple[float, Stage, Sheets]) -> None:
    """Draw on the stack ``before`` the window that one pixel of the stack ``after`` sees, with lines to that pixel."""
    from matplotlib.collections import LineCollection
    from matplotlib.patches import Rectangle

    window = _box(before, after[1].window or (1, 1), 0.7, 0.75)
    pixel = _box(after, (1, 1), 0.25, 0.4)
    axes.add_patch(Rectangle(*window, facecolor="white", edgecolor=GREY, linewidth=1.0, zorder=3))
    axes.add_patch(Rectangle(*pixel, facecolor="#c9d1d9", edgecolor=GREY, linewidth=1.0, zorder=4))
    ((x, y), width, height), ((to_x, to_y), _, to_height) = window, pixel
    lines = [[(x + width, y), (to_x, to_y)], [(x + width, y + height), (to_x, to_y + to_height)]]
    axes.add_collection(LineCollection(lines, colors=GREY, linewidths=0.8, zorder=4))


def _box(
    where: tuple[float, Stage, Sheets], pixels: tuple[int, int], right: float, up: float
) -> tuple[tuple[float, float], float, float]:
    """Return corner, width and height of that many ``pixels`` on the sheet in front, so far ``right`` and ``up``."""
    place, stage, sheets = where
    # Where the length is not known, ten pixels stand for it.
    rows, columns = (min(1.0, n / (length or 10)) for n, length in zip(pixels, stage.shape[:2], strict=True))
    height, width = max(rows * sheets.height, _PIXEL), max(columns * sheets.width, _PIXEL)
    left, bottom = sheets.front(place)
    return (left + right * (sheets.width - width), bottom + up * (sheets.height - height)), width, height
