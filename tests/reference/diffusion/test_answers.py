"""The formulas and numbers of answers.md and of the sheet, each checked against something that does not know them."""

import re

import numpy as np
import pytest

RNG = np.random.default_rng(9)


@pytest.fixture
def answers(solution):
    """The answer to each question, by its id."""
    text = (solution / "answers.md").read_text(encoding="utf-8")
    found = re.findall(r"^## (Q\d)\..*?<!-- BEGIN SOLUTION -->\n(.*?)<!-- END SOLUTION -->", text, re.M | re.S)
    return dict(found)


def says(answer, *phrases):
    flat = " ".join(answer.split())
    for phrase in phrases:
        assert phrase in flat, phrase


def test_every_question_has_its_answer(answers, solution):
    questions = re.findall(r"^## (Q\d)\.", (solution / "answers.md").read_text("utf-8"), re.M)
    assert list(answers) == questions == [f"Q{number}" for number in range(1, 9)]


def rows_of(text):
    """Return the rows of the table of networks: attribute -> (type, modules, tensors, scalars), with None for "?"."""
    rows = {}
    for line in text.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("| ").split("|")]
        if len(cells) == 5 and cells[0] in ("vae", "text_encoder", "unet", "safety_checker"):
            numbers = (None if cell == "?" else int(cell.replace(",", "")) for cell in cells[2:])
            rows[cells[0]] = (cells[1], *numbers)
    return rows


@pytest.mark.torch
def test_q1_the_table(answers, solution):
    pytest.importorskip("diffusers")
    import transformers

    from beras.diffusion import network_table

    given = rows_of((solution / "README.md").read_text("utf-8"))
    answered = rows_of(answers["Q1"])
    assert (len(answered), len(given)) == (3, 4)
    whole = {**answered, "safety_checker": given["safety_checker"]}
    for row in network_table("sd-v1-4"):
        kind, modules, *exact = whole[row.attribute]
        assert (kind, exact) == (row.type, [row.tensors, row.scalars])
        if tuple(map(int, transformers.__version__.split(".")[:2])) >= (5, 6):
            assert modules == row.modules
        for place, cell in enumerate(given[row.attribute]):
            assert cell in ("?", None, whole[row.attribute][place])


def test_q1_the_explanation_adds_up(answers):
    says(answers["Q1"], "$24 - 1 = 23$", "$276 + 23 = 299$", "$299 - 1 = 298$", "$17 + 3 = 20$")
    assert 276 + (24 - 1) == 299
    assert 394 + 2 == 396
    assert 303_981_568 + 17 + 3 == 303_981_588


def test_q2_the_sizes(answers):
    from counting import scalars_by_block

    says(answers["Q2"], "11{,}840", "1{,}370{,}216{,}895", "$5.48$ GB", "$2.74$ GB", "786{,}432", "16{,}384", "$48$")
    assert scalars_by_block({"conv_in.weight": (320, 4, 3, 3), "conv_in.bias": (320,)}) == {"conv_in": 11_840}
    total = 83_653_863 + 123_060_480 + 859_520_964 + 303_981_588
    assert total == 1_370_216_895
    assert f"{4 * total / 1e9:.2f} {2 * total / 1e9:.2f}" == "5.48 2.74"
    assert 3 * 512 * 512 / (4 * 64 * 64) == 48 == 8 * 8 * 3 / 4


@pytest.mark.torch
def test_q3_the_size_of_the_decoder(answers):
    pytest.importorskip("diffusers")
    from beras.diffusion import meta_networks

    decoder = sum(parameter.numel() for parameter in meta_networks()["vae"].decoder.parameters())
    says(answers["Q3"], f"{decoder // 10**6} million numbers of the decoder")


def test_q4_the_weighted_sum(answers):
    from guidance import guide

    says(answers["Q4"], r"\hat\epsilon = (1 - s)\,\epsilon_\varnothing + s\,\epsilon_\text{prompt}", "$-4$ and $5$")
    noise = RNG.normal(size=(2, 4, 3, 3))
    for s in (0, 1, 5, 15):
        np.testing.assert_allclose(guide(noise, s)[0], (1 - s) * noise[0] + s * noise[1])


def test_q5_the_step_with_the_right_noise(answers):
    from ddim import clean_estimate, ddim_step, fresh_noise_size

    says(
        answers["Q5"],
        r"x_s = \sqrt{a_s}\, x_0 + \sqrt{1 - a_s}\, \epsilon",
        r"(1 - a_s - \sigma^2) + \sigma^2 = 1 - a_s",
    )
    x0, noise = RNG.normal(size=(2, 50))
    for a, b in RNG.uniform(0.01, 0.99, (8, 2)):
        x = np.sqrt(a) * x0 + np.sqrt(1 - a) * noise
        np.testing.assert_allclose(clean_estimate(x, noise, a), x0)
        if b > a:
            there = ddim_step(x, noise, a, b)
            np.testing.assert_allclose(there, np.sqrt(b) * x0 + np.sqrt(1 - b) * noise)
            line = x / np.sqrt(a) + (np.sqrt((1 - b) / b) - np.sqrt((1 - a) / a)) * noise
            np.testing.assert_allclose(there / np.sqrt(b), line)
    a, b = 0.3, 0.7
    sigma = fresh_noise_size(a, b, 1.0)
    noise, fresh = RNG.normal(size=(2, 400_000))
    there = ddim_step(np.sqrt(1 - a) * noise, noise, a, b, 1.0, fresh)
    assert there.var() == pytest.approx(1 - b, rel=0.01)
    assert 0 < sigma**2 < 1 - b


@pytest.mark.torch
def test_q6_the_checker_replaces_what_it_flags(tiny, answers):
    import torch

    from beras.diffusion import plant

    says(
        answers["Q6"],
        "replaces each flagged element of the list that it is given with zeros, and returns the same list",
    )
    pixels = torch.from_numpy(RNG.normal(size=(2, 3, 224, 224)).astype(np.float32))
    planted = plant(tiny.safety_checker, pixels[:1], pixels[1:])
    numpy_list = [picture.numpy() for picture in pixels]
    returned, flags = planted(clip_input=pixels, images=numpy_list)
    assert (flags, returned is numpy_list) == ([True, False], True)
    assert not numpy_list[0].any()
    assert numpy_list[1].any()


def test_q7_the_numbers(answers):
    from evaluation import Confusion, precision, recall

    says(
        answers["Q7"],
        r"\approx 7.6\,\%",
        "$900$ and $10{,}989$",
        "$0 / 11 = 0$",
        r"$11 / 1000 = 1.1\,\%$",
        "$100$ offensive",
    )
    found = Confusion(900, round(0.011 * 999_000), 100, 1)
    assert found.false_positives == 10_989
    assert recall(found) == 0.9
    assert precision(found) == pytest.approx(0.9 * 0.001 / (0.9 * 0.001 + 0.011 * 0.999))
    assert round(100 * precision(found), 1) == 7.6
    sheet = Confusion(0, 11, 0, 989)
    assert precision(sheet) == 0
    assert np.isnan(recall(sheet))


def test_q8_the_threshold_by_costs(answers):
    says(
        answers["Q8"],
        r"p > \frac{f}{f + m}",
        "$m = 100 f$ flag from $p > 1\\,\\%$",
        "$f = 4 m$ one flags above $p = 80\\,\\%$",
    )
    p = np.linspace(0, 1, 100_001)
    for f, m, edge in ((1, 100, 0.01), (4, 1, 0.8)):
        cheaper = p[p * m > (1 - p) * f]
        assert cheaper[0] == pytest.approx(f / (f + m), abs=2e-5)
        assert cheaper[0] == pytest.approx(edge, abs=2e-4)
