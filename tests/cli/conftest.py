"""What the tests of the command share: a way to call it, and one run that is trained once."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from beras.cli.app import app
from tests.diffusion.conftest import tiny, tiny_folder  # noqa: F401  (the fixtures of the verbs of beras diffusion)


@pytest.fixture(scope="session")
def beras_command():
    """Return ``call(*arguments) -> result`` with ``exit_code``, ``stdout`` and ``stderr``."""

    def call(*arguments: object, **env: str):
        result = CliRunner(env={"COLUMNS": "80", **env}).invoke(app, [str(a) for a in arguments], prog_name="beras")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return call


@pytest.fixture(scope="session")
def digits_run(tmp_path_factory, beras_command):
    """Return the folder of a run on the embedded digits."""
    path = tmp_path_factory.mktemp("runs") / "digits"
    result = beras_command(
        "train", "--dataset", "digits", "--layers", "128", "--epochs", 15, "--out", path, "--no-figures"
    )
    assert result.exit_code == 0, result.stderr
    return path
