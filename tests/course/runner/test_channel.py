import json
import os

import pytest

from beras.course.runner.harness.channel import LOST, Inbox, sender

KEY = b"k" * 32


@pytest.fixture
def lines():
    """Return ``send`` and what reads the lines that it wrote."""
    reader, writer = os.pipe()
    yield sender(KEY, writer, "worker"), lambda: os.read(reader, 1 << 16).split(b"\n")
    os.close(reader)
    os.close(writer)


def test_what_is_sent_is_read(lines):
    send, read = lines
    send("start", test="a")
    send("done")
    inbox = Inbox(KEY)
    messages = [message for line in read() if (message := inbox.read(line))]
    assert [(m["is"], m["number"]) for m in messages] == [("start", 0), ("done", 1)]
    assert messages[0]["test"] == "a"
    assert inbox.foreign == 0


@pytest.mark.parametrize("change", [lambda s: s[:-1] + b"!", lambda s: b"0" * 64 + s[64:], lambda s: s[64:]])
def test_a_changed_line_is_only_counted(lines, change):
    send, read = lines
    send("test", passed=True)
    [line] = filter(None, read())
    inbox = Inbox(KEY)
    assert inbox.read(change(line)) is None
    assert inbox.foreign > 0
    assert inbox.read(line)["passed"] is True


def test_a_line_that_is_sent_again_is_only_counted(lines):
    send, read = lines
    send("test", passed=True)
    [line] = filter(None, read())
    inbox = Inbox(KEY)
    assert inbox.read(line) is not None
    assert inbox.read(line) is None
    assert inbox.foreign > 0


def test_another_key_signs_nothing(lines):
    send, read = lines
    send("test", passed=True)
    assert all(Inbox(b"other").read(line) is None for line in read())


def test_half_a_line_of_somebody_elses_spoils_nothing():
    reader, writer = os.pipe()
    send = sender(KEY, writer, "worker")
    os.write(writer, b'{"half')
    send("done")
    inbox = Inbox(KEY)
    assert [m["is"] for line in os.read(reader, 1 << 16).split(b"\n") if (m := inbox.read(line))] == ["done"]
    assert inbox.foreign == len(b'{"half')
    os.close(reader)
    os.close(writer)


def test_without_a_channel_the_process_ends(monkeypatch):
    left = []

    def leave(code):
        left.append(code)
        raise SystemExit

    monkeypatch.setattr(os, "_exit", leave)
    reader, writer = os.pipe()
    send = sender(KEY, writer, "worker")
    os.close(reader)
    os.close(writer)
    with pytest.raises(SystemExit):
        send("done")
    assert left == [LOST]


def test_messages_are_json_on_one_line(lines):
    send, read = lines
    send("test", message="two\nlines")
    [line] = filter(None, read())
    assert json.loads(line.partition(b" ")[2])["message"] == "two\nlines"
