import gzip
import hashlib
import io
import os
import sys
import threading
import time

import pytest

from beras import files as replacing_module
from beras.datasets import download as download_module
from beras.datasets.download import DownloadError, download
from beras.datasets.sources import SOURCES, STEMS, RemoteFile
from tests.datasets.changed import changed

IMAGES, LABELS = STEMS["train"]
ALL = [stem for pair in STEMS.values() for stem in pair]

pytestmark = pytest.mark.usefixtures("small_mnist")


def fetch(folder, mirrors, stems=(IMAGES,), *, timeout=5.0, progress=False):
    return download("mnist", stems, folder, mirrors=mirrors, timeout=timeout, progress=progress)


@pytest.mark.parametrize("behaviour", ["good", "unannounced", "announces_nonsense", "recompressed"])
def test_succeeds(tmp_path, server, contents, behaviour):
    folder = tmp_path / "new" / "folder"
    files = fetch(folder, [server.url(behaviour)], ALL)
    assert list(files) == ALL
    assert sorted(os.listdir(folder)) == sorted(f"{stem}.gz" for stem in ALL)
    for stem, path in files.items():
        assert gzip.decompress(path.read_bytes()) == contents[stem]
    assert server.hits[behaviour] == 4


FAILURES = {
    "breaks_off": r"broke off after [\d,]+ of [\d,]+ bytes",
    "breaks_off_unannounced": "sent a damaged gzip file",
    "hangs_up": "Remote end closed connection without response",
    "stalls": r"broke off after [\d,]+ bytes .no answer for 0.3 s",
    "stalls_at_once": "no answer for 0.3 s",
    "trickles": r"stalled after \d+ bytes",
    "announces_more": r"broke off after [\d,]+ of [\d,]+ bytes",
    "announces_less": "sent a damaged gzip file",
    "web_page": "answered with a web page instead of the file",
    "web_page_in_disguise": "answered with a web page instead of the file",
    "plain_text": "not gzip data .it starts with b'Quota ex'",
    "empty": "sent an empty answer",
    "missing": "HTTP 404 Not Found",
    "busy": "HTTP 503 Service Unavailable",
    "other_content": "sent another file: the SHA-256 of its content is [0-9a-f]{64}, expected [0-9a-f]{64}",
    "longer_content": "sent another file: more than 23,536 bytes of content instead of 23,536",
    "shorter_content": "sent another file: 23,535 bytes of content instead of 23,536",
    "damaged": "sent a damaged gzip file .CRC check failed",
    "endless": "sent more than 24,583 bytes",
}
WORTH_REPEATING = {
    "breaks_off",
    "breaks_off_unannounced",
    "hangs_up",
    "stalls",
    "trickles",
    "announces_more",
    "announces_less",
    "empty",
    "busy",
    "damaged",
}


@pytest.mark.parametrize("behaviour", FAILURES)
def test_each_failure_is_named_and_leaves_nothing(tmp_path, server, behaviour):
    start = time.monotonic()
    with pytest.raises(DownloadError, match=FAILURES[behaviour]) as caught:
        fetch(tmp_path, [server.url(behaviour)], timeout=0.3)
    assert time.monotonic() - start < 5
    assert os.listdir(tmp_path) == ["home"]
    assert server.hits[behaviour] == (2 if behaviour in WORTH_REPEATING else 1)
    message = str(caught.value)
    assert f"{server.url(behaviour)}{IMAGES}.gz" in message
    assert f"put {IMAGES}.gz of MNIST (with or without .gz) into {tmp_path}" in message
    assert "--dataset digits" in message
    assert "\n" not in caught.value.summary


@pytest.mark.parametrize("behaviour", FAILURES)
def test_the_next_mirror_is_tried(tmp_path, server, contents, behaviour):
    files = fetch(tmp_path, [server.url(behaviour), server.url("good")], timeout=0.3)
    assert gzip.decompress(files[IMAGES].read_bytes()) == contents[IMAGES]
    assert server.hits == {behaviour: 1, "good": 1}
    assert sorted(os.listdir(tmp_path)) == ["home", f"{IMAGES}.gz"]


def test_a_mirror_that_broke_off_gets_a_second_chance(tmp_path, server, contents):
    files = fetch(tmp_path, [server.url("breaks_off_once"), server.url("missing")])
    assert gzip.decompress(files[IMAGES].read_bytes()) == contents[IMAGES]
    assert server.hits == {"breaks_off_once": 2, "missing": 1}


def test_the_mirror_that_worked_comes_first_for_the_next_file(tmp_path, server):
    fetch(tmp_path, [server.url("missing"), server.url("good")], ALL)
    assert server.hits == {"missing": 1, "good": 4}


def test_every_mirror_is_listed(tmp_path, server):
    with pytest.raises(DownloadError) as caught:
        fetch(tmp_path, [server.url("missing"), server.url("web_page"), "http://127.0.0.1:9/closed"])
    message = str(caught.value)
    assert f"  {server.url('missing')}{IMAGES}.gz: HTTP 404 Not Found\n" in message
    assert f"  {server.url('web_page')}{IMAGES}.gz: answered with a web page" in message
    assert f"  http://127.0.0.1:9/closed/{IMAGES}.gz: " in message
    assert "refused" in message
    assert "failed on 3 mirrors" in caught.value.summary


def test_a_host_that_does_not_exist(tmp_path):
    with pytest.raises(DownloadError, match="host not found; is there a network"):
        fetch(tmp_path, ["http://no-such-host.invalid/"])


def test_digest_of_the_published_gzip(tmp_path, server, small_mnist):
    body = server.files[f"{IMAGES}.gz"]
    remote = changed(small_mnist.files[IMAGES], sha256=hashlib.sha256(body).hexdigest(), digest_of="gzip")
    small_mnist.files[IMAGES] = remote
    with pytest.raises(DownloadError, match="the SHA-256 of its gzip is"):
        fetch(tmp_path, [server.url("recompressed")])
    files = fetch(tmp_path, [server.url("good")])
    assert files[IMAGES].read_bytes() == body


def test_what_is_there_is_kept_and_only_the_rest_is_fetched(tmp_path, server, contents):
    (tmp_path / LABELS).write_bytes(contents[LABELS])
    files = fetch(tmp_path, [server.url("good")], [IMAGES, LABELS])
    assert files == {IMAGES: tmp_path / f"{IMAGES}.gz", LABELS: tmp_path / LABELS}
    assert server.hits["good"] == 1
    with pytest.raises(DownloadError):
        fetch(tmp_path, [server.url("missing")], ALL)
    assert (tmp_path / f"{IMAGES}.gz").is_file()  # what came before the failure stays


@pytest.mark.parametrize("value", ["1", "true", "yes", " ON "])
def test_offline_forbids_a_download(tmp_path, server, monkeypatch, value):
    monkeypatch.setenv("BERAS_OFFLINE", value)
    with pytest.raises(
        DownloadError, match="MNIST is not on this machine and BERAS_OFFLINE forbids downloads"
    ) as caught:
        fetch(tmp_path, [server.url("good")])
    assert f"{IMAGES}.gz" in str(caught.value)
    assert not server.hits


@pytest.mark.parametrize("value", ["", "0", "false", "No"])
def test_offline_can_be_switched_off(tmp_path, server, monkeypatch, value):
    monkeypatch.setenv("BERAS_OFFLINE", value)
    assert fetch(tmp_path, [server.url("good")])


def test_offline_does_not_matter_where_nothing_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("BERAS_OFFLINE", "1")
    (tmp_path / IMAGES).touch()
    assert fetch(tmp_path, []) == {IMAGES: tmp_path / IMAGES}


def test_concurrent_downloads_do_not_collide(tmp_path, server, contents):
    barrier = threading.Barrier(4)
    outcomes = []

    def one():
        barrier.wait()
        outcomes.append(fetch(tmp_path, [server.url("good")], ALL))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 4
    assert sorted(os.listdir(tmp_path)) == sorted(["home", *(f"{stem}.gz" for stem in ALL)])
    for stem, path in outcomes[0].items():
        assert gzip.decompress(path.read_bytes()) == contents[stem]


class FullDisk(io.FileIO):
    """A file on a disk with no room left."""

    def write(self, data):
        raise OSError(28, "No space left on device")


def test_full_disk(tmp_path, server, monkeypatch):
    monkeypatch.setattr(replacing_module, "open", FullDisk, raising=False)
    with pytest.raises(DownloadError, match=r"MNIST could not be stored in .*: No space left on device") as caught:
        fetch(tmp_path / "full", [server.url("good"), server.url("unannounced")])
    assert "set BERAS_DATA_DIR to another folder" in str(caught.value)
    assert not (tmp_path / "full").exists()
    assert server.hits == {"good": 1}  # another mirror would not help


def test_folder_that_cannot_be_made(tmp_path, server):
    (tmp_path / "file").touch()
    with pytest.raises(DownloadError, match="could not be stored in"):
        fetch(tmp_path / "file" / "below", [server.url("good")])


def test_ctrl_c_leaves_nothing(tmp_path, server, monkeypatch):
    def interrupt(file, remote):
        raise KeyboardInterrupt

    monkeypatch.setattr(download_module, "_verify", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch(tmp_path / "data", [server.url("good")])
    assert not (tmp_path / "data").exists()


def test_a_file_that_another_process_has_just_put_there(tmp_path, server, contents, monkeypatch):
    """Windows refuses to rename onto a file that is open; by then it is the right one."""

    def taken(source, target):
        target.write_bytes(contents[IMAGES])
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr(os, "replace", taken)
    assert fetch(tmp_path, [server.url("good")])[IMAGES].read_bytes() == contents[IMAGES]
    assert sorted(os.listdir(tmp_path)) == ["home", f"{IMAGES}.gz"]


def test_a_plain_line_where_stdout_is_no_terminal(tmp_path, server, capsys):
    fetch(tmp_path, [server.url("good")], progress=True)
    output = capsys.readouterr()
    assert output.out == f"Downloading {IMAGES}.gz from 127.0.0.1:{server.server_port}\n"
    assert output.err == ""


def test_a_bar_where_stdout_is_a_terminal(tmp_path, server, monkeypatch, capsys):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    fetch(tmp_path, [server.url("good")], progress=True)
    assert f"{IMAGES}.gz from 127.0.0.1" in terminal.getvalue()
    assert "23." in terminal.getvalue()  # kilobytes
    assert capsys.readouterr().err == ""


def test_table_of_sources(monkeypatch):
    monkeypatch.undo()
    assert list(SOURCES) == ["mnist", "fashion_mnist", "kmnist"]
    digests = set()
    for source in SOURCES.values():
        assert list(source.files) == ALL
        assert source.mirrors
        assert all(mirror.startswith("http") and mirror.endswith("/") for mirror in source.mirrors)
        for remote in source.files.values():
            assert isinstance(remote, RemoteFile)
            assert len(bytes.fromhex(remote.sha256)) == 32
            assert remote.digest_of in {"content", "gzip"}
            digests.add(remote.sha256)
    assert len(digests) == 12


def test_a_failed_download_leaves_no_folder_that_it_made(tmp_path, server):
    with pytest.raises(DownloadError):
        fetch(tmp_path / "new" / "mnist", [server.url("missing")])
    assert not (tmp_path / "new").exists()
    (tmp_path / "mine").mkdir()
    with pytest.raises(DownloadError):
        fetch(tmp_path / "mine" / "mnist", [server.url("missing")])
    assert os.listdir(tmp_path / "mine") == []


def test_a_folder_with_a_complete_file_stays(tmp_path, server, monkeypatch):
    source = SOURCES["mnist"]
    bad = changed(source.files[LABELS], sha256="0" * 64)
    monkeypatch.setitem(SOURCES, "mnist", changed(source, files={**source.files, LABELS: bad}))
    with pytest.raises(DownloadError):
        fetch(tmp_path / "new", [server.url("good")], (IMAGES, LABELS))
    assert os.listdir(tmp_path / "new") == [f"{IMAGES}.gz"]
