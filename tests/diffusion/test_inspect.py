"""The table of question 5.1: the counter on networks counted by hand, and v1.4 against the published numbers."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from beras.diffusion import DiffusionError, ModuleCount, count_module, meta_networks, meta_pipeline, network_table
from beras.diffusion.inspect import to_markdown
from beras.diffusion.module_history import HISTORY, era_of, explain_modules, installed_versions

#: Counted with the libraries of 2022 and of 2025, and in the homework's own answers.
TENSORS_AND_SCALARS = {
    "vae": (248, 83_653_863),
    "text_encoder": (196, 123_060_480),
    "unet": (686, 859_520_964),
    "safety_checker": (396, 303_981_588),
}
TYPES = ("AutoencoderKL", "CLIPTextModel", "UNet2DConditionModel", "StableDiffusionSafetyChecker")


class Tied(nn.Module):
    """Two layers that share a weight, one activation used twice, a buffer, and a parameter that is frozen."""

    def __init__(self):
        super().__init__()
        self.a = nn.Linear(3, 3)
        self.b = nn.Linear(3, 3, bias=False)
        self.b.weight = self.a.weight
        self.act = nn.ReLU()
        self.layers = nn.ModuleList([self.act, nn.Dropout()])
        self.register_buffer("mean", torch.zeros(7))
        self.frozen = nn.Parameter(torch.zeros(5), requires_grad=False)


@pytest.fixture(scope="module")
def v1_4():
    return network_table()


def test_what_is_shared_counts_once_and_a_buffer_never():
    # modules: itself, a, b, act, layers, dropout; act again within layers. Tensors: weight 9, bias 3, frozen 5.
    assert count_module(Tied()) == ModuleCount(modules=6, modules_with_repeats=7, tensors=3, scalars=17)


def test_v1_4_has_the_published_tensors_and_scalars(v1_4):
    assert {row.attribute: (row.tensors, row.scalars) for row in v1_4} == TENSORS_AND_SCALARS
    assert tuple(row.type for row in v1_4) == TYPES


def test_its_modules_are_those_of_the_installed_versions(v1_4):
    for row in v1_4:
        era = era_of(row.attribute, installed_versions())
        assert era is not None, f"{installed_versions()} is not in the table"
        assert (row.modules, row.modules_with_repeats) == (era.modules, era.modules_with_repeats), row


@pytest.mark.parametrize(
    ("versions", "modules"),
    [
        ({"transformers": "4.21.2", "diffusers": "0.2.4"}, (239, 141, 709, 276)),
        ({"transformers": "4.23.1", "diffusers": "0.2.4"}, (239, 141, 709, 276)),
        ({"transformers": "4.48.0", "diffusers": "0.32.1"}, (220, 152, 686, 299)),
        ({"transformers": "5.5.4", "diffusers": "0.33.0"}, (243, 152, 709, 299)),
        ({"transformers": "5.23.0", "diffusers": "0.42.1"}, (243, 151, 709, 298)),
        ({"transformers": "4.20.0", "diffusers": "0.10.0"}, (None, None, None, None)),
    ],
)
def test_the_table_by_version(versions, modules):
    found = [era_of(network, versions) for network in TENSORS_AND_SCALARS]
    assert tuple(era and era.modules for era in found) == modules


def test_no_two_rows_of_the_table_hold_for_one_version():
    from packaging.version import Version

    for one in HISTORY:
        later = [e for e in HISTORY if e.network == one.network and Version(e.first) > Version(one.first)]
        assert all(one.before is not None and Version(one.before) <= Version(e.first) for e in later)


def test_each_network_is_explained_and_the_tiny_ones_are_not(v1_4, tiny):
    reasons = explain_modules(v1_4, {"transformers": "4.48.0", "diffusers": "0.32.1"})
    assert len(reasons) == 4
    assert all("is not in the table" in reason for reason in reasons)  # counted with today's versions
    assert not any("is not in the table" in reason for reason in explain_modules(v1_4))
    assert explain_modules(network_table(tiny)) == []


def test_from_a_pipeline_a_dict_and_a_name(v1_4, tiny):
    assert network_table(meta_pipeline()) == network_table(meta_networks()) == v1_4
    assert [row.attribute for row in network_table(tiny)] == list(TENSORS_AND_SCALARS)


def test_an_architecture_that_is_not_known():
    with pytest.raises(DiffusionError, match=r"Did you mean 'sd-v1-4'?"):
        network_table("sd-v1-5")


def test_markdown(v1_4):
    lines = to_markdown(v1_4).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[4].split("|")[1].strip() == "unet"
    assert "859,520,964" in lines[4]


@pytest.mark.parametrize("thing", [3, None, object()], ids=lambda thing: type(thing).__name__)
def test_what_holds_no_networks_is_named(thing):
    with pytest.raises(DiffusionError, match=rf"network_table takes a pipeline.*Received: {type(thing).__name__}\."):
        network_table(thing)
