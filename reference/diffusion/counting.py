"""Part 1: which parts of the pipeline are networks, and how large they are.

A network is here whatever has ``modules()`` and ``parameters()`` as every ``torch.nn.Module`` has them, so nothing in
this file imports torch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

__all__ = ["NetworkRow", "count", "network_table", "scalars_by_block"]


class NetworkRow(NamedTuple):
    """One line of the table."""

    #: The name of the part in the pipeline: ``"unet"``.
    attribute: str
    #: The name of its class: ``"UNet2DConditionModel"``.
    type: str
    modules: int
    tensors: int
    scalars: int


def count(network: Any) -> tuple[int, int, int]:
    """Return how many modules, parameter tensors and scalars a network has.

    - modules: the network itself and everything inside it, at any depth; an object that is used twice counts once;
    - tensors: its parameters, trainable or frozen; buffers (such as a table of positions) are none;
    - scalars: the numbers in all parameters together. A parameter of shape ``(320, 4, 3, 3)`` has 11,520.

    ``network.modules()`` and ``network.parameters()`` go through both, each object once.
    """
    # TASK 1.1: count the modules, the parameters, and the numbers in the parameters
    # BEGIN SOLUTION
    parameters = list(network.parameters())
    return len(list(network.modules())), len(parameters), sum(math.prod(parameter.shape) for parameter in parameters)
    # END SOLUTION


def network_table(parts: Mapping[str, Any], kind: type) -> list[NetworkRow]:
    """Return a row for each part that is a network, in the order of the parts.

    Args:
        parts: what a pipeline consists of, by name: ``pipe.components``. Some parts are networks, some are not (a
            tokenizer, a scheduler), and some may be missing (``None``).
        kind: the class of all networks, ``torch.nn.Module``. The type of a row is the network's own class.
    """
    # TASK 1.2: a row for each part that is of this kind
    # BEGIN SOLUTION
    networks = {name: part for name, part in parts.items() if isinstance(part, kind)}
    return [NetworkRow(name, type(network).__name__, *count(network)) for name, network in networks.items()]
    # END SOLUTION


def scalars_by_block(shapes: Mapping[str, Sequence[int]], depth: int = 1) -> dict[str, int]:
    """Return how many scalars each block of a network holds, in the order in which the blocks first come.

    The name of a parameter is its path: ``"down_blocks.0.resnets.1.conv1.weight"`` is in the block ``"down_blocks"`` at
    depth 1, ``"down_blocks.0"`` at depth 2, and so on. Its last piece (``weight``) is the parameter's own name and
    never part of a block, so that ``"conv_in.weight"`` is in ``"conv_in"`` at every depth.

    Args:
        shapes: the shape of each parameter, by its name.
        depth: how many pieces of the path make a block, from 1.
    """
    # TASK 1.3: the scalars of each block
    # BEGIN SOLUTION
    totals: dict[str, int] = {}
    for name, shape in shapes.items():
        path = name.split(".")[:-1]
        block = ".".join(path[:depth])
        totals[block] = totals.get(block, 0) + math.prod(shape)
    return totals
    # END SOLUTION
