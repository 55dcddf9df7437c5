"""The figures: an epoch of each workload as bars, and how the time of an update grows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.measurements import MEASUREMENTS
from benchmarks.peers import PEERS
from benchmarks.report.standing import Standing, Standings
from benchmarks.workloads import GROWTH, WORKLOADS

__all__ = ["draw"]

#: Who stands out, and in what; the others are grey bars, or the further colours of lines.
COLORS = {
    "beras": "#c44e2b",
    "products": "#888888",
    "numpy": "#3b6ea5",
    "jax": "#6a8d3a",
    "torch-fused": "#8a5fa3",
}
GREY = "#b9bec5"


def draw(folder: Path, found: Standings, kinds: Sequence[str] = ("svg", "png")) -> list[Path]:
    """Write each figure for which there are numbers, in each of the file formats, and return the files."""
    import matplotlib

    matplotlib.use("Agg")
    written = []
    for name, figure in (("epochs", _epochs(found)), ("growth", _growth(found))):
        if figure is not None:
            for kind in kinds:
                written.append(folder / f"{name}.{kind}")
                figure.savefig(written[-1], dpi=150, bbox_inches="tight")
    return written


def _epochs(found: Standings) -> Any:
    from matplotlib.figure import Figure

    cases = {name: _counting(found.get(f"epoch/{name}", {})) for name in WORKLOADS}
    cases = {name: peers for name, peers in cases.items() if peers}
    if not cases:
        return None
    most = max(len(peers) for peers in cases.values())
    figure = Figure(figsize=(5.2 * len(cases), 0.9 + 0.32 * most), layout="constrained")
    for axes, (name, peers) in zip(figure.subplots(1, len(cases), squeeze=False)[0], cases.items()):
        _bars(axes, peers)
        axes.set_title("-".join(map(str, WORKLOADS[name].widths)), fontsize=11)
        axes.set_xlabel("seconds an epoch (median, and the spread over the rounds)", fontsize=9)
    return figure


def _bars(axes: Any, peers: dict[str, Standing]) -> None:
    order = sorted(peers, key=lambda peer: peers[peer].median, reverse=True)
    for place, peer in enumerate(order):
        standing = peers[peer]
        low, high = standing.spread
        axes.barh(place, standing.median, color=COLORS["beras"] if peer == "beras" else GREY, height=0.7)
        axes.plot([low, high], [place, place], color="#333333", linewidth=1)
        axes.annotate(
            f"{standing.median:.3g}", (high, place), (4, 0), textcoords="offset points", va="center", fontsize=8
        )
    axes.set_yticks(range(len(order)), [PEERS[peer].label for peer in order], fontsize=9)
    axes.set_xlim(0, 1.12 * max(standing.spread[1] for standing in peers.values()))
    axes.spines[["top", "right"]].set_visible(False)


def _growth(found: Standings) -> Any:
    from matplotlib.figure import Figure

    panels = {axis: _curves(found, axis) for axis in GROWTH}
    panels["parameters"] = _by_parameters(found)
    if not any(panels.values()):
        return None
    figure = Figure(figsize=(11, 7), layout="constrained")
    for axes, (axis, curves) in zip(figure.subplots(2, 2).flat, panels.items()):
        for peer, curve in curves.items():
            axes.plot(*zip(*sorted(curve.items())), "o-", ms=3.5, lw=1.5, color=COLORS[peer], label=PEERS[peer].label)
        axes.set_xscale("symlog" if axis == "depth" else "log")
        if axis in GROWTH:
            axes.set_xticks(list(GROWTH[axis]), list(GROWTH[axis]))
            axes.minorticks_off()
        axes.set_yscale("log")
        axes.set_xlabel({"depth": "hidden layers of 128", "width": "width of two hidden layers"}.get(axis, axis))
        axes.set_ylabel("ms an update")
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    lines = {str(line.get_label()): line for axes in figure.axes for line in axes.lines}
    figure.legend(
        list(lines.values()), list(lines), loc="outside upper center", ncols=len(lines), fontsize=9, frameon=False
    )
    return figure


def _curves(found: Standings, axis: str) -> dict[str, dict[int, float]]:
    """Return ``peer -> point -> milliseconds``."""
    curves: dict[str, dict[int, float]] = {}
    for point in GROWTH[axis]:
        for peer, standing in _counting(found.get(f"growth/{axis} {point}", {})).items():
            curves.setdefault(peer, {})[point] = standing.median * MEASUREMENTS["growth"].factor
    return curves


def _by_parameters(found: Standings) -> dict[str, dict[int, float]]:
    """Return the points of ``width`` by the numbers of their weights; the batch is the same at each."""
    sizes = {point: sum((n + 1) * m for n, m in pairwise(widths)) for point, (widths, _) in GROWTH["width"].items()}
    return {peer: {sizes[p]: ms for p, ms in curve.items()} for peer, curve in _curves(found, "width").items()}


def _counting(peers: dict[str, Standing]) -> dict[str, Standing]:
    return {peer: standing for peer, standing in peers.items() if standing.counts}
