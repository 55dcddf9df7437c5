"""Freezing: torch's values of the public and the hidden tests, each in its file, the same bytes each time."""

import json
import re

import numpy as np
import pytest

from beras.course.errors import CourseError
from beras.course.freeze import freeze
from beras.course.kit.kit import thaw
from beras.course.manifest import read
from tests.course.small import FROZEN, make

pytestmark = pytest.mark.torch
pytest.importorskip("torch")
pytest.importorskip("jupytext")


def test_each_value_is_noted_once_in_the_file_of_its_tests(tmp_path):
    folder = make(tmp_path, {"tests/frozen.json": None, "hidden/frozen.json": None})
    written = freeze(read(folder))
    assert written == {folder / "tests" / "frozen.json": 2, folder / "hidden" / "frozen.json": 1}
    for path, values in FROZEN.items():
        content = json.loads((folder / path).read_text(encoding="utf-8"))
        assert content["made_by"].startswith("torch 2.")
        for name, value in values.items():
            np.testing.assert_allclose(thaw(name, content["values"][name]), value, rtol=1e-14)
    before = {path: path.read_bytes() for path in written}
    assert freeze(read(folder)) == written
    assert {path: path.read_bytes() for path in written} == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"net/layers.py": ("products.mean(axis=0)", "products.sum(axis=0)")},
            "Nothing was frozen, since not every test passes: .*test_weight_gradient",
        ),
        ({"hidden/test_hidden.py": ("import pytest", "import nompy")}, "Nothing was frozen.*nompy"),
        (
            {
                "tests/test_layers.py": (
                    'oracle("dw", gradient_by_torch)',
                    'oracle("dw", lambda t: t.tensor(0) * factor)',
                )
            },
            "Nothing was frozen",
        ),
        (
            {
                "tests/test_layers.py": (
                    "            X.sizes",
                    '            oracle("dw", lambda torch: 0.0)\n            X.sizes',
                )
            },
            r"the oracle's 'dw' has two values; one of them is from tests/test_layers.py::TestSoftmax::test_values",
        ),
    ],
)
def test_nothing_is_written_when_something_is_wrong(tmp_path, change, message):
    folder = make(tmp_path, {**change, "tests/frozen.json": "left"})
    with pytest.raises(CourseError) as caught:
        freeze(read(folder))
    assert re.search(message, str(caught.value), re.DOTALL), caught.value
    assert (folder / "tests" / "frozen.json").read_text(encoding="utf-8") == "left"
