"""The tables fit together, and a selection takes what it names."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.goals import GOALS
from benchmarks.measurements import MEASUREMENTS
from benchmarks.peers import PEERS
from benchmarks.run.plan import Job, Selection, jobs
from benchmarks.run.rounds import turns
from benchmarks.workloads import FULL, GROWTH, QUICK

ROOT = Path(__file__).parents[2]


def test_all_goals_are_measured():
    cases = {case for group in jobs(Selection()) for job in group for case in job.cases}
    assert [goal.text for goal in GOALS if goal.case not in cases] == []
    for goal in GOALS:
        entries = MEASUREMENTS[goal.case.split("/")[0]].entries
        assert {"beras", goal.against or "beras"} <= entries.keys()


@pytest.mark.parametrize("measurement", MEASUREMENTS.values(), ids=list(MEASUREMENTS))
def test_all_parts_are_there(measurement):
    parts = [measurement.measure, *(entry.part for entry in measurement.entries.values() if ":" in entry.part)]
    for part in parts:
        module, name = part.split(":")
        source = Path(find_spec(module).origin).read_text(encoding="utf-8")
        assert f"def {name}(" in source or f"class {name}" in source
    assert measurement.entries.keys() <= PEERS.keys()
    assert measurement.baseline in measurement.entries


def test_a_selection_takes_what_it_names():
    groups = jobs(Selection(["epoch"], ["mlp", "wide"], ["jax", "beras"]))
    assert [[(job.peer, job.cases) for job in group] for group in groups] == [
        [("beras", ["epoch/mlp"]), ("jax", ["epoch/mlp"])],
        [("beras", ["epoch/wide"]), ("jax", ["epoch/wide"])],
    ]


def test_a_workload_keeps_what_belongs_to_none():
    chosen = {job.measurement for group in jobs(Selection(workloads=["softmax"])) for job in group}
    assert {"epoch", "import", "tape"} <= chosen
    assert "hvp" not in chosen


def test_a_curve_is_one_process():
    (group,) = jobs(Selection(["growth"], peers=["beras"]))
    (job,) = group
    assert len(job.variants) == sum(map(len, GROWTH.values()))


def test_quick_trains_on_less():
    quick, full = (
        job.variants["mlp"]
        for size in (QUICK, FULL)
        for group in jobs(Selection(["epoch"], ["mlp"], ["beras"], size))
        for job in group
    )
    assert quick["samples"] < full["samples"] == 60_000
    assert full["epochs"] >= 3  # subnormal numbers come after the first


def test_contenders_take_turns_and_another_one_begins_each_round():
    groups = [[Job("epoch", peer, MEASUREMENTS["epoch"].entries[peer], {}) for peer in ("beras", "jax", "torch")]]
    order = [(number, job.peer) for number, job in turns(groups, rounds=2)]
    assert order == [(0, "beras"), (0, "jax"), (0, "torch"), (1, "jax"), (1, "torch"), (1, "beras")]
