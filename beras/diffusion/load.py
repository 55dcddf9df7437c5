"""load_pipeline: real weights, from the hub, its cache or a folder, as a pipeline that has been checked."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beras.diffusion.chatter import quiet_libraries
from beras.diffusion.dependencies import require
from beras.diffusion.devices import resolve_device, resolve_dtype
from beras.diffusion.errors import DiffusionError
from beras.diffusion.folder import check_folder
from beras.diffusion.hub import fetch
from beras.diffusion.validate import check_loaded, validate_checker, validate_pipeline
from beras.diffusion.weight_files import Wanted, WeightFiles

if TYPE_CHECKING:
    import torch

__all__ = ["load_checker", "load_pipeline"]

#: So much of a library's own message is repeated in ours.
_LONGEST = 200
#: The versions from which the keyword is ``dtype``; before it was ``torch_dtype``, and ``dtype`` was passed over.
_FIRST_WITH_DTYPE = {"transformers": "4.56", "diffusers": "0.40"}


def load_pipeline(
    model: str | Path = "CompVis/stable-diffusion-v1-4",
    *,
    device: str | torch.device = "auto",
    dtype: str | torch.dtype = "auto",
    variant: str | None = None,
    cache_dir: str | Path | None = None,
    token: str | bool | None = None,
    offline: bool = False,
    allow_pickle: bool = False,
    quiet: bool = False,
) -> Any:
    """Return a ``StableDiffusionPipeline`` that is complete, checked, in evaluation mode and without gradients.

    It is diffusers' own object, as ``StableDiffusionPipeline.from_pretrained`` makes it; but every network must have
    got all its weights from the file, and the pipeline must pass `validate_pipeline`. Checkpoints of 2022, with the
    names of keys and parts of that time, load as well.

    Args:
        model: a folder with a pipeline, or the name of a model on the hub, which is downloaded once (5.5 GB for v1.4,
            3.4 GB where the networks run in float16); what it will take is said before.
        device: ``"auto"`` (a CUDA GPU, else an Apple one, else the CPU), or such as ``"cuda:1"``.
        dtype: ``"auto"`` (float16 on a CUDA GPU, else float32), ``"float32"``, ``"float16"`` or ``"bfloat16"``. The
            safety checker is float32 always: its verdicts are decided by the third decimal.
        variant: ``"fp16"`` loads the files of half the size where there are any, for all networks; by default they are
            used for networks that run in float16.
        cache_dir: where downloads are kept, and looked for. By default the hub's own cache (HF_HOME).
        token: for models that are not public. By default HF_TOKEN, or what ``hf auth login`` stored.
        offline: ask no server; so does HF_HUB_OFFLINE=1.
        allow_pickle: also read weights that are there only as pickles (``.bin``).
        quiet: say nothing of downloads and replacements.

    Raises:
        DiffusionError: naming what is wrong with the model, its files, the connection or the device, and what to do.
        ImportError: when the extra ``beras[diffusion]`` is not installed.

    >>> from tempfile import TemporaryDirectory
    >>> from beras.diffusion import tiny_pipeline
    >>> with TemporaryDirectory() as folder:
    ...     made = tiny_pipeline(folder)
    ...     pipe = load_pipeline(folder, device="cpu")
    >>> bool((pipe.unet.conv_in.weight == made.unet.conv_in.weight).all())
    True
    """
    require()
    target = resolve_device(device)
    kind = resolve_dtype(dtype, target)
    wanted = Wanted(variant, half=kind.itemsize < 4, allow_pickle=allow_pickle)
    folder, advice = _find(model, wanted, cache_dir, token, offline, quiet)
    weights = check_folder(folder, wanted, advice)
    if not quiet:
        _say_replaced(weights, variant)
    with quiet_libraries():
        pipe = _assemble(folder, weights, kind, advice)
        pipe.to(target)
    validate_pipeline(pipe)
    return pipe


def load_checker(
    model: str | Path = "CompVis/stable-diffusion-v1-4",
    *,
    device: str | torch.device = "auto",
    cache_dir: str | Path | None = None,
    token: str | bool | None = None,
    offline: bool = False,
    allow_pickle: bool = False,
    quiet: bool = False,
) -> Any:
    """Return the safety checker of a pipeline alone, in float32: 1.2 GB of v1.4's 5.5.

    The arguments and what is raised are those of `load_pipeline`; all its weights must have come from the file, and it
    must be able to flag.
    """
    require()
    import torch
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker

    target = resolve_device(device)
    wanted = Wanted(variant=None, half=False, allow_pickle=allow_pickle, networks=("safety_checker",))
    folder, advice = _find(model, wanted, cache_dir, token, offline, quiet)
    files = check_folder(folder, wanted, advice)["safety_checker"]
    with quiet_libraries():
        checker = _load_network(StableDiffusionSafetyChecker, folder, "safety_checker", files, torch.float32, advice)
    validate_checker(checker)
    return checker.to(target)


def _find(
    model: str | Path,
    wanted: Wanted,
    cache_dir: str | Path | None,
    token: str | bool | None,
    offline: bool,
    quiet: bool,
) -> tuple[Path, str]:
    """Return the folder of ``model``, and the advice for whoever finds something missing in it."""
    if not isinstance(model, (str, Path)) or not str(model).strip():
        raise DiffusionError(
            "A model is the name of one on the hub, such as CompVis/stable-diffusion-v1-4, or a folder. "
            f"Received: {model!r}."
        )
    path = Path(model).expanduser()
    if path.is_dir():
        return path, f"Copy it again from where {path} came from, whole."
    if path.is_file():
        raise DiffusionError(
            f"{path} is a file, and a model is a folder. If it is a checkpoint in one file, convert it: "
            "diffusers.StableDiffusionPipeline.from_single_file(FILE).save_pretrained(FOLDER)."
        )
    if isinstance(model, Path) or _looks_like_a_path(model):
        raise DiffusionError(
            f"There is no folder {path}. Give the folder that holds model_index.json, or the name of a model on the "
            "hub, such as CompVis/stable-diffusion-v1-4."
        )
    fetched = fetch(
        model,
        wanted,
        cache_dir=None if cache_dir is None else Path(cache_dir).expanduser(),
        token=token,
        offline=offline,
        quiet=quiet,
    )
    if fetched.fresh:
        return fetched.folder, f"The hub has {model} so: choose another model."
    return fetched.folder, f"The copy of {model} in the cache is not whole: run it once with a connection."


def _looks_like_a_path(model: str) -> bool:
    return model.startswith((".", "/", "~")) or "\\" in model or model.count("/") > 1


def _say_replaced(weights: dict[str, WeightFiles], variant: str | None) -> None:
    replaced = [network for network, files in weights.items() if variant is not None and files.variant != variant]
    if replaced:
        print(f"There are no {variant} files for {', '.join(replaced)}: others are loaded and converted.")


def _assemble(folder: Path, weights: dict[str, WeightFiles], dtype: torch.dtype, advice: str) -> Any:
    """Load network by network, so that each one's report is seen, and have diffusers put them together."""
    import torch
    from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
    from transformers import CLIPTextModel

    classes: dict[str, Any] = {
        "vae": AutoencoderKL,
        "text_encoder": CLIPTextModel,
        "unet": UNet2DConditionModel,
        "safety_checker": StableDiffusionSafetyChecker,
    }
    networks = {}
    for name, files in weights.items():
        kind = torch.float32 if name == "safety_checker" else dtype
        networks[name] = _load_network(classes[name], folder, name, files, kind, advice)
    try:
        with warnings.catch_warnings():
            # Of checkpoints of 2022: diffusers mends their settings by itself.
            warnings.filterwarnings("ignore", message="The configuration file of th", category=FutureWarning)
            return StableDiffusionPipeline.from_pretrained(folder, local_files_only=True, **networks)
    except Exception as error:  # a damaged file may end in nearly anything
        raise DiffusionError(f"{folder} does not load: {_first_line(error)}. {advice}") from error


def _load_network(cls: Any, folder: Path, name: str, files: WeightFiles, dtype: torch.dtype, advice: str) -> Any:
    options = {"variant": files.variant, "use_safetensors": not files.pickled, _dtype_keyword(cls): dtype}
    try:
        network, info = cls.from_pretrained(
            folder, subfolder=name, local_files_only=True, output_loading_info=True, **options
        )
    except Exception as error:
        raise DiffusionError(
            f"The {name} in {folder} does not load: {_first_line(error)}. Its config.json or its weights are damaged, "
            f"or of another model. {advice}"
        ) from error
    check_loaded(name, info)
    # A library that does not know the keyword has passed it over.
    return network.to(dtype=dtype).requires_grad_(False).eval()


def _dtype_keyword(cls: Any) -> str:
    """Return what the library of ``cls`` calls the dtype: both have changed it from ``torch_dtype``."""
    from importlib.metadata import version

    from packaging.version import Version

    library = next(
        base.__module__.split(".")[0] for base in cls.__mro__ if base.__name__ in ("ModelMixin", "PreTrainedModel")
    )
    return "dtype" if Version(version(library)) >= Version(_FIRST_WITH_DTYPE[library]) else "torch_dtype"


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines() or [""]
    line = text[0] if len(text[0]) <= _LONGEST else f"{text[0][:_LONGEST]}..."
    return f"{type(error).__name__}: {line}".rstrip(" :.")
