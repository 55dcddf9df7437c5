"""A job in its own process: who is not installed, who fails, and what comes back."""

from __future__ import annotations

import pytest

from benchmarks.measurements import Entry
from benchmarks.peers import PEERS, Peer, missing_parts
from benchmarks.run.plan import Job
from benchmarks.run.process import records_of
from benchmarks.run.rounds import run_rounds
from benchmarks.run.threads import thread_variables


def test_the_parts_that_are_missing_are_named_as_pip_knows_them():
    assert missing_parts(Peer("", {"json": "json", "no_such_module": "no-such-package"})) == ["no-such-package"]


def test_a_peer_that_is_not_installed_is_a_record(monkeypatch):
    monkeypatch.setitem(PEERS, "jax", Peer("JAX", {"no_such_module": "jax"}))
    job = Job("epoch", "jax", Entry("benchmarks.training.with_jax:Steps"), {"mlp": {}, "wide": {}})
    found = records_of(job, "", 1, 10)
    assert [(r["case"], r["missing"]) for r in found] == [
        ("epoch/mlp", "not installed: pip install jax"),
        ("epoch/wide", "not installed: pip install jax"),
    ]


def test_a_peer_that_is_not_installed_is_not_asked_again():
    job = Job("epoch", "jax", Entry("x:y"), {"mlp": {}})
    asked, heard = [], []

    def run(job):
        asked.append(job)
        return [{"case": "epoch/mlp", "peer": "jax", "missing": "not installed"}]

    run_rounds([[job]], 3, run, heard.append)
    assert len(asked) == 1
    assert heard == [{"case": "epoch/mlp", "peer": "jax", "missing": "not installed", "round": 0}]


def test_a_child_answers_with_value_threads_and_memory():
    job = Job("tape", "beras", Entry("benchmarks.tape.with_beras:bind"), {"operation": {"seconds": 0.0}})
    (record,) = records_of(job, "", 1, 60)
    assert (record["case"], record["peer"]) == ("tape/operation", "beras")
    assert record["plain"] > 0
    assert record["peak"] > 1e6
    assert all(count == 1 for count in record["threads"].values())


def test_a_child_that_raises_is_a_record():
    job = Job("tape", "beras", Entry("benchmarks.tape.with_beras:no_such_part"), {"operation": {"seconds": 0.0}})
    (record,) = records_of(job, "", 1, 60)
    assert record["failed"].startswith("AttributeError")


def test_a_child_that_does_not_end_is_a_record():
    job = Job("tape", "beras", Entry("benchmarks.tape.with_beras:bind"), {"operation": {"seconds": 60.0}})
    (record,) = records_of(job, "", 1, 0.2)
    assert record["failed"] == "took longer than 0 s"


@pytest.mark.parametrize(("threads", "eigen"), [(1, "false"), (2, "true")])
def test_threads_are_set_for_all_libraries(threads, eigen):
    variables = thread_variables(threads)
    assert variables["OMP_NUM_THREADS"] == variables["OPENBLAS_NUM_THREADS"] == variables["NPROC"] == str(threads)
    assert variables["XLA_FLAGS"].endswith(f"multi_thread_eigen={eigen}")
