"""Report: what every oracle says of every output and gradient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

import beras.oracle.bands as bands

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.console import Group

    from beras.oracle.diagnosis import Diagnosis

__all__ = ["Agreement", "Report", "Row"]

#: How far apart beras and an oracle may be: the largest relative difference beyond what rounding explains.
LIMITS = {("torch", "float64"): 1e-7, ("torch", "float32"): 1e-4, ("reference", "float64"): 1e-7}
#: The limit of an oracle that is itself an approximation.
NUMERICAL_LIMIT = 1e-4
#: The names of values and of derivatives, by order.
ORDERS = ("value", "gradient", "second derivative")


@dataclass(frozen=True)
class Agreement:
    """How far one of our arrays is from what an oracle says, and where it is farthest."""

    #: ``"torch"``, ``"central differences"``, ``"complex step"`` or ``"reference"``.
    oracle: str
    dtype: str
    absolute: float
    #: ``|ours - theirs| / max(|ours|, |theirs|)``, of what is beyond rounding.
    relative: float
    place: tuple[int, ...]
    ours: float
    theirs: float
    #: How many entries were compared.
    entries: int

    @property
    def verdict(self) -> str:
        """The word for the relative difference: see `beras.oracle.bands`."""
        return bands.verdict(self.relative)

    @property
    def ok(self) -> bool:
        """Whether the difference is within the limit of this oracle."""
        return self.relative <= LIMITS.get((self.oracle, self.dtype), NUMERICAL_LIMIT)


@dataclass
class Row:
    """One output, input or weight: its value, or the derivative by it."""

    kind: str
    name: str
    shape: tuple[int, ...]
    #: 0 for a value, 1 for a gradient, 2 for the derivative of the gradient.
    order: int
    agreements: list[Agreement] = field(default_factory=list)
    diagnosis: Diagnosis | None = None
    #: In float64: what beras gives (``None`` where it raised), and what torch does.
    ours: np.ndarray | None = None
    right: np.ndarray | None = None
    #: The difference from ``right`` that rounding explains.
    noise: float = 0.0

    def by(self, oracle: str, dtype: str = "float64") -> Agreement | None:
        """Return the agreement with an oracle, ``None`` where it was not asked."""
        return next((a for a in self.agreements if a.oracle == oracle and a.dtype == dtype), None)

    @property
    def numerical(self) -> Agreement | None:
        """The agreement with the complex step or with central differences."""
        return self.by("complex step") or self.by("central differences")

    @property
    def deciding(self) -> list[Agreement]:
        """Those that decide: torch and the reference; without torch, the numerical derivative."""
        decisive = [a for a in self.agreements if a.oracle in ("torch", "reference")]
        return decisive if any(a.oracle == "torch" for a in decisive) else [*self.agreements]

    @property
    def ok(self) -> bool:
        """Whether ours agrees with every oracle that decides; a value may have none, a derivative must have one."""
        return (bool(self.deciding) or self.order == 0) and all(a.ok for a in self.deciding)

    @property
    def lacking(self) -> str:
        """Why ours cannot be held against anything: it is missing, or of another shape; ``""`` if it can."""
        if self.ours is None:
            return "missing"
        return "" if self.ours.shape == self.shape else f"shape {self.ours.shape}"

    @property
    def label(self) -> str:
        """What the table calls it: ``d/d kernel``."""
        return {0: self.name, 1: f"d/d {self.name}", 2: f"d2/d {self.name}"}[self.order]


@dataclass(repr=False)
class Report:
    """The outcome of `compare`: one `Row` for each output, and for the derivative by each input and weight.

    It prints as a table; ``report.ok`` says whether everything agrees, ``report.figure()`` draws where it does not,
    ``report.to_dict()`` is for JSON, and ``report.raise_if_wrong()`` for tests.
    """

    title: str
    rows: list[Row]
    #: How many NumPy operations were replayed in torch.
    operations: int = 0
    #: Operations without a counterpart in torch; central differences differentiated them.
    without_twin: list[str] = field(default_factory=list)
    #: What a reader should know besides.
    notes: list[str] = field(default_factory=list)
    #: One report for each call with a gradient of its own that is wrong.
    parts: list[Report] = field(default_factory=list)
    #: Why beras gave no gradient at all.
    complaint: str = ""

    @property
    def ok(self) -> bool:
        """Whether every row agrees, and every call with a gradient of its own."""
        return not self.complaint and all(row.ok for row in self.rows) and all(part.ok for part in self.parts)

    @property
    def wrong(self) -> list[Row]:
        """The rows that do not agree, those of the parts included."""
        return [row for row in self.every_row() if not row.ok]

    @property
    def diagnoses(self) -> list[Diagnosis]:
        """What was recognised."""
        return [row.diagnosis for row in self.every_row() if row.diagnosis is not None]

    def every_row(self) -> Iterator[Row]:
        """Yield the rows of this report and of its parts."""
        yield from self.rows
        for part in self.parts:
            yield from part.every_row()

    def __getitem__(self, name: str) -> Row:
        """Return the row of the derivative by an input or weight, or of an output, by its name."""
        named = [row for row in self.rows if row.name == name]
        if not named:
            from beras.errors import unknown_name

            raise KeyError(unknown_name("row", name, {row.name for row in self.rows}))
        return next((row for row in named if row.order == 1), named[0])

    def raise_if_wrong(self) -> None:
        """Raise AssertionError, with the whole report as its message, unless everything agrees."""
        if not self.ok:
            raise AssertionError(f"\n{self}")

    def to_dict(self) -> dict[str, Any]:
        """Return the report without its arrays, as plain values for JSON."""
        return {
            "title": self.title,
            "ok": self.ok,
            "operations": self.operations,
            "without_twin": list(self.without_twin),
            "complaint": self.complaint,
            "notes": list(self.notes),
            "rows": [_row_to_dict(row) for row in self.rows],
            "parts": [part.to_dict() for part in self.parts],
        }

    def figure(self) -> Figure:
        """Draw, for each gradient, where and how far it is from the right one: a heat map of the difference."""
        from beras.oracle.figure import draw

        return draw(self)

    def __rich__(self) -> Group:
        from beras.oracle.render import render

        return render(self)

    def __str__(self) -> str:
        from beras.oracle.render import as_text

        return as_text(self)

    __repr__ = __str__


def _row_to_dict(row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "name": row.name,
        "what": ORDERS[row.order],
        "shape": list(row.shape),
        "ok": row.ok,
        "agreements": [
            {
                "oracle": a.oracle,
                "dtype": a.dtype,
                "verdict": a.verdict,
                "ok": a.ok,
                "relative": _plain(a.relative),
                "absolute": _plain(a.absolute),
                "place": list(a.place),
                "ours": _plain(a.ours),
                "theirs": _plain(a.theirs),
                "entries": a.entries,
            }
            for a in row.agreements
        ],
        "diagnosis": None
        if row.diagnosis is None
        else {"mistake": row.diagnosis.mistake, "sentence": row.diagnosis.sentence, "fix": row.diagnosis.fix},
    }


def _plain(value: float) -> float | str:
    """Return a number that JSON has, or the name of one that it has not."""
    return float(value) if np.isfinite(value) else str(float(value))
