"""The tables and the files."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from benchmarks.report import store
from benchmarks.report.standing import standings
from benchmarks.report.tables import print_report
from benchmarks.report.verdicts import verdicts

MACHINE = {
    "processor": "a processor",
    "processors": 2,
    "threads": 2,
    "load": 0.1,
    "system": "Linux",
    "python": "3.11",
    "versions": {"numpy": "2.4"},
    "commit": None,
    "is_quick": False,
    "others": 0.0,
    "pools": {"beras": {"openblas 0.3": 2}, "numpy": {"openblas 0.3": 2}},
}
RECORDS = [
    {"case": "epoch/mlp", "peer": "beras", "round": 0, "value": 0.9, "accuracy": 0.975, "others": 0.0},
    {"case": "epoch/mlp", "peer": "jax", "round": 0, "value": 1.2, "accuracy": 0.976, "others": 0.0},
    {"case": "epoch/mlp", "peer": "torch", "round": 0, "missing": "not installed: pip install torch", "others": 0.0},
]


def printed(records, **machine):
    text = io.StringIO()
    found = standings(records)
    print_report(Console(file=text, width=200), MACHINE | machine, found, verdicts(found))
    return text.getvalue()


def line(text, start):
    return next(row.split() for row in text.splitlines() if row.startswith(start))


def test_a_row_has_median_spread_ratio_and_accuracy():
    assert line(printed(RECORDS), "JAX, jitted step")[3:] == (
        ["1.20", "1.20", "to", "1.20", "0.750", "0.750", "to", "0.750", "0.9760"]
    )


def test_a_missing_peer_is_a_line():
    assert line(printed(RECORDS), "PyTorch eager")[2:] == ["-", "not", "installed:", "pip", "install", "torch"]


def test_goals_are_marked():
    text = printed(RECORDS)
    assert line(text, "mlp, an epoch, against JAX jit")[-2:] == ["0.9", "met"]
    assert line(text, "mlp, an epoch, against PyTorch eager with fused")[-3:] == ["torch-fused:", "not", "measured"]


@pytest.mark.parametrize(
    ("peers", "start", "row"),
    [
        ({"beras": 1, "jax": 2}, "batch 32", ["batch", "32", "32.0", "64.0", "(0.500)"]),
        ({"beras": 1, "jax": 2, "torch": 4, "numpy": 4}, "JAX", ["2.00", "(0.500)", "64.0", "(0.500)"]),
    ],
)
def test_many_variants_stand_side_by_side_with_more_rows_than_columns(peers, start, row):
    records = [
        {"case": f"batch/batch {n}", "peer": peer, "round": 0, "value": value * n / 1000, "others": None}
        for n in (1, 32, 128, 1024)
        for peer, value in peers.items()
    ]
    assert " ".join(row) in " ".join(line(printed(records), start))


def test_threads_and_libraries_are_said():
    assert "openblas 0.3, threads: 2: beras, numpy" in printed(RECORDS)


@pytest.mark.parametrize(("others", "warned"), [(0.05, False), (1.3, True)])
def test_a_busy_machine_is_said(others, warned):
    assert ("Measure on a quiet machine" in printed(RECORDS, others=others)) is warned


def test_results_are_kept_and_continued(tmp_path):
    found = standings(RECORDS)
    store.write(tmp_path, MACHINE, RECORDS, found, verdicts(found))
    content = json.loads((tmp_path / store.RESULTS).read_text(encoding="utf-8"))
    assert content["standings"]["epoch/mlp"]["jax"]["beras_takes"] == pytest.approx(
        {"value": 0.75, "low": 0.75, "high": 0.75}
    )
    assert store.read(tmp_path) == (MACHINE, RECORDS)
    assert store.continued(tmp_path, MACHINE, {"epoch/wide"}) == RECORDS
    assert store.continued(tmp_path, MACHINE, {"epoch/mlp"}) == []


def test_results_of_another_number_of_threads_are_not_continued(tmp_path):
    store.write(tmp_path, MACHINE, RECORDS, {}, [])
    with pytest.raises(ValueError, match="threads 2; now it is 1"):
        store.continued(tmp_path, MACHINE | {"threads": 1}, set())


def test_no_results_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="Run the benchmark without --report"):
        store.read(tmp_path)


def test_figures(tmp_path):
    pytest.importorskip("matplotlib")
    from benchmarks.report.figures import draw

    growth = [
        {"case": f"growth/width {n}", "peer": "beras", "round": 0, "value": n * 1e-6, "others": 0.0} for n in (16, 64)
    ]
    written = draw(tmp_path, standings(RECORDS + growth), kinds=["svg"])
    assert [file.name for file in written] == ["epochs.svg", "growth.svg"]
    assert "784-256-128-10" in (tmp_path / "epochs.svg").read_text(encoding="utf-8")
