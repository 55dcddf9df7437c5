from __future__ import annotations

import json
import math

import numpy as np
import pytest

import beras
from beras.oracle.training import BothTrainings, train_both
from beras.oracle.training.parting import differences
from tests.oracle.training.problems import BATCH, LABELS, X, mlp


def both(**changed):
    """Return two trainings of four steps, whose numbers can be told at a glance."""
    fields = {
        "beras_losses": np.array([2.0, 1.5, 1.0, 0.5]),
        "torch_losses": np.array([2.0, 1.5, 1.0 + 1e-5, 0.5 - 1e-3]),
        "steps": np.array([2, 4]),
        "weight_differences": np.array([1e-9, 4e-2]),
        "relative_weight_differences": np.array([1e-8, 2e-2]),
        "epochs": [
            {"epoch": 1, "step": 2, "beras": {"loss": 1.75, "accuracy": 0.5}, "torch": {"loss": 1.75, "accuracy": 0.5}},
            {"epoch": 2, "step": 4, "beras": {"loss": 0.75, "accuracy": 1.0}, "torch": {"loss": 0.7495, "accuracy": 1}},
        ],
        "settings": {"model": "mine", "optimizer": "Adam", "loss": "mse", "dtype": "float32", "batch_size": 8},
        "seconds": {"beras": 0.5, "torch": 1.25},
        "model": None,
        "module": None,
    }
    return BothTrainings(**{**fields, **changed})


def test_the_numbers_are_those_of_the_steps():
    found = both()
    np.testing.assert_allclose(found.loss_differences, [0, 0, 1e-5, 1e-3], atol=1e-15)
    assert found.largest_loss_difference == pytest.approx(1e-3)
    assert found.largest_weight_difference == 4e-2
    assert found.largest_relative_weight_difference == 2e-2
    assert [found.first_step_apart(t) for t in (1e-9, 1e-6, 1e-4, 1e-2, 1.0)] == [2, 3, 4, 4, None]


def test_it_prints_as_a_table_with_the_largest_differences():
    text = str(both())
    assert text.splitlines()[0] == "mine in beras and in torch: Adam, mse, float32, 4 steps in batches of 8"
    row = next(line for line in text.splitlines() if line.startswith("│     2"))
    assert [cell.strip() for cell in row.strip("│").split("│")] == ["2", "0.75", "0.7495", "1", "1", "2.0e-02"]
    for part in (
        "Largest difference of the losses: 1.0e-03 (step 4)",
        "2.0e-02 of their length (step 4), 4.0e-02 in one entry; rounding is 1.2e-07",
        "first differ by more than 1e-06 at step 3. (One relu",
        "beras 0.50, torch 1.25",
    ):
        assert part in text
    assert "1.0e-03" in repr(both())
    same = both(torch_losses=both().beras_losses, relative_weight_differences=np.zeros(2))
    assert "They never differ by more than 1e-06." in str(same)


def test_it_becomes_plain_values():
    plain = json.loads(json.dumps(both().to_dict()))
    assert plain["torch_losses"][-1] == 0.5 - 1e-3
    assert plain["first_step_apart"] == 3
    assert plain["epochs"][1]["beras"] == {"loss": 0.75, "accuracy": 1.0}
    assert "module" not in plain


def test_what_is_no_number_is_apart_only_if_one_side_has_it():
    found = differences([np.nan, np.inf, np.nan, np.inf, 1.0], [np.nan, np.inf, 1.0, -np.inf, 3.0])
    assert found.tolist() == [0, 0, math.inf, math.inf, 2]


def test_the_figure_shows_both_losses_and_how_they_part(tmp_path):
    pytest.importorskip("matplotlib")
    figure = both().figure()
    losses, apart = figure.axes
    assert [line.get_label() for line in losses.lines] == ["beras", "torch"]
    np.testing.assert_array_equal(losses.lines[0].get_xdata(), [1, 2, 3, 4])
    np.testing.assert_array_equal(losses.lines[1].get_ydata(), both().torch_losses)
    assert apart.get_yscale() == "log"
    by_loss, by_weight, rounding = apart.lines
    np.testing.assert_allclose(by_loss.get_ydata(), [np.nan, np.nan, 1e-5, 1e-3])
    np.testing.assert_array_equal(by_weight.get_xdata(), [2, 4])
    np.testing.assert_array_equal(by_weight.get_ydata(), [1e-8, 2e-2])
    assert rounding.get_ydata()[0] == np.finfo("float32").eps
    figure.savefig(tmp_path / "both.png")
    both(torch_losses=both().beras_losses, relative_weight_differences=np.zeros(2)).figure().savefig(tmp_path / "0.png")


@pytest.mark.torch
def test_the_weights_are_compared_as_often_as_asked_and_after_each_epoch():
    pytest.importorskip("torch")
    model = mlp("softmax")
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    found = train_both(model, X, LABELS, epochs=2, batch_size=BATCH, every=3)
    assert found.steps.tolist() == [3, 5, 6, 9, 10]
    assert [epoch["step"] for epoch in found.epochs] == [5, 10]
    means = found.torch_losses.reshape(2, 5).mean(axis=1)
    np.testing.assert_allclose([epoch["torch"]["loss"] for epoch in found.epochs], means, rtol=1e-12)
    ours = [w.numpy() for w in found.model.weights]
    theirs = [p.detach().numpy() for p in found.module.parameters()]
    theirs = [t.T if t.ndim == 2 else t for t in theirs]
    gaps = [np.abs(a - b).max() for a, b in zip(ours, theirs, strict=True)]
    assert found.weight_differences[-1] == max(gaps)
    length = np.sqrt(sum(np.sum(a**2) for a in ours))
    distance = np.sqrt(sum(np.sum((a - b) ** 2) for a, b in zip(ours, theirs, strict=True)))
    assert found.relative_weight_differences[-1] == pytest.approx(distance / length)
    labels = found.module(torch_tensor(X)).argmax(1).numpy()
    assert found.epochs[1]["torch"]["accuracy"] == pytest.approx(np.mean(labels == LABELS), abs=0.15)


@pytest.mark.torch
def test_trainings_that_diverge_can_still_be_compared():
    pytest.importorskip("torch")
    model = mlp(hidden="linear")
    model.compile(beras.optimizers.SGD(50.0), "mse")
    with np.errstate(all="ignore"):
        found = train_both(model, X, X[:, :3], epochs=40, batch_size=BATCH)
    assert not math.isfinite(found.beras_losses[-1])
    assert str(found)
    assert found.relative_weight_differences[0] < 1e-12
    found.to_dict()


def torch_tensor(x):
    import torch

    return torch.tensor(x)
