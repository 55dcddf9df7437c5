"""Medians, spreads, ratios and bands of accuracy, against numbers worked out by hand."""

from __future__ import annotations

import pytest

from benchmarks.goals import Goal
from benchmarks.measurements import Band
from benchmarks.report.standing import Standing, ratio, standings, within_bands
from benchmarks.report.verdicts import verdicts


def records(case, peer, values, accuracy=None):
    learned = {} if accuracy is None else {"accuracy": accuracy}
    return [{"case": case, "peer": peer, "round": n, "value": v, **learned} for n, v in enumerate(values)]


def test_median_and_spread():
    standing = standings(records("epoch/mlp", "beras", [3.0, 1.0, 2.0, 9.0], 0.97))["epoch/mlp"]["beras"]
    assert (standing.median, standing.spread, standing.accuracy) == (2.5, (1.0, 9.0), 0.97)


def test_ratio_is_of_medians_and_its_spread_of_rounds():
    found = ratio(Standing({0: 1.0, 1: 2.0, 2: 6.0}), Standing({0: 2.0, 1: 2.0, 2: 3.0}))
    assert (found.value, found.low, found.high) == (1.0, 0.5, 2.0)


def test_ratio_takes_the_rounds_that_both_have():
    found = ratio(Standing({0: 1.0, 1: 100.0}), Standing({0: 4.0}))
    assert (found.value, found.low, found.high) == (0.25, 0.25, 0.25)


@pytest.mark.parametrize(
    "other", [None, Standing(note="not installed: pip install jax"), Standing({5: 1.0}), Standing({0: 1.0}, note="?")]
)
def test_no_ratio_to_what_does_not_count(other):
    assert ratio(Standing({0: 1.0}), other) is None


def test_a_failure_in_one_round_is_named():
    broken = {"case": "epoch/mlp", "peer": "jax", "round": 1, "failed": "ValueError: no"}
    standing = standings([*records("epoch/mlp", "jax", [1.0]), broken])["epoch/mlp"]["jax"]
    assert standing.note == "ValueError: no"
    assert not standing.counts


def test_who_learns_less_or_more_than_the_others_does_not_count():
    peers = {"a": 0.975, "b": 0.976, "c": 0.974, "lazy": 0.95, "cheat": 1.0}
    found = standings(r for peer, accuracy in peers.items() for r in records("epoch/mlp", peer, [1.0], accuracy))
    judged = within_bands(found, {"epoch/mlp": Band(0.96, 0.01)})["epoch/mlp"]
    assert {peer for peer, standing in judged.items() if standing.counts} == {"a", "b", "c"}
    assert judged["lazy"].note == "accuracy 0.9500 is outside 0.9650 to 0.9850"


def test_all_may_be_below_the_floor():
    found = standings(r for peer in "ab" for r in records("epoch/mlp", peer, [1.0], 0.5))
    judged = within_bands(found, {"epoch/mlp": Band(0.96, 0.01)})["epoch/mlp"]
    assert not any(standing.counts for standing in judged.values())


def test_who_learns_nothing_is_not_judged():
    found = standings(records("epoch/mlp", "products", [1.0]))
    assert within_bands(found, {"epoch/mlp": Band(0.96, 0.01)})["epoch/mlp"]["products"].counts


GOAL = Goal("", "epoch/mlp", "jax", 0.9)


@pytest.mark.parametrize(
    ("jax", "state", "reason"),
    [
        (records("epoch/mlp", "jax", [1.0]), "met", ""),
        (records("epoch/mlp", "jax", [0.5]), "missed", ""),
        ([], "not judged", "jax: not measured"),
        (
            [{"case": "epoch/mlp", "peer": "jax", "round": 0, "missing": "not installed"}],
            "not judged",
            "jax: not installed",
        ),
    ],
)
def test_verdicts(jax, state, reason):
    (verdict,) = verdicts(standings([*records("epoch/mlp", "beras", [0.9]), *jax]), [GOAL])
    assert (verdict.state, verdict.reason) == (state, reason)


def test_a_goal_without_a_peer_is_in_the_unit_of_its_measurement():
    found = standings(records("memory/mlp", "beras", [100e6, 120e6, 130e6]))
    (verdict,) = verdicts(found, [Goal("", "memory/mlp", None, 120)])
    assert (verdict.found.value, verdict.found.low, verdict.found.high) == pytest.approx((120, 100, 130))
    assert verdict.state == "met"
