"""The command as a process of its own: exit codes, Ctrl-C, terminals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

BERAS = [sys.executable, "-m", "beras"]
LONG = ["train", "--dataset", "digits", "--layers", "64", "--epochs", "100000", "--no-figures", "--json"]
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")


def environment(**more):
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1", **more}


def start(arguments, **options):
    return subprocess.Popen(
        [*BERAS, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def wait_for(path, seconds=60):
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} did not appear"
        time.sleep(0.02)


def test_two_runs_of_one_seed_are_equal_bit_for_bit(tmp_path):
    from beras.saving import load_weights_file

    found = []
    for name in ("a", "b"):
        arguments = ["train", "--dataset", "digits", "--layers", "64", "--epochs", "2", "--no-figures", "--seed", "7"]
        done = subprocess.run(
            [*BERAS, *arguments, "--out", str(tmp_path / name)],
            env=environment(), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        arrays, _ = load_weights_file(tmp_path / name / "model.safetensors")
        found.append(((tmp_path / name / "history.csv").read_bytes(), {n: a.tobytes() for n, a in arrays.items()}))
    assert found[0] == found[1]


@posix
def test_ctrl_c_ends_cleanly_with_everything_saved(tmp_path):
    process = start([*LONG, "--out", tmp_path / "r"], env=environment())
    wait_for(tmp_path / "r" / "history.csv")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == ""
    assert "Stopped by Ctrl-C" in out
    found = json.loads(out.splitlines()[-1])
    history = (tmp_path / "r" / "history.csv").read_text(encoding="utf-8").splitlines()
    assert found["epochs"] == len(history) - 1 >= 1
    assert sorted(p.name for p in (tmp_path / "r").iterdir()) == [
        *("config.json", "history.csv", "model.safetensors", "result.json", "summary.txt")
    ]
    evaluated = subprocess.run(
        [*BERAS, "evaluate", str(tmp_path / "r"), "--json"],
        env=environment(), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert json.loads(evaluated.stdout.splitlines()[-1])["test_accuracy"] == found["test_accuracy"]


@posix
def test_a_killed_run_leaves_no_half_file_under_a_final_name(tmp_path):
    process = start([*LONG, "--out", tmp_path / "r"], env=environment())
    wait_for(tmp_path / "r" / "history.csv")
    process.kill()
    process.communicate(timeout=60)
    rows = (tmp_path / "r" / "history.csv").read_text(encoding="utf-8").splitlines()
    assert all(len(row.split(",")) == 3 for row in rows)
    assert json.loads((tmp_path / "r" / "config.json").read_text(encoding="utf-8"))
    assert not (tmp_path / "r" / "model.safetensors").exists()
    refused = subprocess.run(
        [*BERAS, "evaluate", str(tmp_path / "r")],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 1
    assert "model.safetensors is missing" in refused.stderr


@posix
@pytest.mark.parametrize("no_colour", [False, True])
def test_in_a_terminal_there_is_a_bar_and_with_no_color_no_colour(tmp_path, no_colour):
    import pty

    reader, writer = pty.openpty()
    env = environment(TERM="xterm-256color", COLUMNS="80", **({"NO_COLOR": "1"} if no_colour else {}))
    if not no_colour:
        env.pop("NO_COLOR", None)
    process = subprocess.Popen(
        [*BERAS, *LONG[:3], "--layers", "8", "--epochs", "1", "--no-figures", "--out", str(tmp_path / "r")],
        stdin=writer, stdout=writer, stderr=writer, env=env,
    )  # fmt: skip
    os.close(writer)
    shown = b""
    while True:
        try:
            part = os.read(reader, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(reader)
    assert process.wait(timeout=60) == 0
    text = shown.decode("utf-8")
    assert "45/45" in text
    assert ("\x1b[32m" in text or "\x1b[1;32m" in text) is not no_colour


def test_bad_usage_exits_with_2_and_no_traceback():
    done = subprocess.run([*BERAS, "trian"], env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "Error: Unknown command 'trian'. Did you mean 'train'? "
        "Known: check, compare, course, diffusion, doctor, evaluate, hint, next, predict, reset, start, status, "
        "summary, train, watch.\n"
    )


def test_ctrl_c_while_the_library_is_read_is_one_sentence():
    code = (
        "import sys\n"
        "from beras.cli import main\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'beras.cli.app':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "train"],
        env=environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "Stopped before training began; nothing was saved.\n"
