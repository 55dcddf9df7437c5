"""Prompts: tokens, vectors, and the words that did not fit; the oracle is the library's `encode_prompt`."""

from __future__ import annotations

import pytest
import torch

from beras.diffusion.generate import generate
from beras.diffusion.prompts import encode, encode_guided

LONG = " ".join(["cat"] * 90)


def test_the_vectors_are_those_of_the_library(tiny):
    prompts, negatives = ["a red cat", "the dog"], ["blurred", ""]
    text, cut = encode_guided(tiny, prompts, negatives)
    with torch.no_grad():
        wanted, unwanted = tiny.encode_prompt(prompts, "cpu", 1, True, negatives)
    assert torch.equal(text.vectors, torch.cat([unwanted, wanted]))
    assert [tiny.tokenizer.decode(row, skip_special_tokens=True).strip() for row in text.tokens] == negatives + prompts
    assert text.tokens.shape == (4, 77)
    assert text.tokens.dtype == torch.int64
    assert (text.truncated, cut) == (["", ""], ["", ""])


def test_without_guidance_there_are_the_prompts_alone(tiny):
    text, cut = encode_guided(tiny, ["a red cat"], None)
    assert (text.tokens.shape, text.vectors.shape, cut) == ((1, 77), (1, 77, 32), [])


def test_a_text_stands_between_the_marks_of_its_beginning_and_end(tiny):
    (row,) = encode(tiny, ["cat dog"]).tokens.tolist()
    tokenizer = tiny.tokenizer
    assert row[0] == tokenizer.bos_token_id
    assert set(row[3:]) == {tokenizer.eos_token_id}
    assert [tokenizer.decode([token]) for token in row[1:3]] == ["cat", "dog"]


@pytest.mark.parametrize(("words", "cut"), [(75, 0), (76, 1), (90, 15), (500, 425)])
def test_75_tokens_fit_and_the_rest_is_reported(tiny, words, cut):
    encoded = encode(tiny, [" ".join(["cat"] * words), "the dog"])
    assert [len(text.split()) for text in encoded.truncated] == [cut, 0]
    assert encoded.tokens.shape == (2, 77)


def test_what_was_cut_off_is_said(tiny, capsys):
    made = generate(tiny, f"{LONG} on the red dog", negative=LONG, steps=1, every=0, progress=False)
    (cut,) = made.truncated_text
    assert cut.endswith("cat on the red dog")
    assert made.notices == [
        f"The prompt is too long for the text encoder, which never saw its end: {cut!r}.",
        f"The negative prompt is too long for the text encoder, which never saw its end: {' '.join(['cat'] * 15)!r}.",
    ]
    assert capsys.readouterr().out.splitlines() == made.notices


def test_in_a_batch_it_is_said_of_which(tiny):
    made = generate(tiny, ["a cat", LONG], steps=1, every=0, progress=False, notify=None)
    assert made.truncated_text[0] == ""
    assert made.notices[0].startswith("Prompt 2 is too long")


def test_the_cut_prompt_gives_the_picture_of_what_fitted(tiny):
    fitting = " ".join(["cat"] * 75)
    long, short = (
        generate(tiny, text, steps=2, every=0, progress=False, notify=None) for text in (f"{fitting} dog", fitting)
    )
    assert torch.equal(long.latents, short.latents)


def test_the_libraries_say_nothing(tiny, capfd):
    generate(tiny, LONG, steps=1, every=0, progress=False, notify=None)
    assert capfd.readouterr() == ("", "")
