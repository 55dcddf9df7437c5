"""Every test here is alone on the machine: no data, no cache, no network beyond 127.0.0.1."""

import gzip
import hashlib
import os
import struct
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from beras.datasets import locate
from beras.datasets.sources import SOURCES, STEMS, RemoteFile, Source

REAL_DATA = os.environ.get("BERAS_DATA_DIR", "")


@pytest.fixture(autouse=True)
def machine_without_data(monkeypatch, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(home))
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "BERAS_DATA_DIR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("BERAS_OFFLINE", "1")
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(locate, "_checkout", lambda: None)
    return home


@pytest.fixture
def real_mnist(monkeypatch):
    folder = Path(REAL_DATA, "mnist")
    if not REAL_DATA or locate.find_file(folder, "train-images-idx3-ubyte") is None:
        pytest.skip("MNIST is not here: BERAS_DATA_DIR names no folder that has it below mnist/")
    monkeypatch.setenv("BERAS_DATA_DIR", REAL_DATA)
    return folder


def idx_bytes(array):
    """Encode a uint8 array as IDX without beras."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def contents():
    """The content of four small files in MNIST's layout, by stem."""
    rng = np.random.default_rng(0)
    arrays = {}
    for subset, n in (("train", 30), ("test", 10)):
        images, labels = STEMS[subset]
        arrays[images] = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        arrays[labels] = rng.integers(0, 10, n, dtype=np.uint8)
    return {stem: idx_bytes(array) for stem, array in arrays.items()}


@pytest.fixture
def small_mnist(monkeypatch, contents):
    """Replace MNIST in the table of sources by the small files, with digests computed here."""
    files = {
        stem: RemoteFile(f"{stem}.gz", len(content), hashlib.sha256(content).hexdigest(), "content")
        for stem, content in contents.items()
    }
    source = Source("MNIST", (), files)
    monkeypatch.setitem(SOURCES, "mnist", source)
    monkeypatch.delenv("BERAS_OFFLINE")
    return source


@pytest.fixture
def server(contents):
    """A server on localhost; ``server.url(behaviour)`` is a mirror that behaves so, ``server.hits`` counts requests."""
    server = MirrorServer({f"{stem}.gz": gzip.compress(content, mtime=0) for stem, content in contents.items()})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


class MirrorServer(ThreadingHTTPServer):
    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), MirrorHandler)
        self.files = files
        self.hits = Counter()
        self.released = threading.Event()

    def url(self, behaviour):
        return f"http://127.0.0.1:{self.server_port}/{behaviour}/"

    def handle_error(self, request, client_address):
        """A client that gives up is what these tests are about."""


class MirrorHandler(BaseHTTPRequestHandler):
    def log_message(self, format, *args):
        pass

    def do_GET(self):
        _, behaviour, name = self.path.split("/")
        self.server.hits[behaviour] += 1
        getattr(self, behaviour)(self.server.files[name])

    def answer(self, body, *, length=None, status=200, content_type="application/gzip"):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def good(self, body):
        self.answer(body, length=len(body))

    def unannounced(self, body):
        self.answer(body)

    def breaks_off(self, body):
        self.answer(body[: len(body) // 2], length=len(body))

    def breaks_off_once(self, body):
        self.breaks_off(body) if self.server.hits["breaks_off_once"] == 1 else self.good(body)

    def breaks_off_unannounced(self, body):
        self.answer(body[: len(body) // 2])

    def hangs_up(self, body):
        self.close_connection = True

    def stalls(self, body):
        self.answer(body[: len(body) // 2], length=len(body))
        self.server.released.wait(10)

    def stalls_at_once(self, body):
        self.server.released.wait(10)

    def trickles(self, body):
        self.answer(body[:2], length=len(body))
        for i in range(2, 60):  # 3 seconds at most, in case the client is patient after all
            if self.server.released.wait(0.05):
                return
            self.wfile.write(body[i : i + 1])
            self.wfile.flush()

    def announces_more(self, body):
        self.answer(body, length=len(body) + 1000)

    def announces_less(self, body):
        self.answer(body, length=len(body) - 1000)

    def announces_nonsense(self, body):
        self.answer(body, length="-5 or so")

    def web_page(self, body):
        page = b"<!DOCTYPE html><html><body>Please log in.</body></html>"
        self.answer(page, length=len(page), content_type="text/html; charset=utf-8")

    def web_page_in_disguise(self, body):
        self.answer(b"\n  <html>Please log in.</html>", length=30)

    def plain_text(self, body):
        self.answer(b"Quota exceeded", length=14, content_type="text/plain")

    def empty(self, body):
        self.answer(b"", length=0)

    def missing(self, body):
        self.answer(b"<html>not here</html>", length=21, status=404)

    def busy(self, body):
        self.answer(b"", length=0, status=503)

    def other_content(self, body):
        content = bytearray(gzip.decompress(body))
        content[-1] ^= 1
        self.good(gzip.compress(bytes(content)))

    def longer_content(self, body):
        self.good(gzip.compress(gzip.decompress(body) + b"more"))

    def shorter_content(self, body):
        self.good(gzip.compress(gzip.decompress(body)[:-1]))

    def damaged(self, body):
        damaged = bytearray(body)
        damaged[-6] ^= 0xFF
        self.good(bytes(damaged))

    def endless(self, body):
        self.answer(body)
        while not self.server.released.is_set():
            self.wfile.write(b"\0" * 65536)

    def recompressed(self, body):
        self.good(gzip.compress(gzip.decompress(body), compresslevel=1, mtime=12345))
