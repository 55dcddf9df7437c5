"""How large the networks are: modules, parameter tensors and scalars (question 5.1 of the course)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from beras.diffusion.errors import DiffusionError
from beras.diffusion.markdown import markdown_table

if TYPE_CHECKING:
    from torch import nn

__all__ = ["ModuleCount", "NetworkRow", "count_module", "network_table", "to_markdown"]

#: The columns of the table, in its order: the attribute, and the heading.
COLUMNS = {
    "attribute": "network",
    "type": "type",
    "modules": "modules",
    "modules_with_repeats": "with repeats",
    "tensors": "tensors",
    "scalars": "scalars",
}


@dataclass(frozen=True)
class ModuleCount:
    """How much a network holds."""

    #: ``modules()``: the network itself and all within it, each object once. It differs between library versions.
    modules: int
    #: The same, where an object that is used in several places counts in each: nearly the same in all versions.
    modules_with_repeats: int
    #: Parameters, each once; buffers are none.
    tensors: int
    #: The numbers in all parameters together.
    scalars: int


@dataclass(frozen=True)
class NetworkRow(ModuleCount):
    """One network of a pipeline, and how much it holds."""

    #: Its name in the pipeline, as ``unet``.
    attribute: str
    #: Its class, as ``UNet2DConditionModel``.
    type: str

    def to_dict(self) -> dict[str, Any]:
        """Return the row's values by the names of the columns."""
        values = asdict(self)
        return {name: values[name] for name in COLUMNS}


def count_module(module: nn.Module) -> ModuleCount:
    """Count the modules, the parameter tensors and the scalars of a network, trainable or not.

    >>> import torch
    >>> shared = torch.nn.ReLU()
    >>> count_module(torch.nn.Sequential(torch.nn.Linear(3, 2), shared, torch.nn.Linear(2, 2), shared))
    ModuleCount(modules=4, modules_with_repeats=5, tensors=4, scalars=14)
    """
    parameters = list(module.parameters())
    return ModuleCount(
        modules=sum(1 for _ in module.modules()),
        modules_with_repeats=sum(1 for _ in module.named_modules(remove_duplicate=False)),
        tensors=len(parameters),
        scalars=sum(parameter.numel() for parameter in parameters),
    )


def network_table(pipe: Any = "sd-v1-4") -> list[NetworkRow]:
    """Return a row for each network of a pipeline, or of an architecture that is built without weights.

    Args:
        pipe: a pipeline, a dict of networks by name, or the name of an architecture for
            `beras.diffusion.meta_networks`.

    Raises:
        DiffusionError: for the name of an architecture that is not known, and for anything else.
    """
    if isinstance(pipe, str):
        from beras.diffusion.architecture import meta_networks

        pipe = meta_networks(pipe)
    from torch import nn

    parts = pipe if isinstance(pipe, Mapping) else getattr(pipe, "components", None)
    if not isinstance(parts, Mapping):
        raise DiffusionError(
            "network_table takes a pipeline, a dict of networks by name, or the name of an architecture. "
            f"Received: {type(pipe).__name__}."
        )
    return [
        NetworkRow(attribute=name, type=type(part).__name__, **asdict(count_module(part)))
        for name, part in parts.items()
        if isinstance(part, nn.Module)
    ]


def to_markdown(rows: Sequence[NetworkRow]) -> str:
    """Return the table in Markdown, numbers to the right.

    >>> print(to_markdown([NetworkRow(2, 3, 4, 1500, attribute="unet", type="UNet2DConditionModel")]))
    | network | type                 | modules | with repeats | tensors | scalars |
    |:--------|:---------------------|--------:|-------------:|--------:|--------:|
    | unet    | UNet2DConditionModel |       2 |            3 |       4 |   1,500 |
    """
    to_the_right = [name not in ("attribute", "type") for name in COLUMNS]
    return markdown_table(list(COLUMNS.values()), [_cells(row) for row in rows], to_the_right)


def _cells(row: NetworkRow) -> list[str]:
    """Return the texts of a row, with commas between the thousands."""
    return [f"{value:,}" if isinstance(value, int) else str(value) for value in row.to_dict().values()]
