"""Download the files of a data set from public mirrors, checked and all or nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

from beras.datasets.locate import find_file
from beras.datasets.sources import SOURCES, RemoteFile
from beras.files import replacing

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DownloadError", "download"]

Report = Callable[[int, int], None]  # (bytes received, bytes announced or 0)

_CHUNK = 1 << 16
_MIN_BYTES_PER_SECOND = 256  # a mirror that is slower than this for a whole timeout has stalled


class DownloadError(OSError):
    """A data set is not on this machine and could not be downloaded.

    The message lists every mirror, what went wrong there, and what to do; ``summary`` says it in one line.
    """

    def __init__(self, summary: str, *details: str) -> None:
        super().__init__("\n".join([summary, *details]))
        self.summary = summary


class _MirrorFailure(Exception):
    """One attempt at one mirror failed; ``worth_repeating`` if the next attempt may well succeed."""

    def __init__(self, reason: str, *, worth_repeating: bool = False) -> None:
        super().__init__(reason)
        self.worth_repeating = worth_repeating


def download(
    name: str,
    stems: Iterable[str],
    folder: Path,
    *,
    mirrors: Sequence[str] | None = None,
    timeout: float = 20.0,
    progress: bool = True,
) -> dict[str, Path]:
    """Make sure that ``folder`` has the files ``stems`` of data set ``name``, and return where they are.

    A file that is already there is kept. A missing one is fetched from the mirrors in turn, written under a temporary
    name, compared with its digest, and renamed, so that a partial or foreign file never has the final name, and several
    processes may download at once. A mirror that broke off is tried once more after all others.

    Args:
        name: a data set of ``SOURCES``.
        stems: the files, without ``.gz``.
        folder: where they go; made if it does not exist, and removed again if nothing came.
        mirrors: URLs of folders that hold the files; by default those of ``SOURCES``.
        timeout: seconds without an answer, or without progress, after which a mirror is given up.
        progress: show a progress bar on stdout (a line per file where stdout is not a terminal).

    Raises:
        DownloadError: ``BERAS_OFFLINE`` is set, no mirror gave the right file, or the folder cannot be written.
    """
    source = SOURCES[name]
    missing = [stem for stem in stems if find_file(folder, stem) is None]
    ways_out = _ways_out(source.title, [source.files[stem].name for stem in missing], folder)
    if missing and _offline():
        raise DownloadError(f"{source.title} is not on this machine and BERAS_OFFLINE forbids downloads.", *ways_out)
    mirrors = list(source.mirrors if mirrors is None else mirrors)
    for stem in missing:
        remote = source.files[stem]
        try:
            with _no_empty_folder(folder):
                good = _from_any(mirrors, remote, folder / remote.name, timeout, progress)
        except _AllFailed as error:
            hosts = "mirror" if len(mirrors) == 1 else "mirrors"
            raise DownloadError(
                f"{source.title} could not be downloaded: {remote.name} failed on {len(mirrors)} {hosts} "
                f"({error.failures[-1][1]}).",
                *(f"  {url}: {reason}" for url, reason in error.failures),
                *ways_out,
            ) from None
        except OSError as error:
            raise DownloadError(
                f"{source.title} could not be stored in {folder}: {error.strerror or error}.",
                f"Free space there or make it writable, or set BERAS_DATA_DIR to another folder. {ways_out[-1]}",
            ) from error
        # The mirror that worked is the first choice for the next file.
        mirrors.sort(key=lambda mirror: mirror != good)
    return {stem: file for stem in stems if (file := find_file(folder, stem)) is not None}


@contextmanager
def _no_empty_folder(folder: Path) -> Iterator[None]:
    """Within the block ``folder`` may be made; when it raises, what was made and is empty is removed."""
    absent = [place for place in (folder, *folder.parents) if not os.path.exists(place)]
    try:
        yield
    except BaseException:
        with suppress(OSError):
            for place in absent:
                place.rmdir()
        raise


class _AllFailed(Exception):
    def __init__(self, failures: list[tuple[str, str]]) -> None:
        super().__init__(failures)
        self.failures = failures


def _from_any(mirrors: Sequence[str], remote: RemoteFile, path: Path, timeout: float, progress: bool) -> str:
    """Fetch one file from the first mirror that has it and return that mirror."""
    failures: list[tuple[str, str]] = []
    repeat: list[str] = []
    for attempt, queue in enumerate((mirrors, repeat)):
        for mirror in queue:
            url = mirror.rstrip("/") + "/" + remote.name
            try:
                _from_one(url, remote, path, timeout, progress)
                return mirror
            except _MirrorFailure as failure:
                failures.append((url, str(failure)))
                if failure.worth_repeating and attempt == 0:
                    repeat.append(mirror)
    raise _AllFailed(failures)


def _from_one(url: str, remote: RemoteFile, path: Path, timeout: float, progress: bool) -> None:
    # For each attempt anew: another process may have given up meanwhile and removed the empty folder.
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with replacing(path) as file, _progress_bar(url, progress) as report:
            # _receive turns the network's errors into _MirrorFailure: an OSError that leaves this block is the disk's.
            with closing(_receive(url, remote, timeout, report)) as chunks:
                for chunk in chunks:
                    file.write(chunk)
            file.flush()
            _verify(file, remote)
    except PermissionError:
        # Windows does not rename onto a file that another process, which was faster, has just put there and reads.
        if not path.is_file():
            raise


def _receive(url: str, remote: RemoteFile, timeout: float, report: Report) -> Generator[bytes]:
    """Yield the chunks that ``url`` answers with; raise _MirrorFailure for whatever goes wrong on the network."""
    import http.client
    import time
    import urllib.error
    import urllib.request

    request = urllib.request.Request(url, headers={"User-Agent": "beras", "Accept-Encoding": "identity"})
    try:
        response = urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        error.close()
        busy = error.code == 429 or error.code >= 500
        raise _MirrorFailure(f"HTTP {error.code} {error.reason}", worth_repeating=busy) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        hung_up = isinstance(getattr(error, "reason", error), ConnectionResetError)
        raise _MirrorFailure(_reason(error, timeout), worth_repeating=hung_up) from None

    with response:
        length = response.headers.get("Content-Length", "")
        announced = int(length) if length.isdecimal() else 0
        # Not even incompressible content grows by more than this under gzip.
        most = remote.content_bytes + remote.content_bytes // 1000 + 1024
        received = at_window_start = 0
        window_start = time.monotonic()
        while True:
            try:
                chunk = response.read1(_CHUNK)
            except (OSError, http.client.HTTPException) as error:
                reason = f"broke off after {received:,} bytes ({_reason(error, timeout)})"
                raise _MirrorFailure(reason, worth_repeating=True) from None
            if not chunk:
                break
            if received < 2 and chunk[: 2 - received] != b"\x1f\x8b"[received : received + len(chunk)]:
                raise _MirrorFailure(_foreign(chunk, response.headers.get("Content-Type", "")))
            received += len(chunk)
            if received > most:
                raise _MirrorFailure(f"sent more than {most:,} bytes, and {remote.name} is smaller")
            now = time.monotonic()
            if now - window_start > timeout:
                if received - at_window_start < _MIN_BYTES_PER_SECOND * (now - window_start):
                    raise _MirrorFailure(f"stalled after {received:,} bytes", worth_repeating=True)
                window_start, at_window_start = now, received
            report(received, announced)
            yield chunk
    if received < announced:
        raise _MirrorFailure(f"broke off after {received:,} of {announced:,} bytes", worth_repeating=True)
    if not received:
        raise _MirrorFailure("sent an empty answer", worth_repeating=True)


def _verify(file: BinaryIO, remote: RemoteFile) -> None:
    """Compare a received gzip file, size and digest, with what it must be."""
    import gzip
    import hashlib
    import zlib

    digests = {"content": hashlib.sha256(), "gzip": hashlib.sha256()}
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digests["gzip"].update(chunk)
    file.seek(0)
    size = 0
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as stream:
            # One byte more than expected is enough to see that there is too much.
            while chunk := stream.read(min(_CHUNK, remote.content_bytes + 1 - size)):
                digests["content"].update(chunk)
                size += len(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _MirrorFailure(f"sent a damaged gzip file ({error})", worth_repeating=True) from None
    if size != remote.content_bytes:
        amount = f"more than {remote.content_bytes:,}" if size > remote.content_bytes else f"{size:,}"
        raise _MirrorFailure(f"sent another file: {amount} bytes of content instead of {remote.content_bytes:,}")
    received = digests[remote.digest_of].hexdigest()
    if received != remote.sha256:
        raise _MirrorFailure(
            f"sent another file: the SHA-256 of its {remote.digest_of} is {received}, expected {remote.sha256}"
        )


def _foreign(start: bytes, content_type: str) -> str:
    if start.lstrip().startswith(b"<") or "html" in content_type:
        return "answered with a web page instead of the file (a proxy or a login page?)"
    return f"answered with something that is not gzip data (it starts with {start[:8]!r})"


def _reason(error: BaseException, timeout: float) -> str:
    """Say in a few words what a network error means."""
    import socket

    inner = getattr(error, "reason", error)
    if isinstance(inner, TimeoutError):
        return f"no answer for {timeout:g} s"
    if isinstance(inner, socket.gaierror):
        return "host not found; is there a network?"
    return str(inner) or type(inner).__name__


def _offline() -> bool:
    return os.environ.get("BERAS_OFFLINE", "").strip().lower() not in {"", "0", "false", "no"}


def _ways_out(title: str, names: list[str], folder: Path) -> list[str]:
    return [
        f"Without a network: put {', '.join(names)} of {title} (with or without .gz) into {folder}, "
        "or into a folder that BERAS_DATA_DIR names,",
        "or use the small data set inside beras: beras.datasets.digits.load_data(), on the command line "
        "--dataset digits.",
    ]


@contextmanager
def _progress_bar(url: str, wanted: bool) -> Iterator[Report]:
    """Yield a function that shows how far a download is."""
    if not wanted:
        yield lambda received, announced: None
        return
    host, name = url.split("/")[2], url.rsplit("/", 1)[-1]
    if sys.stdout is None or not sys.stdout.isatty():
        print(f"Downloading {name} from {host}", flush=True)
        yield lambda received, announced: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns) as bar:
        task = bar.add_task(f"{name} from {host}", total=None)
        yield lambda received, announced: bar.update(task, completed=received, total=announced or None)
