import importlib.metadata
import json

import numpy as np


def test_it_shows_versions_threads_data_and_extras(beras_command):
    result = beras_command("doctor", "--json")
    assert result.exit_code == 0
    assert result.stderr == ""
    found = json.loads(result.stdout.splitlines()[-1])
    assert found["Versions"]["numpy"] == np.__version__
    assert {"cpus", "BLAS", "threads", "limits"} <= set(found["Computing"])
    assert found["Data sets"]["digits"] == "inside beras"
    assert {"mnist", "fashion_mnist", "kmnist"} <= set(found["Data sets"])


def test_a_missing_extra_names_the_command(beras_command, monkeypatch):
    real = importlib.metadata.version

    def version(name):
        if name == "matplotlib":
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert 'pip install "beras[viz]"' in beras_command("doctor", "--json").stdout.splitlines()[-1].replace('\\"', '"')


def test_data_that_is_found_is_named(beras_command, tmp_path):
    for stem in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (tmp_path / f"{stem}-ubyte").touch()
    result = beras_command("doctor", "--json", BERAS_DATA_DIR=str(tmp_path))
    assert json.loads(result.stdout.splitlines()[-1])["Data sets"]["mnist"] == f"in {tmp_path}"


def test_without_threadpoolctl_numpy_says_what_it_was_built_with(beras_command, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    computing = json.loads(beras_command("doctor", "--json").stdout.splitlines()[-1])["Computing"]
    assert computing["BLAS"]
    assert "threadpoolctl" in computing["threads"]
