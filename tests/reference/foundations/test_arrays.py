"""Arrays of any kind: what fits beside what, and that torch is never imported by the homework."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]

WITHOUT_TORCH = """
import sys
class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name=name)
sys.meta_path.insert(0, NoTorch())
import numpy as np
import arrays, calculus, explorer, figures, knn, logic, softmax_losses as s
assert "matplotlib" not in sys.modules, "matplotlib"
assert "ipywidgets" not in sys.modules, "ipywidgets"
assert knn.nearest_neighbors([[0.0], [2.0]], [[1.5]], 1)[1] == 1
assert calculus.derivatives(np.sin, 0.0, 3)[3] == -1.0
assert logic.logic_networks()["AND"]({"a": np.ones(1), "b": np.ones(1)})["out"] == 1
assert np.allclose(s.gradient_by_beras(s.cross_entropy, [0, 1], [0.0, 0.0]), [0.5, -0.5])
try:
    s.gradient_by_torch(s.cross_entropy, [0, 1], [0.0, 0.0])
except ImportError as error:
    assert "beras[oracle]" in str(error)
else:
    raise SystemExit("gradient_by_torch did not ask for torch")
print("all without torch")
"""


def test_everything_works_where_torch_is_not_installed(solution):
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join((str(solution), str(ROOT))),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH], env=environment, capture_output=True, encoding="utf-8", timeout=60
    )
    assert done.stdout == "all without torch\n", done.stderr


def test_lists_take_the_dtype_of_the_arrays_beside_them():
    from arrays import alike

    xp, y, p = alike([0, 1], np.zeros(2, np.float32))
    assert xp is np
    assert y.dtype == p.dtype == np.float32
    assert [part.dtype for part in alike([1], True)[1:]] == [np.float64] * 2
    halves = alike(np.zeros(1, np.float16), np.zeros(1, np.float32), 3)
    assert [part.dtype for part in halves[1:]] == [np.float16, np.float32, np.float32]


@pytest.mark.torch
def test_beside_a_tensor_all_become_tensors():
    torch = pytest.importorskip("torch")
    from arrays import alike, through_numpy

    xp, y, p, n = alike([0, 1], torch.zeros(2, dtype=torch.float16), np.arange(2))
    assert xp is torch
    assert [part.dtype for part in (y, p, n)] == [torch.float16] * 3
    assert alike(torch.arange(3))[1].dtype == torch.float32

    @through_numpy
    def twice(x, as_list=False):
        assert type(x) is np.ndarray
        return [x + x] if as_list else x + x

    assert twice(torch.ones(2)).tolist() == [2.0, 2.0]
    [inside] = twice(x=torch.ones(2, requires_grad=True), as_list=True)
    assert isinstance(inside, torch.Tensor)
    assert not inside.requires_grad
