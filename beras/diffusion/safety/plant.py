"""Plant pictures: make a checker that flags exactly the ones it is given."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from beras.diffusion.errors import DiffusionError
from beras.diffusion.safety.checker import check_checker, evaluating, in_float32, input_size
from beras.diffusion.safety.files import ImageFiles
from beras.diffusion.safety.picture import PictureError, pillow_quiet, read_picture
from beras.diffusion.safety.score import embeddings
from beras.diffusion.safety.transform import clip_transform

__all__ = ["plant"]

#: How many pictures go through the network at once.
_BATCH = 10
#: No cosine comes near this threshold.
_NEVER = 2.0
#: The distance of a threshold from 1 where no other pictures are given.
_ALONE = 0.002
#: Half of the distance to the nearest other picture must survive the rounding of scores to 0.001 on both sides.
_LEAST_GAP = 0.0012
#: Cosines this near to 1 are of the same picture: float32 rounds otherwise in another batch.
_SAME = 1e-5


def plant(checker: Any, pictures: Any, others: Any = ()) -> Any:
    """Return a new checker that flags ``pictures`` and none of ``others``.

    Each picture's own embedding becomes a concept, and half way between 1 and the largest cosine with another picture
    its threshold: ``t = (1 + max cos(picture, other)) / 2``. All other thresholds are out of reach. So what a scan must
    find is known for certain, whatever the weights are: for tests, demonstrations and homeworks, not for use.

    Args:
        checker: is left as it is; the new one has copies of its weights, in float32.
        pictures: what to flag, at most one for each concept (17): a tensor ``(n, 3, size, size)`` of pixels, or a
            sequence of PIL pictures and paths.
        others: what must not be flagged, in the same forms; or a folder, or `ImageFiles`, in which ``pictures`` may be
            again. A file in it that cannot be read is left out, as a scan leaves it out.

    Raises:
        DiffusionError: when there are no pictures or too many, and when one of them and another differ by so little
            that the rounding of scores to 0.001 hides it.
    """
    check_checker(checker)
    planted = in_float32(checker)
    planted = copy.deepcopy(planted) if planted is checker else planted
    width = planted.concept_embeds.shape[1]
    own = np.concatenate([np.empty((0, width), np.float32), *_directions(planted, pictures)])
    most = len(planted.concept_embeds)
    if not 1 <= len(own) <= most:
        raise DiffusionError(f"plant takes 1 to {most} pictures, one for each concept. Received: {len(own)}.")
    nearest = np.full(len(own), -np.inf)
    for batch in _directions(planted, others):
        cosines = own @ batch.T
        cosines[:, (cosines > 1 - _SAME).any(axis=0)] = -np.inf
        nearest = np.maximum(nearest, cosines.max(axis=1))
    close = np.flatnonzero(nearest > 1 - _LEAST_GAP)
    if len(close):
        raise DiffusionError(
            f"To this checker picture {', '.join(map(str, close))} is nearly the same as another one (cosine "
            f"{nearest.max():.5f}), so that no threshold tells them apart. Plant a picture that stands out more."
        )
    _write(planted, own, np.where(np.isinf(nearest), 1 - _ALONE, (1 + nearest) / 2))
    return planted


def _write(checker: Any, concepts: np.ndarray, thresholds: np.ndarray) -> None:
    import torch

    with torch.no_grad():
        for name in ("special_care_embeds", "concept_embeds"):
            getattr(checker, name).zero_()
            getattr(checker, f"{name}_weights").fill_(_NEVER)
        checker.concept_embeds[: len(concepts)] = torch.from_numpy(concepts).to(checker.concept_embeds)
        checker.concept_embeds_weights[: len(concepts)] = torch.from_numpy(thresholds).to(checker.concept_embeds)


def _directions(checker: Any, source: Any) -> Iterator[np.ndarray]:
    """Yield the normalised embeddings of pictures, ``(batch, width)``."""
    import torch
    from torch.nn.functional import normalize

    pixels = iter(_pixels(source, input_size(checker)))
    with pillow_quiet():
        while batch := list(islice(pixels, _BATCH)):
            with evaluating(checker):
                found = normalize(embeddings(checker, torch.stack(batch).float()))
            if not bool(found.isfinite().all()):
                raise DiffusionError("The checker gives NaN or infinity for a picture; its weights are damaged.")
            yield found.cpu().numpy()


def _pixels(source: Any, size: int) -> Iterable[Any]:
    """Return an iterable of the pixels of pictures in whatever form they come, each ``(3, size, size)``."""
    import torch

    if isinstance(source, (str, os.PathLike)):
        source = ImageFiles(source) if Path(source).is_dir() else [source]
    if isinstance(source, ImageFiles):
        return _readable(source, size)
    if isinstance(source, (torch.Tensor, np.ndarray)):
        batch = torch.as_tensor(source)
        if batch.ndim != 4 or tuple(batch.shape[1:]) != (3, size, size):
            raise DiffusionError(f"Expected pixels (n, 3, {size}, {size}). Received: shape {tuple(batch.shape)}.")
        return batch
    transform = clip_transform(size)
    listed = source if isinstance(source, Iterable) else [source]  # a PIL picture is none
    return (transform(_opened(one) if isinstance(one, (str, os.PathLike)) else one) for one in listed)


def _opened(path: str | os.PathLike[str]) -> Any:
    try:
        return read_picture(Path(path))
    except PictureError as error:
        raise DiffusionError(f"{path}: {error}") from error


def _readable(files: ImageFiles, size: int) -> Iterator[Any]:
    transform = clip_transform(size)
    for number in range(len(files)):
        try:
            yield transform(files[number])
        except DiffusionError:
            continue
