"""Folders that are not whole: each fault gets one message that names the cause and what to do."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from beras.diffusion import DiffusionError, load_checker, load_pipeline

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1719125304\n"
UNET = "unet/diffusion_pytorch_model.safetensors"
CHECKER = "safety_checker/model.safetensors"


@pytest.fixture
def folder(tiny_folder, tmp_path):
    return shutil.copytree(tiny_folder, tmp_path / "model")


def remove(name):
    def break_it(folder):
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return break_it


def write(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def cut(name, share):
    def break_it(folder):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: int(len(content) * share)])

    return break_it


def without_keys(name, part):
    def break_it(folder):
        tensors = {key: value for key, value in load_file(folder / name).items() if part not in key}
        save_file(tensors, folder / name, metadata={"format": "pt"})

    return break_it


def with_values(name, key, value):
    def break_it(folder):
        tensors = load_file(folder / name)
        save_file(tensors | {key: value}, folder / name, metadata={"format": "pt"})

    return break_it


def settings(name, **changes):
    def break_it(folder):
        content = json.loads((folder / name).read_text(encoding="utf-8"))
        (folder / name).write_text(json.dumps(content | changes), encoding="utf-8")

    return break_it


def never_trained(folder):
    tensors = {k: torch.ones_like(v) if "embeds" in k else v for k, v in load_file(folder / CHECKER).items()}
    save_file(tensors, folder / CHECKER, metadata={"format": "pt"})


def single_file(folder):
    (folder / "model_index.json").unlink()
    (folder / "sd-v1-4.ckpt").write_bytes(b"x")


BROKEN = {
    "no tokenizer": (remove("tokenizer"), "no folder tokenizer", "every prompt would be read as nothing"),
    "empty tokenizer": (remove("tokenizer/tokenizer.json"), "lacks vocab.json and merges.txt", "Copy it again"),
    "tokenizer of another": (
        settings("text_encoder/config.json", vocab_size=49408),
        "text_encoder",
        "another shape|does not load",
    ),
    "long tokenizer": (
        settings("tokenizer/tokenizer_config.json", model_max_length=10**6),
        "has 77 positions",
        '"model_max_length": 77',
    ),
    "no checker": (remove("safety_checker"), "no folder safety_checker", "Copy it again"),
    "null checker": (
        settings("model_index.json", safety_checker=[None, None]),
        "names no safety checker",
        "copy the folder safety_checker of CompVis",
    ),
    "checker without thresholds": (without_keys(CHECKER, "embeds_weights"), "lacks 2 of its weights", "chance"),
    "checker without vision": (without_keys(CHECKER, "layers.0"), "lacks", "what it flags would be chance"),
    "checker never trained": (never_trained, "never trained: all its thresholds are 1", "download the model again"),
    "checker out of reach": (
        with_values(CHECKER, "concept_embeds_weights", torch.linspace(1.1, 1.2, 17)),
        "can flag nothing",
        "lowest threshold is 1.1",
    ),
    "checker not a number": (
        with_values(CHECKER, "concept_embeds", torch.full((17, 32), float("nan"))),
        "safety_checker has weights that are not finite",
        "concept_embeds",
    ),
    "unet not a number": (
        with_values(UNET, "conv_in.bias", torch.full((8,), float("inf"))),
        "unet has weights that are not finite",
        "conv_in.bias",
    ),
    "text encoder without a layer": (
        without_keys("text_encoder/model.safetensors", "layers.1"),
        "text_encoder lacks",
        "chance",
    ),
    "vae without a block": (without_keys("vae/diffusion_pytorch_model.safetensors", "mid_block"), "vae", "weights"),
    "unet without a block": (without_keys(UNET, "mid_block"), "unet", "weights"),
    "no unet file": (remove(UNET), "unet has no weights", "Copy it again"),
    "half a unet": (cut(UNET, 0.5), "is cut off", "interrupted copy"),
    "cut in the header": (cut(CHECKER, 0.001), "only the beginning of one", "Copy it again"),
    "empty file": (write(CHECKER, b""), "is empty", "Copy it again"),
    "not safetensors": (write(CHECKER, b"<html>" * 100), "no safetensors file", "Copy it again"),
    "pointer of the unet": (write(UNET, POINTER), "Git LFS pointer", "git lfs pull"),
    "pointer of the checker": (write(CHECKER, POINTER), "Git LFS pointer", "git lfs pull"),
    "pointer of the index": (write("model_index.json", POINTER), "Git LFS pointer", "git lfs pull"),
    "no index": (remove("model_index.json"), "no model_index.json", "not the folder of a pipeline"),
    "index not JSON": (write("model_index.json", b"{"), "is not a JSON object", "Copy it again"),
    "index a list": (write("model_index.json", b"[]"), "is not a JSON object", "Copy it again"),
    "no config": (remove("unet/config.json"), "config.json is missing", "Copy it again"),
    "no schedule": (remove("scheduler/scheduler_config.json"), "lacks scheduler_config.json", "Copy it again"),
    "no image processor": (remove("feature_extractor"), "no folder feature_extractor", "safety checker"),
    "image processor of another": (
        settings("feature_extractor/preprocessor_config.json", crop_size={"height": 336, "width": 336}),
        "336x336 pixels and the safety checker sees 224x224",
        "preprocessor_config.json",
    ),
    "another pipeline": (
        settings("model_index.json", _class_name="StableDiffusionXLPipeline"),
        "that of a StableDiffusionXLPipeline",
        "CompVis/stable-diffusion-v1-4",
    ),
    "one file": (single_file, "a checkpoint in one file", "from_single_file"),
    "inpainting": (settings("unet/config.json", in_channels=9), "unet", "shape|does not load"),
    "schedule a list": (
        write("scheduler/scheduler_config.json", b"[]"),
        "scheduler_config.json cannot be read: it is not a JSON object",
        "Copy it again",
    ),
    "half a tokenizer": (cut("tokenizer/tokenizer.json", 0.5), "tokenizer.json cannot be read", "Copy it again"),
    "pointer of the tokenizer": (write("tokenizer/tokenizer.json", POINTER), "Git LFS pointer", "git lfs pull"),
    "tokenizer without words": (write("tokenizer/tokenizer.json", b"{}"), "does not load", "Copy it again"),
    "scheduler not known": (
        settings("model_index.json", scheduler=["diffusers", "NoSuchScheduler"]),
        "NoSuchScheduler",
        "does not load",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_folder_gets_a_message(folder, capfd, fault):
    break_it, cause, what_to_do = BROKEN[fault]
    break_it(folder)
    with pytest.raises(DiffusionError, match=what_to_do) as raised:
        load_pipeline(folder, device="cpu")
    message = str(raised.value)
    assert cause in message
    assert "\n" not in message
    assert len(message) < 600
    assert capfd.readouterr() == ("", "")


CHECKER_FAULTS = [fault for fault in BROKEN if "checker" in fault]


@pytest.mark.parametrize("fault", CHECKER_FAULTS)
def test_the_checker_alone_is_checked_as_well(folder, fault):
    break_it, cause, what_to_do = BROKEN[fault]
    break_it(folder)
    with pytest.raises(DiffusionError, match=what_to_do) as raised:
        load_checker(folder, device="cpu")
    assert cause in str(raised.value)


def test_the_checker_alone_needs_nothing_else(folder, tiny):
    for part in ("vae", "unet", "text_encoder", "tokenizer", "scheduler", "feature_extractor"):
        shutil.rmtree(folder / part)
    checker = load_checker(folder, device="cpu")
    assert checker.dtype == torch.float32
    assert torch.equal(checker.concept_embeds, tiny.safety_checker.concept_embeds)


@pytest.mark.parametrize("model", ["", "  ", None, 3, ["a"]])
def test_what_is_no_model_at_all(model):
    with pytest.raises(DiffusionError, match=r"A model is the name of one on the hub.*Received"):
        load_pipeline(model)


@pytest.mark.parametrize("model", ["./nowhere", "/no/where", "~/nowhere-at-all", "a/b/c", "C:\\models\\sd"])
def test_a_folder_that_is_not_there(model):
    with pytest.raises(DiffusionError, match=r"There is no folder"):
        load_pipeline(model, offline=True)


def test_a_file_instead_of_a_folder(folder):
    with pytest.raises(DiffusionError, match=r"is a file, and a model is a folder"):
        load_pipeline(folder / "model_index.json")


def test_the_device_is_checked_before_anything_is_read(tmp_path):
    with pytest.raises(DiffusionError, match=r"Did you mean 'cpu'"):
        load_pipeline(tmp_path, device="cpuu")
