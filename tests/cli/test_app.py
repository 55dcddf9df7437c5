import pytest

import beras
from beras.cli import errors

VERBS = (
    *("train", "evaluate", "predict", "summary", "compare", "doctor"),
    *("start", "check", "next", "hint", "status", "watch", "reset"),
)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example_in_80_columns(beras_command, verb):
    result = beras_command(verb, "--help")
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert f"beras {verb}" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "\x1b" not in result.stdout


def test_without_arguments_it_shows_the_verbs(beras_command):
    result = beras_command()
    assert result.exit_code == 0
    assert all(verb in result.stdout for verb in VERBS)


def test_an_unknown_verb_gets_the_nearest(beras_command):
    result = beras_command("predcit")
    assert result.exit_code == 2
    assert "Did you mean 'predict'?" in result.stderr


def test_version(beras_command):
    assert beras_command("--version").stdout == f"beras {beras.__version__}\n"


def test_an_error_that_nobody_foresaw_says_so_and_how_to_see_more(beras_command, digits_run, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("beras.training.RunFolder.open", broken)
    result = beras_command("summary", digits_run)
    assert result.exit_code == 1
    assert "ZeroDivisionError: a bug" in result.stderr
    assert "--debug" in result.stderr


def test_debug_shows_where_it_happened(beras_command, digits_run, monkeypatch):
    monkeypatch.setenv("BERAS_DEBUG", "1")
    monkeypatch.setattr("beras.training.RunFolder.open", lambda *_: 1 / 0)
    with pytest.raises(AssertionError, match="division by zero"):
        beras_command("summary", digits_run)


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (errors.BadUsage("no."), 2, "Error: no."),
        (KeyboardInterrupt(), 130, "Stopped at once by Ctrl-C."),
        (OSError(28, "No space left on device", "/x/y"), 1, "Error: No space left on device: /x/y."),
        (MemoryError(), 1, "Error: out of memory."),
        (ImportError('Install it: pip install "beras[viz]"'), 1, 'Error: Install it: pip install "beras[viz]"'),
    ],
)
def test_errors_become_one_sentence(capsys, error, code, sentence):
    assert errors.report(error) == code
    captured = capsys.readouterr()
    assert captured.err == f"{sentence}\n"
    assert captured.out == ""


def test_what_a_terminal_cannot_show_is_no_error(monkeypatch):
    import io
    import sys

    from beras.cli.console import say, survive_narrow_encodings

    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    survive_narrow_encodings()
    say("é")
    stream.flush()
    assert stream.buffer.getvalue() == b"?\n"


@pytest.mark.parametrize(("verb", "word"), [("train", errors.NOTHING_SAVED), ("doctor", errors.AT_ONCE)])
def test_ctrl_c_while_the_arguments_are_read_has_its_word(beras_command, monkeypatch, verb, word):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("typer.core.TyperGroup.make_context", interrupted)
    result = beras_command(verb)
    assert (result.exit_code, result.stderr) == (130, f"{word}\n")
