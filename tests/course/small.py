"""A made-up homework of three tasks, small enough to run in a second: path -> text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from beras.course.kit.kit import checksum, entry_of

MANIFEST = """\
name = "small"
title = "Two layers and a row"
hours = "1 to 2"
seed = "002"
needs = ["numpy>=2.0"]
student = ["net/*.py", "main.py"]
given = ["given.py", "pictures/*.svg"]
notebooks = ["explore.py"]

[[task]]
id = "1.1"
title = "Scale.forward"
file = "net/layers.py"
points = 2
teaches = "a layer is a function | with weights"
hint = ["A product.", "x * self.w"]

[[task]]
id = "1.2"
title = "Scale.weight_gradient"
file = "net/layers.py"
points = 3
teaches = "the mean over the batch"
hidden_points = 2

[[task]]
id = "2.1"
title = "softmax"
file = "main.py"
points = 4
teaches = "the shift that changes nothing"

[[task]]
id = "3.1"
title = "a picture"
file = "explore.py"
points = 0
teaches = "to look"

[[question]]
id = "Q1"
points = 2
length = "2 to 3 sentences"
"""

README = """\
# Two layers and a row

<!-- TASKS -->

Softmax is unchanged when all logits move together.
"""

ANSWERS = """\
# Questions

## Q1. Why is the maximum subtracted?

Say what happens with logits of a thousand.

<!-- BEGIN SOLUTION -->
The exponential of a large number overflows to infinity, and infinity over infinity is no number.
Shifted by the maximum the largest exponent is exactly zero.
<!-- END SOLUTION -->
"""

LAYERS = '''\
"""Layers."""

import numpy as np


class Scale:
    """``x * w``, one factor for each column; ``w`` is ``(n,)``."""

    def __init__(self, w):
        self.w = np.asarray(w, dtype=np.float64)
        self.inputs = None

    def forward(self, x):
        """Return ``x * w``: ``(batch, n)`` to ``(batch, n)``."""
        # TASK 1.1: keep the inputs and multiply
        # BEGIN SOLUTION
        self.inputs = np.array(x, copy=True)
        return self.inputs * self.w
        # END SOLUTION

    def weight_gradient(self, J):
        """Return the mean over the batch of ``x * J``: ``(n,)``; ``J`` is ``(batch, n)``."""
        # TASK 1.2: the mean of the "products"
        # BEGIN SOLUTION
        products = self.inputs * J  # one for each sample and column, before the mean is taken
        for_each_column = products.mean(axis=0)
        return for_each_column
        # END SOLUTION
'''

MAIN = '''\
"""The rest."""

import numpy as np

from net.layers import Scale

from given import digits


def network(x):
    """Return the scaled digits."""
    return Scale(digits()).forward(x)


def softmax(logits):
    """Return ``exp(z) / sum(exp(z))`` over the last axis: ``(batch, n)`` to ``(batch, n)``."""
    # TASK 2.1: shift by the maximum, then divide
    # BEGIN SOLUTION
    shifted = logits - np.max(logits, axis=-1, keepdims=True)
    exponentials = np.exp(shifted)
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)
    # END SOLUTION
'''

GIVEN = '''\
"""Given."""

import numpy as np


def digits():
    return np.arange(3.0)
'''

EXPLORE = """\
# %% [markdown]
# # Look

# %%
import numpy as np

from main import softmax

# %%
# TASK 3.1: print the probabilities of three logits
# BEGIN SOLUTION
print(softmax(np.array([[1.0, 2.0, 3.0]])).round(3))
# END SOLUTION
"""

TEST_LAYERS = """\
import numpy as np
import pytest
from kit import check_gradient, check_values, oracle, raises, untouched
from main import softmax
from net.layers import Scale

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])
W = np.array([0.5, -1.0, 2.0])
J = np.array([[0.3, -0.2, 0.9], [0.7, 0.4, -0.6]])


@pytest.mark.task("1.1")
@pytest.mark.points(2)
@pytest.mark.timeout(2)
def test_forward():
    layer = Scale(W)
    with untouched(x=X):
        y = layer.forward(X)
    check_values(y, [[0.5, -2.0, 6.0], [2.0, -5.0, 14.0]], "y", {"batch": 2, "n": 3})


@pytest.mark.task("1.2")
@pytest.mark.points(3)
@pytest.mark.parametrize("factor", [1.0, 10.0])
def test_weight_gradient(factor):
    layer = Scale(W)
    layer.inputs = X
    check_gradient(
        lambda w: (X * w * factor * J).sum(axis=1).mean(),
        W,
        layer.weight_gradient(factor * J),
        "dw",
        {"batch": 2, "n": 3},
        torch=factor * oracle("dw", gradient_by_torch),
    )


def gradient_by_torch(torch):
    w = torch.tensor(W, requires_grad=True)
    (torch.tensor(X) * w * torch.tensor(J)).sum(1).mean().backward()
    return w.grad


class TestSoftmax:
    pytestmark = pytest.mark.task("2.1")

    @pytest.mark.points(3)
    def test_values(self):
        right = oracle("softmax", lambda torch: torch.softmax(torch.tensor(X), -1))
        check_values(softmax(X), right, "probabilities", tolerance=1e-9, source="torch")
        with raises(AttributeError, "size"):
            X.sizes

    @pytest.mark.points(1)
    @pytest.mark.hint("exp(1000) is infinite")
    def test_large_logits(self):
        with np.errstate(all="ignore"):
            check_values(softmax(X * 1000), [[0.0, 0.0, 1.0]] * 2, "probabilities", hint="subtract the maximum")
"""

HIDDEN = """\
import numpy as np
import pytest
from kit import check_values, oracle
from net.layers import Scale


@pytest.mark.task("1.2")
@pytest.mark.points(2)
@pytest.mark.visibility("hidden")
def test_one_sample():
    layer = Scale([2.0])
    layer.inputs = np.array([[0.123456789]])
    right = oracle("one sample", lambda torch: torch.tensor([0.123456789 * 7.0], dtype=torch.float64))
    check_values(layer.weight_gradient(np.array([[7.0]])), right, "dw")
"""

MISTAKES = """\
[[mistake]]
name = "mean missing"
file = "net/layers.py"
old = "products.mean(axis=0)"
new = "products.sum(axis=0)"
tasks = ["1.2"]
says = "the average over the batch (2)"

[[mistake]]
name = "no shift"
file = "main.py"
old = "shifted = logits - np.max(logits, axis=-1, keepdims=True)"
new = "shifted = logits"
tasks = ["2.1"]
says = "subtract the maximum"

[[mistake]]
name = "input changed"
file = "net/layers.py"
old = '''
        self.inputs = np.array(x, copy=True)
        return self.inputs * self.w'''
new = '''
        self.inputs = x
        x *= self.w
        return x'''
tasks = ["1.1"]
says = "in place"
"""

FILES = {
    "homework.toml": MANIFEST,
    "README.md": README,
    "answers.md": ANSWERS,
    "net/__init__.py": "",
    "net/layers.py": LAYERS,
    "main.py": MAIN,
    "given.py": GIVEN,
    "pictures/net.svg": "<svg/>\n",
    "explore.py": EXPLORE,
    "tests/test_layers.py": TEST_LAYERS,
    "hidden/test_hidden.py": HIDDEN,
    "mistakes.toml": MISTAKES,
}


#: The two files of frozen values: name -> (shape, numbers), worked out by hand or with NumPy.
_E = np.exp(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]]))
FROZEN = {
    "tests/frozen.json": {"dw": [1.55, 0.8, -0.75], "softmax": _E / _E.sum(axis=1, keepdims=True)},
    "hidden/frozen.json": {"one sample": [0.123456789 * 7.0]},
}


def frozen_text(values: Mapping[str, Any]) -> str:
    """Return a ``frozen.json``."""
    entries = {name: entry_of(name, np.array(value, dtype=np.float64)) for name, value in values.items()}
    return json.dumps({"made_by": "hand", "values": entries, "sha256": checksum(entries)})


FILES |= {path: frozen_text(values) for path, values in FROZEN.items()}


def make(root: Path, changes: Mapping[str, tuple[str, str] | str | None] | None = None) -> Path:
    """Write the homework to ``root/reference/small`` and return that folder.

    ``changes``: path -> new text, ``(old, new)`` for a replacement, or None to leave the file out.
    """
    folder = root / "reference" / "small"
    files = dict(FILES)
    for path, change in (changes or {}).items():
        if change is None:
            del files[path]
        elif isinstance(change, str):
            files[path] = change
        else:
            old, new = change
            assert files[path].count(old) == 1, f"{old!r} must stand once in {path}"
            files[path] = files[path].replace(old, new)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="\n")
    return folder
