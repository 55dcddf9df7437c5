"""What the measurements were."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from beras.diffusion.bench.arithmetic import Arithmetic
from beras.diffusion.markdown import markdown_table

__all__ = ["BenchReport", "CheckerRow", "ImageRow", "arithmetic_to_markdown"]


@dataclass(frozen=True)
class ImageRow:
    """One variant, for one size of batch."""

    variant: str
    batch: int
    #: The first batch, which compiles, in seconds.
    first_seconds: float
    #: The median of later batches, for each picture of the batch: text encoder, loop, decoder and pixels.
    seconds_an_image: float
    unet_calls_a_second: float
    #: For the whole batch.
    decoding_ms: float
    #: ``None`` where PyTorch does not count.
    peak_gigabytes: float | None
    #: The largest difference from the first variant, as a share of the largest number: of one call of the U-Net ...
    update_difference: float
    #: ... and of one call of the decoder.
    rgb_difference: float
    finite: bool
    #: Whether the same loop gave the same bits again.
    repeatable: bool
    #: Calls of the U-Net for a picture.
    updates: int
    #: What the arithmetic would take at the speed of a large product of matrices, in seconds a picture.
    floor_seconds: float | None = None


@dataclass(frozen=True)
class CheckerRow:
    """The safety checker, for one size of batch; pictures a second."""

    variant: str
    batch: int
    network_a_second: float
    #: diffusers' own forward, which fetches 20 numbers for each picture.
    diffusers_a_second: float
    #: `beras.diffusion.score`.
    ours_a_second: float
    peak_gigabytes: float | None
    #: Whether `score` and the library flagged the same pictures.
    same_verdicts: bool
    #: The largest difference of a cosine from float32; a verdict is rounded to 0.001.
    cosine_difference: float


#: The columns of the tables: the heading, the attribute, and how a number is written.
IMAGE_COLUMNS = (
    *(("variant", "variant", ""), ("batch", "batch", ""), ("s/image", "seconds_an_image", ".3f")),
    *(("floor", "floor_seconds", ".3f"), ("U-Net calls/s", "unet_calls_a_second", ".1f")),
    *(("decoder ms", "decoding_ms", ".1f"), ("peak GB", "peak_gigabytes", ".2f"), ("first s", "first_seconds", ".1f")),
    *(("U-Net diff.", "update_difference", ".1e"), ("decoder diff.", "rgb_difference", ".1e")),
    *(("finite", "finite", ""), ("repeatable", "repeatable", "")),
)
CHECKER_COLUMNS = (
    *(("checker", "variant", ""), ("batch", "batch", ""), ("network images/s", "network_a_second", ",.0f")),
    *(("diffusers images/s", "diffusers_a_second", ",.0f"), ("beras images/s", "ours_a_second", ",.0f")),
    *(("peak GB", "peak_gigabytes", ".2f"), ("same verdicts", "same_verdicts", "")),
    ("cosine diff.", "cosine_difference", ".1e"),
)


@dataclass
class BenchReport:
    """Where it was measured, what, and what could not be."""

    #: The device, the versions, the number of steps, and whether the networks are tiny ones.
    settings: dict[str, Any]
    arithmetic: Arithmetic
    images: list[ImageRow] = field(default_factory=list)
    checker: list[CheckerRow] = field(default_factory=list)
    #: TFLOP a second of a large product of matrices, by dtype.
    matrix_teraflops: dict[str, float] = field(default_factory=dict)
    #: What failed, by variant and batch, in PyTorch's words.
    failures: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        return asdict(self)

    def to_markdown(self) -> str:
        """Return the tables, and the failures below them."""
        parts = [
            ", ".join(f"{name}: {value}" for name, value in self.settings.items()),
            "A large product of matrices, TFLOP/s: "
            + ", ".join(f"{name} {rate:,.1f}" for name, rate in self.matrix_teraflops.items()),
            _table(IMAGE_COLUMNS, self.images),
            _table(CHECKER_COLUMNS, self.checker),
            "\n".join(f"{name} failed: {why}" for name, why in self.failures.items()),
        ]
        return "\n\n".join(part for part in parts if part)


def arithmetic_to_markdown(counted: Arithmetic, updates: int) -> str:
    """Return the table of what a picture takes."""
    lines = [[name, f"{tera:.3f}"] for name, tera in counted.to_dict(updates).items()]
    return markdown_table(["for one picture", "TFLOP"], lines, [False, True])


def _table(columns: tuple[tuple[str, str, str], ...], rows: Any) -> str:
    if not rows:
        return ""
    lines = [[_written(getattr(row, name), form) for _, name, form in columns] for row in rows]
    return markdown_table([heading for heading, _, _ in columns], lines, [name != "variant" for _, name, _ in columns])


def _written(value: Any, form: str) -> str:
    if value is None:
        return "-"
    return {True: "yes", False: "NO"}[value] if isinstance(value, bool) else format(value, form)
