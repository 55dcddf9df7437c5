"""From words to text vectors: what a prompt may be, what of it fits, and the text encoder's view of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from beras.diffusion.errors import DiffusionError

__all__ = ["Encoded", "check_negative", "check_prompts", "encode", "encode_guided"]


@dataclass(frozen=True)
class Encoded:
    """Prompts as the networks see them."""

    #: int64, ``(batch, positions)``.
    tokens: torch.Tensor
    #: ``(batch, positions, features)``, in the text encoder's dtype.
    vectors: torch.Tensor
    #: What the tokenizer had no room for, one text for each prompt; ``""`` where everything fitted.
    truncated: list[str]


def check_prompts(prompt: Any) -> list[str]:
    """Return the prompts of a batch: one string is a batch of one.

    Raises:
        DiffusionError: for an empty list and for anything that is not text.

    >>> check_prompts("a cat"), check_prompts(["a cat", ""])
    (['a cat'], ['a cat', ''])
    """
    return _texts("prompt", prompt)


def check_negative(negative: Any, batch: int) -> list[str]:
    """Return one negative prompt for each prompt: a single string is for all of them, ``None`` is ``""``.

    Raises:
        DiffusionError: for what is not text, and for a list of another length.

    >>> check_negative("blurred", 2)
    ['blurred', 'blurred']
    """
    if negative is None or isinstance(negative, str):
        return _texts("negative", negative or "") * batch
    texts = _texts("negative", negative)
    if len(texts) != batch:
        raise DiffusionError(
            f"negative takes one text, or one for each of the {batch} prompts. Received: a list of {len(texts)}."
        )
    return texts


def _texts(name: str, value: Any) -> list[str]:
    if isinstance(value, str):
        return [_encodable(name, value)]
    if not isinstance(value, (list, tuple)):
        raise DiffusionError(f"{name} takes a text or a list of texts. Received: {value!r}.")
    if not value:
        raise DiffusionError(f"{name} takes a text or a list of texts, and the list is empty.")
    for number, text in enumerate(value):
        if not isinstance(text, str):
            raise DiffusionError(f"{name} takes a list of texts, and {name}[{number}] is none. Received: {text!r}.")
    return [_encodable(name, text) for text in value]


def _encodable(name: str, text: str) -> str:
    """Return ``text``; half a character (a lone surrogate, from a terminal in another encoding) has no bytes."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DiffusionError(
            f"{name} holds something that is no character, at position {error.start}: {text[error.start]!r}. "
            "Is the terminal set to UTF-8?"
        ) from None
    return text


def encode(pipe: Any, prompts: list[str]) -> Encoded:
    """Return the tokens and the vectors of ``prompts``.

    Tokens are padded to the text encoder's ``positions`` (77 in CLIP, Radford et al. 2021), of which the first says
    "begin" and one says "end"; what goes beyond is cut off, and reported.
    """
    tokenizer, encoder = pipe.tokenizer, pipe.text_encoder
    positions = tokenizer.model_max_length
    batch = tokenizer(prompts, padding="max_length", max_length=positions, truncation=True, return_tensors="pt")
    with torch.no_grad():
        mask = batch.attention_mask.to(encoder.device) if getattr(encoder.config, "use_attention_mask", None) else None
        vectors = encoder(batch.input_ids.to(encoder.device), attention_mask=mask)[0]
    whole = tokenizer(prompts, verbose=False)["input_ids"]
    truncated = [tokenizer.decode(ids[positions - 1 : -1]).strip() for ids in whole]
    return Encoded(batch.input_ids, vectors.to(encoder.dtype), truncated)


def encode_guided(pipe: Any, prompts: list[str], negatives: list[str] | None) -> tuple[Encoded, list[str]]:
    """Return the tokens and vectors for the U-Net, negatives first, and what was cut off from the negatives.

    With ``negatives`` the batch is twice as long; ``None`` is for no guidance. Both are encoded by themselves, as the
    library does: a product of matrices may round otherwise in a larger batch.
    """
    wanted = encode(pipe, prompts)
    vectors = wanted.vectors.to(pipe.unet.device, pipe.unet.dtype)
    if negatives is None:
        return Encoded(wanted.tokens, vectors, wanted.truncated), []
    unwanted = encode(pipe, negatives)
    both = Encoded(
        torch.cat([unwanted.tokens, wanted.tokens]),
        torch.cat([unwanted.vectors.to(vectors.device, vectors.dtype), vectors]),
        wanted.truncated,
    )
    return both, unwanted.truncated
