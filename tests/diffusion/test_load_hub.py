"""load_pipeline by the name of a model, from a hub on this machine: download, cache, offline, refusals."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest
import torch

from beras.diffusion import DiffusionError, load_checker, load_pipeline
from tests.diffusion.hub_server import serving

NAME = "tiny/sd"
SMALL = {
    "model_index.json",
    "feature_extractor/preprocessor_config.json",
    "scheduler/scheduler_config.json",
    "tokenizer/tokenizer.json",
    "tokenizer/tokenizer_config.json",
    *(f"{network}/config.json" for network in ("vae", "text_encoder", "unet", "safety_checker")),
}
WEIGHTS = {
    "vae/diffusion_pytorch_model.safetensors",
    "text_encoder/model.safetensors",
    "unet/diffusion_pytorch_model.safetensors",
    "safety_checker/model.safetensors",
}


@pytest.fixture
def hub(tiny_folder, tmp_path, monkeypatch):
    """Return a hub that has the tiny pipeline, among files that nobody needs, and that is asked from now on."""
    from huggingface_hub import constants

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = shutil.copytree(tiny_folder, tmp_path / "served")
    (folder / "README.md").write_text("x" * 1000, encoding="utf-8")
    (folder / "v1-4.ckpt").write_bytes(b"x" * 1000)
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"x" * 1000)
    with serving() as hub:
        monkeypatch.setattr(constants, "ENDPOINT", hub.url)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}"
        )
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        hub.models[NAME] = folder
        yield hub


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def load(cache, **options):
    return load_pipeline(NAME, device="cpu", cache_dir=cache, **options)


def test_the_needed_files_are_downloaded_once_after_their_size_was_said(hub, cache, tiny, capfd):
    pipe = load(cache)
    assert torch.equal(pipe.unet.conv_in.weight, tiny.unet.conv_in.weight)
    assert set(hub.downloaded) == SMALL | WEIGHTS
    assert len(hub.downloaded) == len(set(hub.downloaded))
    out, err = capfd.readouterr()
    size = sum((hub.models[NAME] / name).stat().st_size for name in SMALL | WEIGHTS)
    assert f"Downloading {NAME}: {size / 1e6:.2f} MB in 13 files, to {cache}" in out
    assert err == ""

    hub.downloaded.clear()
    assert load(cache)
    assert hub.downloaded == []
    assert capfd.readouterr() == ("", "")


def test_the_sizes_of_the_real_model_are_said_in_gigabytes():
    from beras.diffusion.hub import _size

    assert (_size(5_481_000_000), _size(3_200_000)) == ("5.48 GB", "3.20 MB")


def test_quiet_says_nothing(hub, cache, capfd):
    load(cache, quiet=True)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_half_precision_downloads_the_half_size_files(hub, cache, dtype):
    from safetensors.torch import load_file, save_file

    for name in WEIGHTS:
        path = hub.models[NAME] / name
        halves = {key: value.half() for key, value in load_file(path).items()}
        save_file(halves, path.with_name(f"{path.stem}.fp16.safetensors"), metadata={"format": "pt"})
    load(cache, dtype=dtype)
    taken = {name for name in hub.downloaded if name.endswith(".fp16.safetensors")}
    networks = {"vae", "text_encoder", "unet"} if dtype == "float16" else set()
    assert {name.split("/")[0] for name in taken} == networks
    hub.downloaded.clear()
    load(cache, dtype=dtype, variant="fp16")
    assert "safety_checker/model.fp16.safetensors" in hub.downloaded


def test_half_precision_takes_what_is_in_the_cache(hub, cache):
    from safetensors.torch import load_file, save_file

    load(cache)
    for name in WEIGHTS:
        path = hub.models[NAME] / name
        save_file(load_file(path), path.with_name(f"{path.stem}.fp16.safetensors"), metadata={"format": "pt"})
    hub.downloaded.clear()
    load(cache, dtype="float16")
    assert hub.downloaded == []


def test_offline_uses_the_cache_and_asks_nobody(hub, cache, tiny):
    load(cache)
    hub.downloaded.clear()
    hub.tokens.clear()
    pipe = load(cache, offline=True)
    assert torch.equal(pipe.unet.conv_in.weight, tiny.unet.conv_in.weight)
    assert hub.tokens == set()


def test_offline_without_a_copy(hub, cache):
    with pytest.raises(DiffusionError) as raised:
        load(cache, offline=True)
    for said in (NAME, str(cache), "offline", "Run it once with a connection", "beras diffusion demo"):
        assert said in str(raised.value)
    assert hub.tokens == set()


def test_offline_with_half_a_copy(hub, cache):
    load(cache)
    next(cache.rglob("unet/*.safetensors")).unlink()
    with pytest.raises(DiffusionError, match=r"unet has no weights.*run it once with a connection"):
        load(cache, offline=True)
    assert load(cache)  # which does as the message says


def test_without_a_connection_the_cache_is_used_and_it_says_so(hub, cache, monkeypatch, capfd):
    from huggingface_hub import constants

    load(cache)
    capfd.readouterr()
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    assert load(cache)
    assert "cannot be reached" in capfd.readouterr().out
    with pytest.raises(DiffusionError, match=r"not in the cache.*cannot be reached.*beras diffusion demo"):
        load(cache / "elsewhere")


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (401, "RepoNotFound", "has no model tiny/sd, or it is private.*hf auth login"),
        (404, "RepoNotFound", "has no model tiny/sd, or it is private.*hf auth login"),
        (403, "GatedRepo", "accept its licence.*hf auth login.*HF_TOKEN"),
        (401, "", "hf auth login"),
        (403, "", "refuses tiny/sd with this token.*hf auth login"),
        (500, "", r"cannot be reached \(status 500\)"),
    ],
)
def test_what_the_hub_refuses(hub, cache, status, code, said):
    hub.refused[NAME] = (status, code)
    with pytest.raises(DiffusionError, match=said) as raised:
        load(cache, token="hf_secret")
    assert "hf_secret" not in str(raised.value)
    assert hub.tokens == {"Bearer hf_secret"}


@pytest.mark.parametrize("name", ["no spaces please", "a--b", "-x/y", "tiny/sd:main", "x" * 200])
def test_a_name_that_cannot_be_one(hub, cache, name):
    with pytest.raises(DiffusionError, match=r"named as owner/name"):
        load_pipeline(name, device="cpu", cache_dir=cache)


def test_only_pickles(hub, cache):
    path = hub.models[NAME] / "vae" / "diffusion_pytorch_model.safetensors"
    path.rename(path.with_suffix(".bin"))
    with pytest.raises(DiffusionError, match=r"vae only as pickles.*allow_pickle=True"):
        load(cache)
    assert hub.downloaded == []


def test_the_checker_alone_is_a_part_of_the_download(hub, cache, tiny):
    checker = load_checker(NAME, device="cpu", cache_dir=cache, quiet=True)
    assert all(torch.equal(a, b) for a, b in zip(checker.parameters(), tiny.safety_checker.parameters(), strict=True))
    assert set(hub.downloaded) == {"model_index.json", "safety_checker/config.json", "safety_checker/model.safetensors"}
    assert load_checker(NAME, device="cpu", cache_dir=cache, offline=True)
    with pytest.raises(DiffusionError, match=r"no folder vae.*run it once with a connection"):
        load(cache, offline=True)


def test_a_disk_without_room(hub, cache, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1000))
    with pytest.raises(DiffusionError, match=r"the disk has 0.00 MB left.*--cache-dir"):
        load(cache)
    assert hub.downloaded == []


def test_a_model_of_another_kind_gets_the_folders_message(hub, cache):
    (hub.models[NAME] / "model_index.json").unlink()
    with pytest.raises(DiffusionError, match=f"no model_index.json.*The hub has {NAME} so: choose another"):
        load(cache)


def test_a_folder_of_the_models_name_comes_first(hub, cache, tiny_folder, tmp_path, monkeypatch):
    shutil.copytree(tiny_folder, tmp_path / NAME)
    monkeypatch.chdir(tmp_path)
    assert load(cache)
    assert hub.tokens == set()
