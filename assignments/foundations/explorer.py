"""A figure with a slider and boxes, in a notebook; elsewhere the figure alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from figures import png

__all__ = ["explore", "in_notebook"]

CURVES = ("KL", "CE", "SE", "L1")


def in_notebook() -> bool:
    """Return whether this runs in a notebook: under IPython, with a kernel."""
    IPython = sys.modules.get("IPython")
    return getattr(IPython and IPython.get_ipython(), "kernel", None) is not None


def explore(draw: Callable[[float, Sequence[str]], Any], y1: float, curves: Sequence[str]) -> Any:
    """Return widgets that show ``draw(y1, curves)`` anew at each change; outside a notebook the figure itself.

    Args:
        draw: makes a figure of the target and the names of the curves.
        y1: the target at first, from 0.001 to 0.999.
        curves: those that are shown at first.
    """
    if not in_notebook():
        return draw(y1, curves)
    try:
        import ipywidgets as widgets
    except ImportError:
        print('The slider and the boxes need ipywidgets. Install it: pip install "beras[notebooks]"')
        return draw(y1, curves)
    target = widgets.FloatSlider(
        value=y1,
        min=0.001,
        max=0.999,
        step=0.001,
        readout_format=".3f",
        description="target y₁",
        layout=widgets.Layout(flex="1"),
    )
    layout = widgets.Layout(width="auto", margin="0 0 0 12px")
    boxes = [
        widgets.Checkbox(
            value=name in curves,
            description=name,
            indent=False,
            layout=layout,
        )
        for name in CURVES
    ]
    picture = widgets.Image(format="png")

    def show(change: Any = None) -> None:
        picture.value = png(draw(target.value, [box.description for box in boxes if box.value]))

    for control in (target, *boxes):
        control.observe(show, names="value")
    show()
    return widgets.VBox([widgets.HBox([target, *boxes]), picture])
