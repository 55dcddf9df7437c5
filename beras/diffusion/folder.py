"""Is a folder a whole Stable Diffusion pipeline? Asked before anything is loaded, since the libraries ask too little.

transformers builds a tokenizer of two tokens where its folder is missing, and reports a half-copied file of weights in
words that name something else.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from beras.diffusion.errors import DiffusionError
from beras.diffusion.weight_files import Wanted, WeightFiles, check_variant, last_resort

__all__ = ["INDEX", "check_folder"]

INDEX = "model_index.json"
PIPELINE = "StableDiffusionPipeline"
#: What each part without weights must have in its folder: one of these files, or sets of files.
_FILES: dict[str, tuple[tuple[str, ...], ...]] = {
    "tokenizer": (("vocab.json", "merges.txt"), ("tokenizer.json",)),
    "scheduler": (("scheduler_config.json",),),
    "feature_extractor": (("preprocessor_config.json",),),
}
_WHAT_IT_DOES = {
    "tokenizer": "without it every prompt would be read as nothing",
    "scheduler": "it says how noise is taken away",
    "feature_extractor": "it prepares pictures for the safety checker",
}
_POINTER = b"version https://git-lfs"


def check_folder(folder: Path, wanted: Wanted, advice: str) -> dict[str, WeightFiles]:
    """Return the files of weights to load for each network of the pipeline in ``folder``.

    Args:
        wanted: unless it is the whole pipeline, the parts without weights are not asked for.
        advice: the sentence at the end of each message: how to come by what is missing.

    Raises:
        DiffusionError: naming what is missing, cut off, or no part of a Stable Diffusion pipeline.
    """
    index = _read_index(folder, advice)
    others = _FILES if wanted.is_whole else {}
    for part in (*wanted.networks, *others):
        entry = index.get(part)
        if not isinstance(entry, list) or not any(entry):
            raise DiffusionError(_not_in_index(folder, part, advice))
        if not (folder / part).is_dir():
            does = f" ({_WHAT_IT_DOES[part]})" if part in _FILES else ""
            raise DiffusionError(f"{folder} has no folder {part}{does}. {advice}")
    for part, sets in others.items():
        if not any(all((folder / part / name).is_file() for name in files) for files in sets):
            needed = ", or ".join(" and ".join(files) for files in sets)
            raise DiffusionError(f"{folder / part} lacks {needed} ({_WHAT_IT_DOES[part]}). {advice}")
        for path in sorted((folder / part).glob("*.json")):
            _read_json(path, advice)
    for network in wanted.networks:
        _read_json(folder / network / "config.json", advice)
    names = [
        path.relative_to(folder).as_posix() for network in wanted.networks for path in (folder / network).iterdir()
    ]
    check_variant(wanted.variant, names)
    weights = {
        network: wanted.choose(names, network)
        or last_resort(names, network, wanted.allow_pickle)
        or _no_weights(folder, network, names, advice)
        for network in wanted.networks
    }
    for files in weights.values():
        for name in files.names:
            _check_weight_file(folder / name, advice)
    return weights


def _read_index(folder: Path, advice: str) -> dict[str, Any]:
    if not (folder / INDEX).is_file():
        loose = [path.name for path in sorted(folder.glob("*")) if path.suffix in (".ckpt", ".safetensors")]
        if loose:
            raise DiffusionError(
                f"{folder} has no {INDEX} but {loose[0]}, a checkpoint in one file. Convert it: "
                f"diffusers.{PIPELINE}.from_single_file(FILE).save_pretrained(FOLDER)."
            )
        raise DiffusionError(f"{folder} has no {INDEX}, so it is not the folder of a pipeline. {advice}")
    index = _read_json(folder / INDEX, advice)
    if index.get("_class_name") != PIPELINE:
        raise DiffusionError(
            f"{folder / INDEX} is that of a {index.get('_class_name')}, and beras.diffusion reads {PIPELINE} "
            "(Stable Diffusion 1.x with its safety checker), such as CompVis/stable-diffusion-v1-4."
        )
    return index


def _read_json(path: Path, advice: str) -> dict[str, Any]:
    if not path.is_file():
        raise DiffusionError(f"{path} is missing. {advice}")
    raw = path.read_bytes()
    if raw.startswith(_POINTER):
        raise DiffusionError(_is_pointer(path))
    try:
        content = json.loads(raw)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise DiffusionError(f"{path} cannot be read: it is not a JSON object. {advice}")
    return content


def _not_in_index(folder: Path, part: str, advice: str) -> str:
    if part == "safety_checker":
        return (
            f"{folder / INDEX} names no safety checker, so that no picture would ever be checked. Choose a model that "
            f"has one, or copy the folder safety_checker of CompVis/stable-diffusion-v1-4 into it and name it in "
            f'{INDEX}: "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"].'
        )
    return f"{folder / INDEX} names no {part}. {advice}"


def _no_weights(folder: Path, network: str, names: list[str], advice: str) -> WeightFiles:
    if last_resort(names, network, True):
        raise DiffusionError(
            f"{folder / network} has its weights only as a pickle (.bin), which could run code when it is read by "
            "others. Choose a model with safetensors; or, if you trust its author, allow_pickle=True."
        )
    raise DiffusionError(f"{folder / network} has no weights (.safetensors). {advice}")


def _check_weight_file(path: Path, advice: str) -> None:
    """Hold the size of a safetensors file against what its header says; a pickle's, against nothing."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(len(_POINTER))
        if start == _POINTER:
            raise DiffusionError(_is_pointer(path))
        if path.suffix != ".safetensors" and size:
            return
        length = int.from_bytes(start[:8], "little")
        file.seek(8)
        header = file.read(length) if 8 + length <= size else b""
    try:
        tensors = [value for name, value in json.loads(header).items() if name != "__metadata__"]
        whole = 8 + length + max((tensor["data_offsets"][1] for tensor in tensors), default=0)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise DiffusionError(
            f"{path} is {'empty' if not size else 'no safetensors file, or only the beginning of one'} "
            f"({size:,} bytes). {advice}"
        ) from None
    if size != whole:
        raise DiffusionError(
            f"{path} is cut off: it has {size:,} of {whole:,} bytes, as after an interrupted copy. {advice}"
        )


def _is_pointer(path: Path) -> str:
    return (
        f"{path} is a Git LFS pointer, a few lines that stand for the file itself. Fetch the files: `git lfs install`, "
        f"then `git lfs pull` in {path.parent.parent}; or let load_pipeline download the model by its name."
    )
