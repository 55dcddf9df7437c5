"""v1.4 as data: its roles and sizes, without values on the meta device, and random ones made on a device."""

from __future__ import annotations

import pytest
import torch

from beras.diffusion import architecture, meta_networks, meta_pipeline, random_networks


@pytest.fixture(scope="module")
def networks():
    return meta_networks()


def test_nothing_has_values(networks):
    assert all(p.is_meta for network in networks.values() for p in network.parameters())


def test_shapes_run_through_at_full_size(networks):
    with torch.no_grad():
        tokens = torch.zeros(2, 77, dtype=torch.int64, device="meta")
        vectors = networks["text_encoder"](tokens).last_hidden_state
        latents = torch.zeros(2, 4, 64, 64, device="meta")
        update = networks["unet"](latents, torch.tensor(1, device="meta"), encoder_hidden_states=vectors).sample
        rgb = networks["vae"].decode(latents[:1]).sample
    assert (vectors.shape, update.shape, rgb.shape) == ((2, 77, 768), (2, 4, 64, 64), (1, 3, 512, 512))


def test_the_pipeline_has_the_schedule_of_v1_4():
    pipe = meta_pipeline()
    pipe.scheduler.set_timesteps(33)
    steps = pipe.scheduler.timesteps.tolist()
    assert (len(steps), steps[:4], steps[-2:]) == (34, [961, 931, 931, 901], [31, 1])
    assert pipe.tokenizer is None
    assert pipe.vae_scale_factor == 8


@pytest.mark.parametrize("dtype", [None, torch.float16, torch.bfloat16])
def test_random_networks_are_made_in_the_dtype_and_the_checker_in_float32(monkeypatch, dtype):
    # The same code on sizes that a test can hold.
    monkeypatch.setattr(architecture, "UNET", {**architecture.UNET, "block_out_channels": (32, 32, 32, 32)})
    monkeypatch.setattr(architecture, "VAE", {**architecture.VAE, "block_out_channels": (32, 32, 32, 32)})
    small = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    monkeypatch.setattr(architecture, "TEXT_ENCODER", {**architecture.TEXT_ENCODER, **small, "vocab_size": 100})
    monkeypatch.setattr(architecture, "SAFETY_VISION", {**architecture.SAFETY_VISION, **small})
    made = random_networks("cpu", dtype)
    assert {name: network.dtype for name, network in made.items()} == {
        **dict.fromkeys(("vae", "text_encoder", "unet"), dtype or torch.float32),
        "safety_checker": torch.float32,
    }
    assert not any(p.requires_grad for network in made.values() for p in network.parameters())
    assert not any(network.training for network in made.values())
    assert made["unet"].conv_in.weight.std() > 0


def test_making_networks_says_nothing(capfd):
    meta_networks()
    assert capfd.readouterr() == ("", "")
