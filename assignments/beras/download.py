"""Fetch the four files of MNIST (11 MB): ``python download.py``, or ``python download.py FOLDER``."""

import gzip
import hashlib
import sys
import urllib.request
from pathlib import Path

MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")

SHA256 = {
    "train-images-idx3-ubyte.gz": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte.gz": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte.gz": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte.gz": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
"""Digests of what the files hold when they are unpacked."""


def right(name, content):
    """Say whether ``content``, gzipped bytes, is the file of this name."""
    try:
        return hashlib.sha256(gzip.decompress(content)).hexdigest() == SHA256[name]
    except (OSError, EOFError):
        return False


def fetch(name, mirrors=MIRRORS):
    """Return the gzipped bytes of a file from the first mirror that has the right one."""
    failures = []
    for mirror in mirrors:
        try:
            with urllib.request.urlopen(mirror + name, timeout=20) as response:
                content = response.read()
        except OSError as failure:
            failures.append(f"  {mirror}: {failure}")
            continue
        if right(name, content):
            return content
        failures.append(f"  {mirror}: something else came under this name")
    raise OSError("\n".join([f"No mirror gave {name}. Put it there by hand, or try again later.", *failures]))


def download(data_path="../data", mirrors=MIRRORS):
    """Make sure that ``data_path/mnist`` has the four files. A right one that is there already is kept."""
    folder = Path(data_path) / "mnist"
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHA256:
        path = folder / name
        if path.exists() and right(name, path.read_bytes()):
            print(f"{path} is there")
            continue
        partial = path.with_suffix(".part")
        partial.write_bytes(fetch(name, mirrors))
        partial.replace(path)
        print(f"{path} fetched")


if __name__ == "__main__":
    download(*sys.argv[1:2])
