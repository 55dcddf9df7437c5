"""load_pipeline from a folder: what loads, in which dtype, and with which files."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from beras.diffusion import DiffusionError, load, load_pipeline

NETWORKS = ("vae", "text_encoder", "unet", "safety_checker")
FILES = {
    "vae": "diffusion_pytorch_model",
    "unet": "diffusion_pytorch_model",
    "text_encoder": "model",
    "safety_checker": "model",
}


@pytest.fixture
def folder(tiny_folder, tmp_path):
    """Return a copy of the tiny pipeline's folder that a test may change."""
    return shutil.copytree(tiny_folder, tmp_path / "model")


def weights(pipe):
    return {f"{n}.{key}": value for n in NETWORKS for key, value in getattr(pipe, n).state_dict().items()}


def rewrite(folder, network, change, *, name=None, dtype=None):
    """Write the weights of a network again, with other keys, under another name, or in another dtype."""
    path = folder / network / f"{FILES[network]}.safetensors"
    tensors = {change(key): value.to(dtype or value.dtype) for key, value in load_file(path).items()}
    if name is None or name.endswith(".bin"):
        path.unlink()
    path = path if name is None else path.with_name(name)
    if path.suffix == ".bin":
        torch.save(tensors, path)
    else:
        save_file(tensors, path, metadata={"format": "pt"})


def same(key):
    return key


def test_it_is_the_librarys_own_pipeline_with_the_same_weights(tiny, tiny_folder, capfd):
    from diffusers import StableDiffusionPipeline

    pipe = load_pipeline(tiny_folder, device="cpu")
    assert type(pipe) is StableDiffusionPipeline
    ours, theirs = weights(pipe), weights(tiny)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    assert not any(p.requires_grad for n in NETWORKS for p in getattr(pipe, n).parameters())
    assert not any(getattr(pipe, n).training for n in NETWORKS)
    assert pipe.tokenizer("the cat").input_ids == tiny.tokenizer("the cat").input_ids
    assert capfd.readouterr() == ("", "")


def test_it_makes_what_the_librarys_loader_makes(tiny_folder):
    from diffusers import StableDiffusionPipeline

    options = {"prompt": "a cat", "num_inference_steps": 3, "output_type": "np"}
    pictures = []
    for pipe in (load_pipeline(tiny_folder, device="cpu"), StableDiffusionPipeline.from_pretrained(tiny_folder)):
        pipe.set_progress_bar_config(disable=True)
        pictures.append(pipe(**options, generator=torch.Generator().manual_seed(4)).images)
    assert (pictures[0] == pictures[1]).all()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_all_but_the_checker_are_in_the_dtype_and_it_runs(tiny, tiny_folder, dtype):
    pipe = load_pipeline(str(tiny_folder), device="cpu", dtype=dtype)
    assert {getattr(pipe, n).dtype for n in ("vae", "text_encoder", "unet")} == {getattr(torch, dtype)}
    assert all(torch.equal(a, b) for a, b in zip(pipe.safety_checker.parameters(), tiny.safety_checker.parameters()))
    pipe.set_progress_bar_config(disable=True)
    made = pipe("a cat", num_inference_steps=2, output_type="np")
    assert made.nsfw_content_detected == [False]


def test_libraries_that_know_only_torch_dtype_are_asked_so(monkeypatch):
    from diffusers import UNet2DConditionModel
    from transformers import CLIPTextModel

    installed = {"diffusers": "0.37.1", "transformers": "4.57.3"}
    monkeypatch.setattr("importlib.metadata.version", installed.__getitem__)
    assert load._dtype_keyword(UNet2DConditionModel) == "torch_dtype"
    assert load._dtype_keyword(CLIPTextModel) == "dtype"
    installed |= {"diffusers": "0.40.0", "transformers": "4.48.0"}
    assert load._dtype_keyword(UNet2DConditionModel) == "dtype"
    assert load._dtype_keyword(CLIPTextModel) == "torch_dtype"


def test_a_library_that_passes_the_dtype_over_changes_nothing(tiny_folder, monkeypatch):
    from diffusers import UNet2DConditionModel

    real = UNet2DConditionModel.from_pretrained
    monkeypatch.setattr(UNet2DConditionModel, "from_pretrained", lambda *a, dtype=None, **options: real(*a, **options))
    assert load_pipeline(tiny_folder, device="cpu", dtype="float16").unet.dtype == torch.float16


# Variants and pickles


def test_without_fp16_files_the_full_ones_are_converted_and_it_says_so(tiny_folder, capsys):
    pipe = load_pipeline(tiny_folder, device="cpu", dtype="float16", variant="fp16")
    assert pipe.unet.dtype == torch.float16
    assert "There are no fp16 files for vae, text_encoder, unet, safety_checker" in capsys.readouterr().out
    load_pipeline(tiny_folder, device="cpu", variant="fp16", quiet=True)
    assert capsys.readouterr().out == ""


def test_half_precision_takes_the_half_size_files_but_not_for_the_checker(folder, tiny):
    for network in NETWORKS:
        # Doubled, so that it shows which file was read.
        path = folder / network / f"{FILES[network]}.safetensors"
        doubled = {key: 2 * value.half() for key, value in load_file(path).items()}
        save_file(doubled, path.with_name(f"{FILES[network]}.fp16.safetensors"), metadata={"format": "pt"})
    half = load_pipeline(folder, device="cpu", dtype="float16")
    full = load_pipeline(folder, device="cpu")
    assert torch.equal(half.unet.conv_in.weight, 2 * tiny.unet.conv_in.weight.half())
    assert torch.equal(half.safety_checker.concept_embeds, tiny.safety_checker.concept_embeds)
    assert torch.equal(full.unet.conv_in.weight, tiny.unet.conv_in.weight)


def test_fp16_files_alone_do_for_float32(folder, tiny):
    for network in NETWORKS:
        rewrite(folder, network, same, name=f"{FILES[network]}.fp16.safetensors", dtype=torch.float16)
        (folder / network / f"{FILES[network]}.safetensors").unlink()
    pipe = load_pipeline(folder, device="cpu", quiet=True)
    assert pipe.unet.dtype == torch.float32
    assert torch.equal(pipe.unet.conv_in.weight, tiny.unet.conv_in.weight.half().float())


def test_a_variant_that_is_not_there(folder):
    rewrite(folder, "unet", same, name="diffusion_pytorch_model.non_ema.safetensors")
    assert load_pipeline(folder, device="cpu", variant="non_ema", quiet=True)
    with pytest.raises(DiffusionError, match=r"no variant 'nonema'. Did you mean 'non_ema'"):
        load_pipeline(folder, device="cpu", variant="nonema")


def test_pickles_are_read_only_when_allowed(folder, tiny):
    names = {"vae": "diffusion_pytorch_model.bin", "unet": "diffusion_pytorch_model.bin"}
    for network in NETWORKS:
        rewrite(folder, network, same, name=names.get(network, "pytorch_model.bin"))
    with pytest.raises(DiffusionError, match=r"only as a pickle.*allow_pickle=True"):
        load_pipeline(folder, device="cpu")
    pipe = load_pipeline(folder, device="cpu", allow_pickle=True)
    assert torch.equal(pipe.unet.conv_in.weight, tiny.unet.conv_in.weight)


# Checkpoints of 2022

_OLD_ATTENTION = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}


def as_in_2022(network):
    def change(key):
        if network == "vae" and ".attentions." in key:
            for new, old in _OLD_ATTENTION.items():
                key = key.replace(f".{new}.", f".{old}.")
        if network == "text_encoder" and not key.startswith("text_model."):
            key = f"text_model.{key}"
        if network == "safety_checker" and key.startswith("vision_model.") and "vision_model.vision_model" not in key:
            key = f"vision_model.{key}"
        return key

    return change


@pytest.mark.parametrize("pickled", [False, True])
def test_a_checkpoint_of_2022_loads_with_the_same_weights(folder, tiny, pickled):
    for network in NETWORKS:
        name = (
            ("diffusion_pytorch_model.bin" if network in ("vae", "unet") else "pytorch_model.bin") if pickled else None
        )
        rewrite(folder, network, as_in_2022(network), name=name)
    index = folder / "model_index.json"
    old = json.loads(index.read_text(encoding="utf-8"))
    old |= {"_diffusers_version": "0.2.2", "feature_extractor": ["transformers", "CLIPFeatureExtractor"]}
    del old["image_encoder"], old["requires_safety_checker"]
    index.write_text(json.dumps(old), encoding="utf-8")
    config = folder / "vae" / "config.json"
    values = json.loads(config.read_text(encoding="utf-8"))
    del values["scaling_factor"]
    config.write_text(json.dumps(values), encoding="utf-8")

    pipe = load_pipeline(folder, device="cpu", allow_pickle=pickled)
    ours, theirs = weights(pipe), weights(tiny)
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    assert pipe.vae.config.scaling_factor == 0.18215


def test_position_ids_of_old_files_are_no_fault(folder):
    path = folder / "text_encoder" / "model.safetensors"
    tensors = load_file(path) | {"text_model.embeddings.position_ids": torch.arange(77)[None]}
    save_file(tensors, path, metadata={"format": "pt"})
    assert load_pipeline(folder, device="cpu")


def test_another_scheduler_loads(folder):
    from diffusers import DDIMScheduler

    shutil.rmtree(folder / "scheduler")
    DDIMScheduler(steps_offset=1).save_pretrained(folder / "scheduler")
    index = folder / "model_index.json"
    index.write_text(index.read_text(encoding="utf-8").replace("PNDMScheduler", "DDIMScheduler"), encoding="utf-8")
    assert isinstance(load_pipeline(folder, device="cpu").scheduler, DDIMScheduler)
