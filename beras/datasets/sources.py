"""THE TABLE: where each data set can be downloaded, and the digest by which its files are known.

MNIST circulates in several gzip wrappings of the same content, so its digests are those of the decompressed content:
any wrapping of the right numbers is accepted. For Fashion-MNIST and Kuzushiji-MNIST the digests are those of the
published ``.gz`` files, as torchvision lists them (``torchvision/prototype/datasets/_builtin/mnist.py``); they belong
to the same files as the MD5 sums in the Fashion-MNIST README and in torchvision's stable loaders. SHA-256 makes the
plain-http mirror safe.
"""

from __future__ import annotations

__all__ = ["SOURCES", "STEMS", "RemoteFile", "Source"]

# The four files, without ".gz": (images, labels) of each subset.
STEMS = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
_CONTENT_BYTES = (16 + 60_000 * 28 * 28, 8 + 60_000, 16 + 10_000 * 28 * 28, 8 + 10_000)


class RemoteFile:
    """One file on the mirrors: its name, the size of its decompressed content, and a SHA-256 of content or gzip."""

    __slots__ = ("content_bytes", "digest_of", "name", "sha256")

    def __init__(self, name: str, content_bytes: int, sha256: str, digest_of: str):
        self.name, self.content_bytes, self.sha256, self.digest_of = name, content_bytes, sha256, digest_of


class Source:
    """One data set: its full name, the folders on the web that hold it, and its files by stem."""

    __slots__ = ("files", "mirrors", "title")

    def __init__(self, title: str, mirrors: tuple[str, ...], files: dict[str, RemoteFile]):
        self.title, self.mirrors, self.files = title, mirrors, files


def _files(digest_of: str, *digests: str) -> dict[str, RemoteFile]:
    stems = [stem for pair in STEMS.values() for stem in pair]
    return {
        stem: RemoteFile(f"{stem}.gz", size, digest, digest_of)
        for stem, size, digest in zip(stems, _CONTENT_BYTES, digests, strict=True)
    }


SOURCES = {
    "mnist": Source(
        "MNIST",
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://yann.lecun.com/exdb/mnist/",
        ),
        _files(
            "content",
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
    "fashion_mnist": Source(
        "Fashion-MNIST",
        (
            "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        _files(
            "gzip",
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
    "kmnist": Source(
        "Kuzushiji-MNIST",
        (
            "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
            "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        ),
        _files(
            "gzip",
            "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
            "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
            "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
            "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
        ),
    ),
}
