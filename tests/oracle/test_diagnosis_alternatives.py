"""Wrong gradients that the caller computed; they are asked for last."""

from __future__ import annotations

import numpy as np
import pytest

from beras.oracle.diagnosis import Alternative, Clues, diagnose
from beras.oracle.diagnosis.alternatives import ALTERNATIVES
from tests.oracle.test_diagnosis_gradients import dense

RNG = np.random.default_rng(0)


class Tanh:
    """y = tanh(x @ w), loss = sum(c * y): the gradient of w, and what the known mistakes make of it."""

    def __init__(self, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.x, self.w, self.c = rng.normal(size=(6, 5)), rng.normal(size=(5, 4)), rng.normal(size=(6, 4))
        self.z = self.x @ self.w
        self.y = np.tanh(self.z)

    @property
    def right(self) -> np.ndarray:
        return self.x.T @ (self.c * (1 - self.y**2))

    def alternatives(self) -> list[Alternative]:
        other = Tanh(1).right
        return [
            Alternative("input for output", self.x.T @ (self.c * (1 - self.z**2)), "np.tanh"),
            Alternative("output for input", self.x.T @ (self.c * (1 - np.tanh(self.y) ** 2)), "np.tanh"),
            Alternative("upstream ignored", self.x.T @ (1 - self.y**2)),
            Alternative("stale", other),
            Alternative("input off by one", np.roll(self.x, 1, 0).T @ (self.c * (1 - self.y**2)), "along axis 0"),
            Alternative("accumulated", other + self.right),
            Alternative("local derivative left out", self.x.T @ self.c, "that of np.tanh"),
            Alternative("term missing", self.right - self.x.T @ self.c, "the contribution through np.multiply"),
            Alternative("term twice", self.right + self.x.T @ self.c),
            Alternative("jacobian transposed", self.w * (self.c.T @ self.c).sum()),
            Alternative("one row", np.outer(self.x[0], self.c[0] * (1 - self.y[0] ** 2))),
        ]


def test_all_known_alternatives_are_tried_here():
    assert {alternative.mistake for alternative in Tanh().alternatives()} == set(ALTERNATIVES)


@pytest.mark.parametrize("factor", [1, -1, 6, 0.3719])
@pytest.mark.parametrize("number", range(len(Tanh().alternatives())), ids=lambda n: Tanh().alternatives()[n].mistake)
def test_the_alternative_that_ours_is(number, factor):
    case = Tanh()
    planted = case.alternatives()[number]
    clues = Clues("w", {"batch": 6}, alternatives=iter(case.alternatives()))
    found = diagnose(factor * planted.array, case.right, clues)
    more = {1: [], -1: ["sign"], 6: ["not averaged"], 0.3719: ["factor"]}[factor]
    assert found.mistake.split(" and ") == [planted.mistake, *more]
    assert planted.detail in found.sentence
    assert "{" not in str(found)


def test_float32_is_precise_enough():
    case = Tanh()
    for planted in case.alternatives():
        clues = Clues("w", {"batch": 6}, alternatives=case.alternatives())
        assert diagnose(planted.array.astype(np.float32), case.right, clues).mistake == planted.mistake


def test_an_unknown_key_is_reported_as_it_is():
    case, array = Tanh(), RNG.normal(size=(5, 4))
    found = diagnose(array, case.right, Clues("w", {}, alternatives=[Alternative("{odd} kernel", array, "conv")]))
    assert found.mistake == "{odd} kernel"
    assert "what this mistake gives: {odd} kernel (conv)" in found.sentence


def test_they_are_only_computed_when_the_cheap_comparisons_found_nothing():
    case, consumed = Tanh(), []

    def alternatives():
        for alternative in case.alternatives():
            consumed.append(alternative.mistake)
            yield alternative

    clues = Clues("w", {"batch": 6}, alternatives=alternatives())
    assert diagnose(None, case.right, clues).mistake == "missing"
    assert diagnose(-case.right, case.right, clues).mistake == "sign"
    assert diagnose(6 * case.right, case.right, clues).mistake == "not averaged"
    assert diagnose(case.right, case.right, clues) is None
    assert not consumed
    planted = case.alternatives()[2]
    assert diagnose(planted.array, case.right, clues).mistake == "upstream ignored"
    assert consumed == ["input for output", "output for input", "upstream ignored"], "and no further than needed"


def test_an_exact_alternative_goes_before_a_region_and_an_unknown_factor():
    case = Tanh()
    right = case.right
    ours = right.copy()
    ours[2] *= 0.7
    clues = Clues("w", {"batch": 6}, alternatives=[Alternative("term missing", ours)])
    assert diagnose(ours, right, clues).mistake == "term missing"
    assert diagnose(ours, right, Clues("w", {"batch": 6})).mistake == "region: slice"
    clues = Clues("w", {"batch": 6}, alternatives=[Alternative("upstream ignored", right / 0.37)])
    assert diagnose(right / 0.37, right, clues).mistake == "upstream ignored"
    assert diagnose(right / 0.74, right, clues).mistake == "factor", "a multiple of the right one proves nothing"


def test_alternatives_that_prove_nothing():
    case = Tanh()
    right, ours = case.right, RNG.normal(size=(5, 4))
    useless = [
        Alternative("stale", right),
        Alternative("stale", 0 * right),
        Alternative("stale", right.T),
        Alternative("stale", np.full_like(right, np.nan)),
        Alternative("stale", ours + 1e-3),
        Alternative("stale", np.array("text")),
    ]
    assert diagnose(ours, right, Clues("w", {"batch": 6}, alternatives=useless)) is None
    near = right + 1e-4 * RNG.normal(size=right.shape)
    found = diagnose(
        near + 1e-6 * RNG.normal(size=right.shape), right, Clues("w", {}, alternatives=[Alternative("stale", near)])
    )
    assert found.mistake == "few digits", "a hundredth of the error is left: not near enough"


def test_a_single_entry_only_perhaps():
    right, wrong = np.array(0.3), np.array(0.8)
    found = diagnose(wrong, right, Clues("b", {"batch": 6}, alternatives=[Alternative("stale", wrong)]))
    assert (found.mistake, "perhaps" in found.sentence) == ("stale", True)
    assert diagnose(0.37 * wrong, right, Clues("b", {"batch": 6}, alternatives=[Alternative("stale", wrong)])) is None


def test_in_another_shape():
    layer = dense((7, 5, 3))
    local = RNG.normal(size=(5, 5))
    clues = Clues("kernel", layer.sizes, alternatives=[Alternative("jacobian transposed", local, "of Dense")])
    assert diagnose(local, layer.d_kernel, clues).mistake == "jacobian transposed"
