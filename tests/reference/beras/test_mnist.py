"""The two models on all of MNIST: the accuracies that the homework promises, in seconds."""

import numpy as np
import pytest


def test_mnist_itself(data_path):
    import preprocess

    for subset, samples, counts in (("train", 60_000, (5923, 6742)), ("test", 10_000, (980, 1135))):
        x, y = preprocess.get_data_MNIST(subset, data_path)
        assert (x.shape, x.dtype, y.shape, y.dtype) == ((samples, 784), np.float32, (samples,), np.uint8)
        assert (x.min(), x.max()) == (0, 1)
        assert tuple(np.bincount(y)[:2]) == counts
    with pytest.raises(ValueError, match="'validation'"):
        preprocess.get_data_MNIST("validation", data_path)


def test_the_simple_model(data_path):
    import assignment

    components = assignment.get_simple_model_components()
    kinds = [type(part).__name__ for part in (components.model.optimizer, components.model.loss_fn)]
    assert kinds == ["BasicOptimizer", "MeanSquaredError"]
    assert (components.model.optimizer.learning_rate, components.epochs, components.batch_size) == (0.02, 10, 100)
    result = assignment.train_and_test(components, data_path)
    assert result["acc"] == pytest.approx(0.905, abs=0.003)


def test_the_simple_model_with_the_exact_derivative_does_not_pass(data_path, monkeypatch):
    """The reason for the convention of MeanSquaredError.input_gradients."""
    import assignment
    import Beras

    undivided = Beras.MeanSquaredError.input_gradients
    monkeypatch.setattr(Beras.MeanSquaredError, "input_gradients", lambda loss_fn: undivided(loss_fn) / 10)
    assert 0.75 < assignment.train_and_test(assignment.get_simple_model_components(), data_path)["acc"] < 0.85


def test_the_advanced_model(data_path):
    import assignment

    result = assignment.train_and_test(assignment.get_advanced_model_components(), data_path)
    assert result["acc"] > 0.97
