"""Networks with fixed numbers, and what torch makes of them: right, and with well-known mistakes made on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pytest
from kit import check_values, oracle

FUNCTIONS = ("relu", "sigmoid", "identity")
PAIRS = [(f, g) for f in FUNCTIONS for g in FUNCTIONS]
PARAMETERS = ("W1", "b1", "W2", "b2")

#: `check_values` where torch says what is right.
against_torch = partial(check_values, source="torch")

LAYER_1_MISTAKES = {
    "f' at z_1": "is what f' at the output z_1 gives: take the derivative at the pre-activation s_1",
    "no f'": "is what comes out without f': the gradient by z_1 must go back through f first",
    "g' for f'": "is what comes out when g' is used in place of f'",
}
LAYER_2_MISTAKES = {
    "g' at y_hat": "is what g' at the output y_hat gives: take the derivative at the pre-activation s_2",
    "no g'": "is what comes out without g': the gradient by y_hat must go back through g first",
    "f' for g'": "is what comes out when f' is used in place of g'",
    "s_1 into layer 2": "is what comes out when s_1 is taken for the input of layer 2: that is z_1",
}
#: Only where the layer is square is this no mistake of shapes.
SQUARE_MISTAKES = {"W2 turned": "is what comes out when W2 is transposed on the way back: dJds_2 meets W2 as it is"}


@dataclass(frozen=True)
class Case:
    """A network and a batch for it; the numbers depend on the sizes and the seed alone."""

    f: str
    g: str
    batch: int = 5
    n_in: int = 3
    n_hidden: int = 4
    n_out: int = 2
    seed: int = 0

    def __str__(self) -> str:
        sizes = "-".join(map(str, (self.batch, self.n_in, self.n_hidden, self.n_out, self.seed)))
        return f"{self.f}-{self.g}-{sizes}"

    @property
    def sizes(self) -> dict[str, int]:
        """The lengths that a wrong factor may come from."""
        entries = self.batch * self.n_out
        return {"entries": entries, "batch": self.batch, "outputs": self.n_out}

    @cached_property
    def _numbers(self) -> dict[str, np.ndarray]:
        draw = np.random.RandomState(self.seed).standard_normal
        shapes = {
            "W1": (self.n_hidden, self.n_in),
            "b1": (self.n_hidden,),
            "W2": (self.n_out, self.n_hidden),
            "b2": (self.n_out,),
            "x": (self.batch, self.n_in),
            "y": (self.batch, self.n_out),
            "by y_hat": (self.batch, self.n_out),
            "by z_1": (self.batch, self.n_hidden),
        }
        return {name: draw(shape) for name, shape in shapes.items()}

    def __getitem__(self, name: str) -> np.ndarray:
        """Return a copy of W1, b1, W2, b2, x, y, or of the gradients that come from above: "by y_hat", "by z_1"."""
        return self._numbers[name].copy()

    @property
    def labels(self) -> np.ndarray:
        """Labels 0 and 1."""
        return (self["y"] > 0).astype(np.float64)

    def network(self) -> Any:
        """Return your network with the parameters of this case."""
        from mlp import MLP

        net = MLP(self.n_in, self.n_hidden, self.f, self.n_hidden, self.n_out, self.g)
        for name in PARAMETERS:
            net.parameters[name][...] = self[name]
        return net

    def torch(self, wanted: str, function: Callable[[Any, dict[str, Any]], Any]) -> Any:
        """Return what ``function(torch, layers)`` gives, from torch or frozen; see `layers`."""
        return oracle(f"{self}: {wanted}", lambda torch: function(torch, layers(torch, self)))

    def gradient(self, name: str, by: str, change: str = "") -> np.ndarray:
        """Return the gradient of ``sum(by * cotangent)`` by ``name``: ``gradient("W2", "y_hat")``."""

        def pull_back(torch: Any) -> Any:
            tensors = layers(torch, self, change)
            total = (tensors[by] * torch.tensor(self[f"by {by}"])).sum()
            return torch.autograd.grad(total, tensors[name])[0]

        return oracle(f"{self}: d{by}/d{name}{change and ', ' + change}", pull_back)

    def mistakes(self, name: str, by: str, words: Mapping[str, str]) -> dict[str, np.ndarray]:
        """Return the gradients that mistakes give, each under the words that name it."""
        return {sentence: self.gradient(name, by, change) for change, sentence in words.items()}


def layers(torch: Any, case: Case, change: str = "") -> dict[str, Any]:
    """Return the tensors of the network, by name, with a mistake in their derivatives if ``change`` names one."""
    functions = {"relu": torch.relu, "sigmoid": torch.sigmoid, "identity": lambda s: s * 1}
    linear = torch.nn.functional.linear
    f, g = functions[case.f], functions[case.g]

    def slope(function: Callable[[Any], Any], s: Any) -> Any:
        s = s.detach().requires_grad_()
        return torch.autograd.grad(function(s).sum(), s)[0]

    def mistaken(value: Any, ways: Mapping[str, Callable[[], Any]]) -> Any:
        """Return the numbers of ``value`` with the derivative of the way that ``change`` names."""
        if change not in ways:
            return value
        way = ways[change]()
        return value.detach() + way - way.detach()

    W1, b1, W2, b2 = (torch.tensor(case[name], requires_grad=True) for name in PARAMETERS)
    s_1 = linear(torch.tensor(case["x"]), W1, b1)
    z_1 = f(s_1)
    z_1 = mistaken(
        z_1,
        {"f' at z_1": lambda: slope(f, z_1) * s_1, "no f'": lambda: s_1, "g' for f'": lambda: slope(g, s_1) * s_1},
    )
    s_2 = linear(z_1, W2, b2)
    s_2 = mistaken(
        s_2,
        {
            "s_1 into layer 2": lambda: linear(s_1.detach(), W2, b2) + linear(z_1, W2.detach()),
            "W2 turned": lambda: linear(z_1, W2.T),
        },
    )
    y_hat = g(s_2)
    y_hat = mistaken(
        y_hat,
        {"g' at y_hat": lambda: slope(g, y_hat) * s_2, "no g'": lambda: s_2, "f' for g'": lambda: slope(f, s_2) * s_2},
    )
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "s_1": s_1, "z_1": z_1, "s_2": s_2, "y_hat": y_hat}


@contextmanager
def explained(words: str) -> Iterator[None]:
    """Put a sentence before the message of an exception that your code raises."""
    __tracebackhide__ = True
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, FloatingPointError) as error:
        pytest.fail(f"your code raises {type(error).__name__} ({error}): {words}")


@contextmanager
def finite_arithmetic(words: str) -> Iterator[None]:
    """Fail, with these words, on an overflow, a division by zero, or a result that is no number."""
    __tracebackhide__ = True
    with explained(words), np.errstate(over="raise", divide="raise", invalid="raise"):
        yield
