"""Part 3: McCulloch and Pitts's neurons, wired by name into networks that compute logic.

True is +1 and false is -1. A neuron takes a dictionary of named arrays and gives the dictionary with one name more, so
neurons that stand one after the other are wired by the names that they read and write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from arrays import alike

import beras

__all__ = [
    "CASES",
    "LATER_SHEET",
    "McCullochPittsNeuron",
    "McCulloughPittsNeuron",
    "Network",
    "Sign",
    "logic_networks",
    "truth_table",
    "visualize_logic",
]

#: The 14 cases, with what is right: a row for b = -1 and one for b = +1, a column for a = -1 and one for a = +1.
CASES = {
    "OR": ((-1, 1), (1, 1)),
    "a or not b": ((1, 1), (-1, 1)),
    "NAND": ((1, 1), (1, -1)),
    "not a or b": ((1, -1), (1, 1)),
    "AND": ((-1, -1), (-1, 1)),
    "a and not b": ((-1, 1), (-1, -1)),
    "NOR": ((1, -1), (-1, -1)),
    "not a and b": ((-1, -1), (1, -1)),
    "a": ((-1, 1), (-1, 1)),
    "b": ((-1, -1), (1, 1)),
    "XOR": ((-1, 1), (1, -1)),
    "XNOR": ((1, -1), (-1, 1)),
    "not a": ((1, -1), (1, -1)),
    "not b": ((1, 1), (-1, -1)),
}
#: The four that the sheet of 2025 keeps.
LATER_SHEET = ("OR", "not a and b", "XNOR", "not a")


class Sign(beras.Callable):
    """The step: +1 for positive numbers, -1 for negative numbers, and 0, undecided, for 0."""

    def forward(self, x: Any) -> Any:
        """Return the sign of each entry of ``x``, of the same shape and dtype."""
        xp, x = alike(x)
        # TASK 3.1: the step, entry by entry
        raise NotImplementedError("Task 3.1: the step, entry by entry")


class McCullochPittsNeuron(beras.Callable):
    """A neuron with named inputs: ``out = activation(bias + sum_j weight_j * input_j)``.

    ``McCullochPittsNeuron(weight_a=1.0, weight_b=0.5, bias=0.5)`` reads the inputs ``a`` and ``b`` and writes ``out``.

    Args:
        bias: added to the weighted sum.
        activation: a class, of which an instance is made; None for none.
        output_name: the name under which the output is put into the dictionary.
        weights: ``weight_NAME=number`` for each input ``NAME``, as many as there are.

    Raises:
        TypeError: an argument is none of these, or there is no weight at all.

    After McCulloch and Pitts (1943). (The sheets of the course spell the first name McCullough.)
    """

    def __init__(
        self,
        bias: float = 0.0,
        activation: type[beras.Callable] | None = Sign,
        output_name: str = "out",
        **weights: float,
    ) -> None:
        if not weights:
            raise TypeError("A neuron needs at least one input. Give its weight: weight_a=1.0 reads the input 'a'.")
        self.bias = float(bias)
        self.activation = None if activation is None else activation()
        self.output_name = output_name
        #: The weight of each input, by the input's name: {"a": 1.0, "b": 0.5}.
        self.weights: dict[str, float] = {}
        # TASK 3.2: fill self.weights; an argument that is no weight_NAME is a TypeError that quotes it
        raise NotImplementedError("Task 3.2: fill self.weights; an argument that is no weight_NAME is a TypeError that quotes it")

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs, in the order in which their weights were given."""
        return list(self.weights)

    def forward(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return a new dictionary: everything in ``inputs``, and the output under `output_name`.

        Args:
            inputs: a dictionary of arrays (or torch tensors) of shape ``(batch,)``. It is not changed, and what it
                holds besides the neuron's own inputs is passed on.

        Raises:
            ValueError: an input is missing, or there is an entry called `output_name` already.
        """
        # TASK 3.3: refuse first, then the weighted sum, the activation, and a copy with the output
        raise NotImplementedError("Task 3.3: refuse first, then the weighted sum, the activation, and a copy with the output")

    def __repr__(self) -> str:
        weights = ", ".join(f"weight_{name}={weight:g}" for name, weight in self.weights.items())
        return f"{type(self).__name__}({weights}, bias={self.bias:g}, output_name={self.output_name!r})"


#: As the sheets of the course spell it.
McCulloughPittsNeuron = McCullochPittsNeuron


class Network(beras.Callable):
    """Neurons (or networks) that run one after the other on one growing dictionary.

    ``Network(first, second)(inputs)``: ``second`` sees the inputs and what ``first`` put out.
    """

    def __init__(self, *parts: beras.Callable) -> None:
        self.parts = parts

    def forward(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the dictionary after the last part; ``inputs`` is not changed."""
        # TASK 3.4: hand each part what the one before it returned
        raise NotImplementedError("Task 3.4: hand each part what the one before it returned")

    def __len__(self) -> int:
        return len(self.parts)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.parts))})"


def logic_networks() -> dict[str, beras.Callable]:
    """Return a network of `McCullochPittsNeuron` for each of the 14 `CASES`, by name and in their order.

    Each reads ``a`` and ``b`` and writes ``out``, which is what `CASES` says for all four inputs. Where one neuron is
    enough, the network is that one neuron.
    """
    # TASK 3.5: three numbers make a neuron; two of the cases need more than one
    raise NotImplementedError("Task 3.5: three numbers make a neuron; two of the cases need more than one")


def truth_table(net: beras.Callable, arg1: str = "a", arg2: str = "b") -> np.ndarray:
    """Return what ``net`` puts out for all four inputs, as in `CASES`: rows for ``arg2``, columns for ``arg1``.

    Returns:
        shape ``(2, 2)``; entry ``[0, 1]`` is the output for ``arg1 = +1, arg2 = -1``.
    """
    second, first = np.meshgrid([-1.0, 1.0], [-1.0, 1.0], indexing="ij")
    return np.reshape(net({arg1: first.ravel(), arg2: second.ravel()})["out"], (2, 2))


def visualize_logic(
    nets: beras.Callable | Mapping[str, beras.Callable] | Iterable, arg1: str = "a", arg2: str = "b"
) -> Any:
    """Return a figure of the truth table of each network: white for +1, black for -1, orange for 0 and what is between.

    Args:
        nets: a network; a dictionary of them, whose names become titles; a list, which becomes a row; or a list of
            rows.
        arg1: the input whose values are the columns.
        arg2: the input whose values are the rows.

    Raises:
        ImportError: matplotlib is not installed.
    """
    from figures import draw_logic

    if isinstance(nets, Mapping):
        pairs = list(nets.items())
        rows = [pairs[start : start + 7] for start in range(0, len(pairs), 7)]
    else:
        nets = list(nets) if isinstance(nets, Iterable) else [nets]
        lines = nets if all(isinstance(line, list) for line in nets) else [nets]
        rows = [[("", net) for net in line] for line in lines]
    return draw_logic([[(title, truth_table(net, arg1, arg2)) for title, net in row] for row in rows], arg1, arg2)
