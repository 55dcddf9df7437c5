"""Frozen values of torch: nothing public is without, no bit is lost, none is stale, and none is computed by beras."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import beras
from beras import activations, layers, losses, regularizers
from beras.oracle.frozen import FrozenValuesError, check_frozen, frozen_note, things_of
from beras.oracle.frozen.cases import CASES
from beras.oracle.frozen.file import CHECKSUM, VALUES, read, write
from beras.oracle.frozen.inputs import INPUTS
from beras.oracle.frozen.made_by_beras import public

FOLDER = VALUES.parent
#: What is no computation: bases, and the ways from names to objects.
NOTHING_TO_COMPUTE = {"Layer", "Loss", "Regularizer", "deserialize", "get", "serialize"}
#: Functions that make the layer of their name and call it.
NOTHING_TO_COMPUTE |= {"add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract"}
PUBLIC = [
    (module.__name__, name)
    for module in (layers, activations, losses, regularizers)
    for name in module.__all__
    if name not in NOTHING_TO_COMPUTE
]
#: Arguments that are no option of the arithmetic: inputs, names, shapes, the axis, how a loss is reduced.
NO_ARITHMETIC = {"args", "params", "options", "x", "y_true", "y_pred", "name", "dtype", "axis", "reduction"}
NO_ARITHMETIC |= {"data_format", "batch_size", "batch_shape", "sparse", "ragged", "tensor", "input_tensor", "optional"}
#: What is accepted with its default only.
NO_ARITHMETIC |= {"renorm", "renorm_clipping", "renorm_momentum", "synchronized", "mask_zero"}
ABOUT_WEIGHTS = {"beta", "depthwise", "gamma", "moving", "embeddings", "weights"} | {
    "kernel",
    "bias",
    "lora",
    "quantization",
    "activity",
}


@pytest.fixture(scope="module")
def stored():
    return read().arrays


# What there is


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_everything_public_has_a_case(module, name):
    thing = getattr(sys.modules[module], name)
    assert any(public(case) is thing for case in CASES), f"{module}.{name} needs a case in {FOLDER}, then --make"


def test_the_bases_are_still_the_only_ones_without():
    every = {name for module in (layers, activations, losses, regularizers) for name in module.__all__}
    assert every >= NOTHING_TO_COMPUTE


def test_the_names_of_the_cases_are_unique():
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)


def test_every_option_has_a_case_with_a_value_of_its_own():
    for kind in dict.fromkeys(public(case) for case in CASES):
        given = {key for case in CASES if public(case) is kind for key in case.config}
        without = [
            name
            for name in inspect.signature(kind).parameters
            if name not in given | NO_ARITHMETIC and name.split("_")[0] not in ABOUT_WEIGHTS
        ]
        assert not without, f"{kind.__name__}: no case sets {without}"


def test_all_that_is_stored_is_finite_and_small(stored):
    assert VALUES.stat().st_size < 300_000
    for name, array in stored.items():
        assert array.size, name
        assert np.isfinite(array).all(), name


def test_the_inputs_are_exact_in_float32(stored):
    for name in INPUTS:
        array = stored[f"input/{name}"]
        assert np.array_equal(array.astype(np.float32).astype(array.dtype), array), name


# beras agrees


def test_beras_agrees_with_all_of_them():
    report = check_frozen()
    assert report.ok, str(report)
    assert len(report.rows) == len({case.thing for case in CASES})
    for row in report.rows:
        agreement = row.by("torch", "float64")  # of a number that is next to 0 the difference counts, not the ratio
        assert agreement.relative < 1e-9 or agreement.absolute < 1e-12, row.name
        assert row.by("torch", "float32") is not None


def test_the_report_prints_and_is_json():
    import json

    report = check_frozen(["Dense", "losses.Huber", "hard_swish"])
    assert [row.name for row in report.rows] == ["Dense", "Huber", "hard_silu"]
    assert "torch 2." in str(report)
    assert "Huber" in str(report)
    assert json.loads(json.dumps(report.to_dict(), allow_nan=False))["ok"] is True


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'sigmoid'"):
        check_frozen("sigmiod")


def test_it_works_without_torch():
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from beras.oracle.frozen import check_frozen\n"
        "report = check_frozen()\n"
        "print(report.ok, len(report.rows))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["True", str(len({case.thing for case in CASES}))]


# beras can fail


def test_a_wrong_gradient_is_found_and_named(monkeypatch):
    from beras.autodiff.registry import RULES

    monkeypatch.setattr(RULES[activations.sigmoid], "vjps", ((lambda g, ans, x: -g * ans * (1 - ans)),))
    report = check_frozen("sigmoid")
    assert not report.ok
    part = report.parts[0]
    assert part.title == "sigmoid"
    assert [row.ok for row in part.rows] == [True, False, True]  # minus twice
    assert part.rows[1].diagnosis.mistake == "sign"
    assert "minus" in str(report)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_stored_value_decides(case, stored, monkeypatch):
    """A number that is moved by a thousandth is noticed, in each array of each case."""
    for key in case.results:
        name = f"{case.name}/{key}"
        moved = dict(stored)
        place = np.unravel_index(np.argmax(np.abs(stored[name])), stored[name].shape)
        moved[name] = stored[name].copy()
        moved[name][place] += 1e-3 * max(abs(stored[name][place]), 1.0)
        monkeypatch.setattr("beras.oracle.frozen.check.read", lambda moved=moved: (moved, "torch"))
        wrong = [part.title for part in check_frozen(case.thing).parts]
        assert wrong == [case.name], name


def test_what_raises_is_a_complaint_and_not_an_end(monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(activations, "gelu", broken)
    report = check_frozen(["gelu", "relu"])
    assert [row.ok for row in report.rows] == [False, True]
    assert "In float32 it raises ZeroDivisionError: a bug" in str(report)


def test_a_float32_that_is_widened_is_a_complaint(monkeypatch):
    monkeypatch.setattr(activations, "linear", lambda x: x * np.float64(1.0))
    assert "In float32 its value is float64." in str(check_frozen("linear"))


# The file


@pytest.fixture
def copies(tmp_path):
    values, checksum = tmp_path / VALUES.name, tmp_path / CHECKSUM.name
    values.write_bytes(VALUES.read_bytes())
    checksum.write_bytes(CHECKSUM.read_bytes())
    return values, checksum


def test_the_shipped_checksum_is_that_of_the_shipped_file():
    from hashlib import sha256

    assert CHECKSUM.read_text(encoding="ascii") == f"{sha256(VALUES.read_bytes()).hexdigest()}  {VALUES.name}\n"


@pytest.mark.parametrize("harm", ["cut off", "one bit", "empty", "gone", "checksum gone", "checksum empty"])
def test_a_file_that_is_not_whole_is_one_clear_error(copies, harm):
    values, checksum = copies
    content = bytearray(values.read_bytes())
    if harm == "cut off":
        values.write_bytes(content[:-100])
    elif harm == "one bit":
        content[-5] ^= 1
        values.write_bytes(content)
    elif harm == "empty":
        values.write_bytes(b"")
    elif harm == "gone":
        values.unlink()
    elif harm == "checksum gone":
        checksum.unlink()
    else:
        checksum.write_text("", encoding="ascii")
    with pytest.raises(FrozenValuesError, match=r"cannot be used: .*Install beras again"):
        read(values, checksum)


def test_a_checksum_with_windows_line_ends_is_read(copies):
    values, checksum = copies
    checksum.write_bytes(checksum.read_bytes().replace(b"\n", b"\r\n"))
    assert read(values, checksum).made_by.startswith("torch 2.")


def test_a_case_without_values_is_an_error(stored, monkeypatch):
    some = {name: array for name, array in stored.items() if not name.startswith("gelu/second")}
    monkeypatch.setattr("beras.oracle.frozen.check.read", lambda: (some, "torch"))
    with pytest.raises(FrozenValuesError, match="there are none of gelu"):
        check_frozen("gelu")


def test_what_is_written_is_read(tmp_path):
    values, checksum = tmp_path / "values.safetensors", tmp_path / "values.sha256"
    write({"x": np.arange(3.0), "n": np.array([1, 2])}, "torch 9", values, checksum)
    arrays, made_by = read(values, checksum)
    assert made_by == "torch 9"
    assert arrays["x"].tolist() == [0.0, 1.0, 2.0]
    assert arrays["n"].dtype == np.int64


# They are torch's


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name and name.split(".")[0] == "beras"}


def test_no_case_is_computed_by_beras():
    """All code that makes the values, followed through its imports, is in this folder, and uses NumPy and torch."""
    waiting, seen = {"made_by_torch"}, set()
    while waiting:
        module = waiting.pop()
        seen.add(module)
        for name in imported(FOLDER / f"{module}.py"):
            short = name.removeprefix("beras.oracle.frozen").lstrip(".").split(".")[0]
            if name.startswith("beras.oracle.frozen"):
                if (FOLDER / f"{short}.py").exists() and short not in seen:
                    waiting.add(short)
            else:
                assert name.startswith("beras.oracle.torch_module"), f"{module} uses {name}"
    assert seen >= {"made_by_torch", "cases", "case", "inputs", "activations", "layers", "losses", "regularizers"}
    assert "made_by_beras" not in seen


@pytest.mark.torch
def test_torch_makes_the_same_values_today(stored):
    pytest.importorskip("torch")
    from beras.oracle.frozen.made_by_torch import every_array

    made = every_array()
    assert set(made) == set(stored), "make them anew: python -m beras.oracle.frozen --make"
    for name, array in made.items():
        kept = stored[name]
        assert (array.shape, array.dtype) == (kept.shape, kept.dtype), name
        if name.startswith(("input/", "cotangent/", "direction/")):
            assert np.array_equal(array, kept), name
        elif not name.endswith("/float32"):  # the errors of float32 depend on the processor
            scale = np.max(np.abs(kept))
            assert np.max(np.abs(array - kept)) <= 64 * np.finfo(float).eps * scale, name


@pytest.mark.torch
def test_torch_is_not_followed_by_a_tape_when_it_makes_them(monkeypatch, stored):
    pytest.importorskip("torch")
    from beras.oracle.frozen import made_by_torch

    def never(*_, **__):
        raise AssertionError("beras was used")

    monkeypatch.setattr(beras.GradientTape, "__init__", never)
    monkeypatch.setattr(beras.Diffable, "__call__", never)
    for module in (activations, losses):
        for name in module.__all__:
            monkeypatch.setattr(module, name, never)
    case = next(case for case in CASES if case.name == "gelu")
    assert np.allclose(made_by_torch.results(case)["value"], stored["gelu/value"], rtol=1e-14)


# The note of compare


def test_the_note_names_what_the_values_hold_of():
    class NotOurs(layers.Dense):
        pass

    modules = [layers.Dense(2, "gelu"), NotOurs(3), layers.Dense(2), losses.MeanSquaredError()]
    assert things_of(modules) == ["Dense", "gelu", "MeanSquaredError"]
    assert frozen_note(modules).endswith("hold for Dense, gelu and MeanSquaredError.")
    assert frozen_note([NotOurs(3)]) == ""


def test_the_note_says_when_they_do_not(monkeypatch):
    monkeypatch.setattr(activations, "gelu", lambda x, approximate=False: x * 1.0)
    case = next(case for case in CASES if case.name == "gelu")
    assert not check_frozen("gelu").ok
    layer = layers.Dense(2, public(case))
    assert "differ for gelu: see beras.oracle.check_frozen()" in frozen_note([layer])


# The command for developers


@pytest.mark.torch
def test_the_command_makes_checks_and_refuses(tmp_path, monkeypatch, capsys):
    pytest.importorskip("torch")
    from beras.oracle.frozen import file
    from beras.oracle.frozen.__main__ import main

    assert main([]) == 0
    assert "Frozen values of torch" in capsys.readouterr().out
    assert main(["--mkae"]) == 2
    assert "Received: --mkae." in capsys.readouterr().err
    values, checksum = tmp_path / "values.safetensors", tmp_path / "values.sha256"
    monkeypatch.setattr(file, "VALUES", values)
    monkeypatch.setattr(file.write, "__defaults__", (values, checksum))
    assert main(["--make"]) == 0
    assert set(read(values, checksum).arrays) == set(read().arrays)
