"""Every rule of the table in float32: as close to the truth as torch is in float32."""

from __future__ import annotations

import numpy as np
import pytest

from beras.autodiff.registry import full_name
from beras.oracle.program import trace
from tests.autodiff.cases import ALL
from tests.oracle.judge import derivatives, numbers, tensor

pytestmark = pytest.mark.torch
pytest.importorskip("torch")
from beras.oracle.replay import Replay  # noqa: E402

EPS = float(np.finfo(np.float32).eps)


def torchs(use, arrays, cotangents):
    replay = Replay(trace(use, arrays, range(len(arrays))))
    gradient = replay.gradient([tensor(g) for g in cotangents])
    return [numbers(y) for y in replay.outputs], [numbers(g) for g in gradient]


@pytest.mark.parametrize("case", ALL, ids=lambda case: full_name(case.covers))
def test_float32(case):
    def use(*arrays):
        return case.use(np, *arrays)

    narrow = [a.astype(np.float32) for a in case.arrays]
    wide = [a.astype(np.float64) for a in narrow]
    program = trace(use, narrow, range(len(narrow)))
    rng = np.random.default_rng(7)
    cotangents = [rng.uniform(0.5, 1.5, y.array.shape).astype(np.float32) for y in program.outputs]
    own, _ = derivatives(use, narrow, [g.astype(y.array.dtype) for g, y in zip(cotangents, program.outputs)], narrow, 1)
    exact = torchs(use, wide, [g.astype(np.float64) for g in cotangents])
    theirs = torchs(use, narrow, [g.astype(y.array.dtype) for g, y in zip(cotangents, program.outputs)])
    scale = max(float(np.abs(a[np.isfinite(a)]).max(initial=1e-30)) for a in [*exact[0], *exact[1], *wide])
    ours = [y.array for y in program.outputs], own
    for mine, other, truth in zip([*ours[0], *ours[1]], [*theirs[0], *theirs[1]], [*exact[0], *exact[1]], strict=True):
        assert mine.dtype == other.dtype
        noise = np.abs(np.asarray(other, np.float64) - truth)
        allowance = 32 * EPS * scale + 8 * float(noise[np.isfinite(noise)].max(initial=0.0))
        np.testing.assert_allclose(mine, truth, rtol=0, atol=allowance, equal_nan=True)
