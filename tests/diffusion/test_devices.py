"""Which device and which dtype a name means, and what is said of names that mean none."""

from __future__ import annotations

import pytest
import torch

from beras.diffusion import DiffusionError, resolve_device, resolve_dtype
from beras.diffusion.devices import parse_device


@pytest.fixture
def machine(monkeypatch):
    """Return ``have(cuda, mps)``: what PyTorch finds from then on."""

    def have(*, cuda: int = 0, mps: bool = False, built: str | None = "13.0") -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.setattr(torch.version, "cuda", built)

    return have


@pytest.mark.parametrize(
    ("cuda", "mps", "device", "dtype"),
    [
        (2, True, "cuda", torch.float16),
        (0, True, "mps", torch.float32),
        (0, False, "cpu", torch.float32),
    ],
)
def test_auto_is_the_best_that_is_there(machine, cuda, mps, device, dtype):
    machine(cuda=cuda, mps=mps)
    assert resolve_device() == torch.device(device)
    assert resolve_dtype() == dtype
    assert resolve_dtype("auto", "cpu") == torch.float32


def test_names_and_objects(machine):
    machine(cuda=2)
    assert resolve_device(" CUDA:1 ") == torch.device("cuda:1")
    assert resolve_device(torch.device("cpu")) == torch.device("cpu")
    assert resolve_dtype(torch.bfloat16, "cpu") == resolve_dtype("BF16", "cpu") == torch.bfloat16


@pytest.mark.parametrize("name", ["half", "fp16", "float16", "torch.float16", torch.float16])
def test_the_names_of_float16(name):
    assert resolve_dtype(name, "cpu") == torch.float16


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cdua", "Did you mean 'cuda'?"),
        ("gpu", "one of auto, cpu, cuda, mps"),
        ("", "Received: ''"),
        (None, "Received: 'None'"),
        ("auto:1", "Received: 'auto:1'"),
        ("cuda:x", "Received: 'cuda:x'"),
        ("cuda:-1", "Received: 'cuda:-1'"),
    ],
)
def test_a_name_that_is_none(name, said):
    with pytest.raises(DiffusionError) as raised:
        resolve_device(name)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("found", "name", "said"),
    [
        ({"built": None}, "cuda", "built for the CPU alone"),
        ({}, "cuda", "finds no GPU"),
        ({"cuda": 2}, "cuda:2", "there are 2, counted from 0"),
        ({}, "mps", "GPU of an Apple computer"),
    ],
)
def test_a_gpu_that_is_not_there(machine, found, name, said):
    machine(**found)
    with pytest.raises(DiffusionError) as raised:
        resolve_device(name)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("name", "said"), [("flaot16", "Did you mean 'float16'?"), ("int8", "bfloat16"), (None, "None")]
)
def test_a_dtype_that_is_none(name, said):
    with pytest.raises(DiffusionError) as raised:
        resolve_dtype(name, "cpu")
    assert said in str(raised.value)


def test_a_device_is_read_without_being_looked_for():
    assert parse_device("CUDA:7") == ("cuda", "7")
    with pytest.raises(DiffusionError, match=r"Received: 'tpu'"):
        parse_device("tpu")
