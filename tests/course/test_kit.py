"""The kit of the tests: what it lets pass, and what it says of the rest."""

import ast
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from beras.course.kit import kit
from beras.course.kit.kit import check_gradient, check_values, oracle, raises, rel_error, untouched

RIGHT = np.array([[0.1, -0.2, 0.7], [0.4, 0.5, -0.6]])
SIZES = {"batch": 32, "units": 3}


@pytest.fixture(params=["with beras", "without beras"])
def with_or_without_beras(request, monkeypatch):
    if request.param == "without beras":
        monkeypatch.setitem(sys.modules, "beras.oracle.diagnosis", None)


def said(function, *arguments, **options) -> str:
    with pytest.raises(pytest.fail.Exception) as caught:
        function(*arguments, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    "ours",
    [RIGHT, RIGHT.tolist(), RIGHT * (1 + 1e-8), RIGHT + 5e-7 * 0.7, np.asfortranarray(RIGHT), RIGHT.view(np.matrix)],
)
def test_the_right_values_pass(ours):
    check_values(ours, RIGHT, "dW")


def test_infinities_and_nan_are_equal_to_themselves():
    check_values([np.inf, np.nan, 1.0], [np.inf, np.nan, 1.0], "x")
    assert "x" in said(check_values, [np.inf, 0.0, 1.0], [np.inf, np.nan, 1.0], "x")


def test_where_all_is_zero_the_tolerance_is_absolute():
    check_values([1e-7, 0.0], [0.0, 0.0], "x")
    assert "worst at x[0]: yours 1e-05, expected 0" in said(check_values, [1e-5, 0.0], [0.0, 0.0], "x")


@pytest.mark.usefixtures("with_or_without_beras")
@pytest.mark.parametrize(
    ("ours", "words"),
    [
        (32 * RIGHT, "your dW is 32 times the right one everywhere: is the average over the batch (32) missing"),
        (RIGHT / 32, "your dW is 1/32 of the right one everywhere: is it averaged over the batch (32)"),
        (-RIGHT, "your dW is minus the right one everywhere: is a minus sign lost"),
        (2 * RIGHT, "your dW is 2 times the right one everywhere: is it counted twice"),
        (0 * RIGHT, "your dW is zero everywhere, and the right one is not"),
        (RIGHT.T, "(3, 2)"),
        (RIGHT[0], "shape (3,)"),
        (np.where(RIGHT > 0.6, np.nan, RIGHT), "NaN"),
        (None, "your dW is None: is a return missing?"),
        ("words", "your dW holds no real numbers (dtype <U5). Received: str"),
        ([[1.0, 2.0], [3.0]], "your dW is no array of numbers. Received: list of length 2"),
        (np.array([object()]), "your dW holds no real numbers (dtype object)"),
    ],
)
def test_wrong_values_are_named(ours, words):
    assert words in said(check_values, ours, RIGHT, "dW", SIZES)


def test_a_square_array_that_is_transposed_is_named_without_beras_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "beras.oracle.diagnosis", None)
    square = np.arange(9.0).reshape(3, 3)
    assert "your W is the right one transposed" in said(check_values, square.T, square, "W")


def test_the_message_is_the_sentence_then_the_worst_entry_then_the_hint():
    wrong = RIGHT.copy()
    wrong[1, 2] = 0.7712
    lines = said(check_values, wrong, RIGHT, "dW", hint="Look at the last row.").split("\n")
    assert lines[0].startswith("your dW")
    assert lines[1] == "worst at dW[1, 2]: yours 0.7712, expected -0.6   (relative error 1: wrong)"
    assert lines[2] == "hint: Look at the last row."
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("factor", "word"),
    [(1 + 1e-1, "wrong"), (1 + 1e-3, "uncomfortable"), (1 + 1e-5, "fine only where there are kinks")],
)
def test_the_words_of_cs231n(factor, word):
    assert f": {word})" in said(check_values, RIGHT * factor, RIGHT, "dW")


def test_numbers_that_look_alike_are_shown_with_more_digits():
    assert "yours 0.50000005, expected 0.5 " in said(check_values, [0.50000005], [0.5], "x", tolerance=1e-9)


def test_a_dtype_that_matters():
    check_values(np.float32([1.0]), [1.0], "x", dtype="float32")
    assert said(check_values, [1.0], [1.0], "x", dtype="float32") == "your x has dtype float64 where float32 is right"


def test_lists_of_arrays_are_compared_one_by_one():
    check_values([RIGHT, RIGHT[0]], [RIGHT, RIGHT[0]], "gradients")
    assert "your gradients[1]" in said(check_values, (RIGHT, -RIGHT[0]), [RIGHT, RIGHT[0]], "gradients")
    assert "must be a list of 2 arrays. Received: ndarray" in said(check_values, RIGHT, [RIGHT, RIGHT], "gradients")
    assert "holds 1 arrays where 2 are right" in said(check_values, [RIGHT], [RIGHT, RIGHT], "gradients")


def test_a_mistake_that_the_test_knows_is_named_before_all_others():
    known = {"is what the derivative at the output gives: take it at the input": -RIGHT}
    message = said(check_values, -RIGHT, RIGHT, "dW", mistakes=known)
    assert message.startswith("your dW is what the derivative at the output gives: take it at the input\n")
    check_values(RIGHT, RIGHT, "dW", mistakes={"is right": RIGHT})


def test_an_object_that_claims_to_be_equal_is_no_array():
    class Equal:
        def __eq__(self, other):
            return True

        __hash__ = None

    assert "no real numbers (dtype object)" in said(check_values, Equal(), 1.0, "x")


def test_a_subclass_that_compares_as_it_likes_is_read_as_plain_numbers():
    class Flattering(np.ndarray):
        def __array_ufunc__(self, ufunc, method, *inputs, **options):
            return np.zeros(self.shape)

    assert "your x is not right" in said(check_values, np.ones(7).view(Flattering), np.arange(7.0) ** 2, "x")


# Gradients


def f(x):
    return float(np.sum(x**3))


def test_central_differences_decide():
    x = np.array([[0.3, -1.0], [2.0, 0.7]])
    assert np.abs(kit.central_differences(f, x) - 3 * x**2).max() < 1e-9
    check_gradient(f, x, 3 * x**2, "dx")
    message = said(check_gradient, f, x, x**2, "dx", torch=3 * x**2)
    assert "worst at dx[1, 0]: yours 4, central differences 12, torch 12   (relative error 0.5: wrong)" in message


def test_an_array_is_contracted_with_its_cotangent():
    x, w, J = np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([[10.0]])
    check_gradient(lambda w: x @ w, w, x.T @ J, "dw", J=J)
    assert "returns an array of shape (1, 1) where (2, 1) is right" in said(
        check_gradient, lambda w: x @ w, w, x.T, "dw", J=w
    )
    assert "must return one number here" in said(check_gradient, lambda w: np.ones(2), w, w, "dw")


def test_a_function_that_changes_its_input_does_not_spoil_the_differences():
    def greedy(x):
        x *= x
        return x.sum()

    x = np.array([1.0, 2.0])
    check_gradient(greedy, x, 2 * x, "dx")
    assert x.tolist() == [1.0, 2.0]


def test_single_precision_is_said_and_not_taken_for_a_wrong_gradient():
    message = said(check_gradient, lambda x: np.float32(x.sum()), np.ones(2), np.ones(2), "dx")
    assert "your function gives float32 for float64 numbers" in message


def test_oracles_that_disagree_blame_the_test():
    with pytest.raises(AssertionError, match="The oracles do not agree on dx, so nothing is said about your code"):
        check_gradient(f, np.ones(2), np.ones(2), "dx", torch=np.ones(2))


def test_rel_error():
    assert rel_error(1.0, 1.0) == 0.0
    assert rel_error([1.0, 2.0], [1.0, 2.2]) == pytest.approx(0.2 / 4.2)
    assert rel_error([np.nan], [1.0]) == np.inf


# Values of torch


@pytest.fixture
def frozen(tmp_path, monkeypatch):
    """Return ``write(values)``: put frozen values beside the kit."""
    monkeypatch.setattr(kit, "__file__", str(tmp_path / "kit.py"))
    monkeypatch.setattr(kit, "find_spec", lambda name: None)
    kit._frozen.cache_clear()

    def write(values, file="frozen.json"):
        entries = {name: kit.entry_of(name, np.asarray(value)) for name, value in values.items()}
        content = {"made_by": "hand", "values": entries, "sha256": kit.checksum(entries)}
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(json.dumps(content), encoding="utf-8")
        return tmp_path / file

    yield write
    kit._frozen.cache_clear()


@pytest.mark.parametrize(
    "value",
    [
        np.array([1.0, -2.5e-300, np.inf, -np.inf, np.nan]),
        np.float32([[0.1, 0.2]]),
        np.array([[1, 2]]),
        np.array(3.0),
        np.array([True, False]),
        np.zeros((0, 3)),
    ],
)
def test_frozen_values_come_back_as_they_were(frozen, value):
    frozen({"a": value})
    back = oracle("a", lambda torch: pytest.fail("there is no torch here"))
    assert back.dtype == value.dtype
    assert back.shape == value.shape
    assert np.array_equal(back, value, equal_nan=value.dtype.kind == "f")


def test_hidden_values_have_a_file_of_their_own(frozen):
    frozen({"a": [1.0]})
    frozen({"b": [2.0]}, "hidden/frozen.json")
    assert oracle("b", None).tolist() == [2.0]


def test_a_value_that_is_missing_is_no_fault_of_the_student(frozen):
    frozen({"a": [1.0]})
    with pytest.raises(kit.OracleError, match="There is no frozen value 'b', and no torch"):
        oracle("b", None)


@pytest.mark.parametrize(
    ("old", "new"), [("1.5", "1.6"), ('"float64"', '"float32"'), ("[2]", "[1, 2]"), ('"a"', '"b"')]
)
def test_a_value_that_was_changed_is_noticed(frozen, old, new):
    path = frozen({"a": [1.5, 2.5]})
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(kit.OracleError, match=r"frozen.json was changed or cut off"):
        oracle("a", None)


def test_a_value_that_was_changed_with_the_file_s_checksum_is_noticed(frozen):
    path = frozen({"a": [1.5, 2.5]})
    content = json.loads(path.read_text(encoding="utf-8"))
    content["values"]["a"]["numbers"][0] = 1.6
    content["sha256"] = kit.checksum(content["values"])
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(kit.OracleError, match="The frozen value 'a' was changed"):
        oracle("a", None)


@pytest.mark.torch
def test_torch_and_the_frozen_value_must_agree(frozen, monkeypatch):
    pytest.importorskip("torch")
    frozen({"a": [1.0, 2.0], "b": [1.0, 2.001]})
    monkeypatch.setattr(kit, "find_spec", lambda name: True)
    assert oracle("a", lambda torch: torch.tensor([1.0, 2.0], dtype=torch.float64)).tolist() == [1.0, 2.0]
    with pytest.raises(kit.OracleError, match=r"torch .* and the frozen value 'b' do not agree"):
        oracle("b", lambda torch: torch.tensor([1.0, 2.0], dtype=torch.float64))
    with pytest.raises(kit.OracleError, match="do not agree"):  # another dtype
        oracle("a", lambda torch: torch.tensor([1.0, 2.0]))
    one, two = oracle("new", lambda torch: (torch.ones(2, requires_grad=True), 2.0))
    assert (one.tolist(), two.tolist()) == ([1.0, 1.0], 2.0)


# Inputs and errors


def test_untouched():
    x, n = np.array([[1.0, np.nan]]), np.array([1, 2])
    with untouched(x, n):
        pass
    message = said(changing, lambda: np.add(x, 2, out=x), x, n)
    assert message.startswith(
        "your code changes its input 0 in place: input 0[0, 0] was 1 and is 3 now. Work on a copy"
    )
    message = said(changing, lambda: n.fill(5), labels=n)
    assert message.startswith("your code changes its input labels in place: labels[0] was 1 and is 5 now.")
    message = said(changing, lambda: setattr(n, "shape", (1, 2)), n)
    assert message == "your code changes its input 0 in place: its shape was (2,) and is (1, 2) now"


def changing(change, *arrays, **named):
    with untouched(*arrays, **named):
        change()


def test_untouched_leaves_the_block_s_own_error_alone():
    x = np.ones(2)
    with pytest.raises(NotImplementedError, match=r"Task 1\.1"), untouched(x):
        x[0] = 2
        raise NotImplementedError("Task 1.1: to do")


def failing(error):
    raise error


def test_raises():
    with raises(ValueError, "softmx"):
        failing(ValueError("Unknown name 'Softmx'."))
    with raises((KeyError, ValueError), ["unknown", "name"]):
        failing(ValueError("Unknown name"))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (None, "your code raises nothing where ValueError is right"),
        (TypeError("no"), r"your code raises TypeError \(no\) where ValueError is right"),
        (ValueError("no"), r"the message of your ValueError must contain 'softmx'. Received: 'no'"),
    ],
)
def test_another_error_or_none_is_said(error, message):
    with pytest.raises(pytest.fail.Exception, match=message), raises(ValueError, "softmx"):
        if error:
            failing(error)


@pytest.mark.parametrize("expected", [RuntimeError, Exception])
def test_what_is_to_do_is_never_the_error_that_was_asked_for(expected):
    with pytest.raises(NotImplementedError, match=r"Task 1\.1"), raises(expected):
        failing(NotImplementedError("Task 1.1: to do"))


def test_the_kit_needs_numpy_and_pytest_only():
    folder = Path(kit.__file__).parent
    for name in ("kit.py", "shared.py"):
        tree = ast.parse((folder / name).read_text(encoding="utf-8"))
        top = {
            alias.name.split(".")[0]
            for node in tree.body
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in (node.names if isinstance(node, ast.Import) else [ast.alias(node.module)])
        }
        assert top - sys.stdlib_module_names <= {"numpy", "pytest"}
