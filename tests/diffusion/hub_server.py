"""A hub on this machine: as much of its protocol as downloading a model takes, and the ways in which it can refuse."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """The models that are served (name: folder), the names that are refused (name: status, code), what was asked."""

    def __init__(self):
        self.models: dict[str, Path] = {}
        self.refused: dict[str, tuple[int, str]] = {}
        self.downloaded: list[str] = []
        self.tokens: set[str | None] = set()
        self.url = ""


class Handler(BaseHTTPRequestHandler):
    hub: Hub

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer(with_body=False)

    def do_GET(self):
        self.answer(with_body=True)

    def answer(self, with_body):
        self.hub.tokens.add(self.headers.get("Authorization"))
        parts = self.path.split("?")[0].strip("/").split("/")
        is_api = parts[:2] == ["api", "models"]
        name = "/".join(parts[2:4] if is_api else parts[:2])
        if name in self.hub.refused:
            status, code = self.hub.refused[name]
            return self.send(status, b"{}", {"X-Error-Code": code} if code else {}, with_body)
        folder = self.hub.models.get(name)
        if folder is None:
            return self.send(401, b"{}", {"X-Error-Code": "RepoNotFound"}, with_body)
        if is_api:
            return self.send(200, json.dumps(self.listing(folder, name, "tree" in parts)).encode(), {}, with_body)
        path = folder.joinpath(*parts[4:])  # owner/name/resolve/revision/...
        content = path.read_bytes()
        if with_body:
            self.hub.downloaded.append("/".join(parts[4:]))
        tag = hashlib.sha256(content).hexdigest()
        return self.send(200, content, {"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT}, with_body)

    def listing(self, folder, name, as_tree):
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        rows = [(path.relative_to(folder).as_posix(), path.stat().st_size) for path in files]
        if as_tree:
            return [{"type": "file", "path": path, "size": size, "oid": "0" * 40} for path, size in rows]
        siblings = [{"rfilename": path, "size": size, "blobId": "0" * 40} for path, size in rows]
        return {"id": name, "modelId": name, "sha": COMMIT, "siblings": siblings, "private": False, "tags": []}

    def send(self, status, content, headers, with_body):
        self.send_response(status)
        for key, value in {"Content-Length": str(len(content)), "Content-Type": "application/json", **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if with_body:
            self.wfile.write(content)


@contextmanager
def serving():
    """Yield a `Hub` that answers at its ``url`` while the block runs."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answering", (Handler,), {"hub": hub}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
