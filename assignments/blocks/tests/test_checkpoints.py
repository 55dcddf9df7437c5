"""Task 2.8: checkpoints that are whole, and that cannot run anything."""

import numpy as np
import pytest
from hw2.arrays import as_numpy
from hw2.checkpoints import load_checkpoint, save_checkpoint
from hw2.models import MLP
from kit import check_values, raises

FLOAT64 = np.zeros(0)


def model(*hidden):
    return MLP(3, 2, hidden, like=FLOAT64)


def numbers(mlp):
    return [np.array(p) for p, _ in mlp.params()]


@pytest.mark.task("2.8")
@pytest.mark.points(2)
def test_round_trip(tmp_path):
    saved, other = model(4), model(4)
    held = other.params()
    path = save_checkpoint(tmp_path / "runs" / "best.npz", saved)
    assert path.exists(), "save_checkpoint must write the file that it is given"
    left = sorted(file.name for file in path.parent.iterdir())
    assert left == ["best.npz"], f"only best.npz must be left in the folder. Received: {left}"
    load_checkpoint(path, other)
    check_values(numbers(other), numbers(saved), "parameters", tolerance=0)
    sentence = "loading must write into the arrays of the model, in place: an optimizer holds them (p[...] = array)"
    for (before, _), (after, _) in zip(held, other.params()):
        assert before is after, sentence
        assert np.array_equal(as_numpy(before), as_numpy(after)), sentence


class Reached(Exception):
    """Raised by what a pickle would run."""


def explode():
    raise Reached


class Bomb:
    def __reduce__(self):
        return explode, ()


@pytest.mark.task("2.8")
@pytest.mark.points(1)
def test_no_pickle_is_opened(tmp_path):
    path = tmp_path / "bomb.npz"
    trap = np.empty(4, dtype=object)
    trap[:] = [Bomb() for _ in range(4)]
    np.savez(path, **{str(number): trap for number in range(4)})
    try:
        load_checkpoint(path, model(4))
    except ValueError:
        return
    except Reached:
        pytest.fail("loading ran a program that was hidden in the file: np.load without pickle", pytrace=False)
    pytest.fail("a file of pickled objects must be refused with a ValueError", pytrace=False)


@pytest.mark.task("2.8")
@pytest.mark.points(2)
def test_another_architecture_is_refused(tmp_path):
    deep, wide, small = model(4, 4), model(5), model(4)
    for right, words in ((deep, ["6", "4"]), (wide, ["(5, 3)", "(4, 3)"])):
        path = save_checkpoint(tmp_path / "best.npz", right)
        before = numbers(small)
        with raises(ValueError, words):
            load_checkpoint(path, small)
        check_values(numbers(small), before, "parameters", hint="Check everything before you write the first number.")
    partly = MLP(3, 3, (4,), like=FLOAT64)
    path = save_checkpoint(tmp_path / "best.npz", partly)
    before = numbers(small)
    with raises(ValueError, ["(3, 4)", "(2, 4)"]):
        load_checkpoint(path, small)
    half = "were written before all shapes were checked: the model is left half loaded"
    for came, was, in_file in zip(numbers(small), before, numbers(partly)):
        check_values(came, was, "parameters", mistakes={half: in_file} if in_file.shape == was.shape else {})


@pytest.mark.task("2.8")
@pytest.mark.points(1)
def test_a_save_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    first = model(4)
    path = save_checkpoint(tmp_path / "best.npz", first)
    right = path.read_bytes()

    def full_disk(file, *arrays, **named):
        if hasattr(file, "write"):
            file.write(b"half of it")
        else:
            with open(file, "wb") as opened:
                opened.write(b"half of it")
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with raises(OSError, "no space"):
        save_checkpoint(path, model(4))
    sentence = "a save that failed half-way destroyed the checkpoint before it: write beside it, then os.replace"
    assert path.exists(), sentence
    assert path.read_bytes() == right, sentence
