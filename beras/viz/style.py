"""The look that all figures share, and how one is written to a file."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["BLUE", "GREEN", "GREY", "INK", "ORANGE", "new_figure", "save_figure", "tidy"]

# Okabe and Ito's palette, which people with any kind of colour blindness can tell apart.
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
INK, GREY, PALE = "#24292f", "#6e7781", "#e6e8eb"

_DPI = 150


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep matplotlib from reporting on stderr that it builds its font cache, or where it put it."""
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def new_figure(width: float, height: float) -> Figure:
    """Return an empty white figure of ``width`` by ``height`` inches.

    Raises:
        ImportError: when matplotlib is not installed, with the command that installs it.
    """
    try:
        with _quiet():
            import matplotlib.font_manager  # noqa: F401
            from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(f'Figures need matplotlib ({error}). Install it: pip install "beras[viz]"') from error
    return Figure(figsize=(width, height), dpi=_DPI, layout="constrained", facecolor="white")


def tidy(axes: Axes, grid: bool = False) -> None:
    """Take away what is not data: half of the frame, dark ticks, and all grid lines but faint horizontal ones."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(colors=INK, labelsize=9, length=3, color=GREY)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(axis="y", color=PALE, linewidth=0.8)


def save_figure(figure: Figure, path: str | Path, title: str = "") -> None:
    """Write a figure to ``path`` as PNG, under a temporary name that is renamed when it is complete.

    ``title`` goes into the file's metadata. The same figure gives the same bytes.
    """
    from beras import __version__
    from beras.files import replacing

    metadata: dict[str, Any] = {"Software": f"beras {__version__}", **({"Title": title} if title else {})}
    with replacing(Path(path)) as file, _quiet():
        figure.savefig(file, format="png", dpi=_DPI, metadata=metadata)
