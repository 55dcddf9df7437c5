"""The tensors that a prompt becomes on its way to a picture, and what their dimensions are (question 5.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from beras.diffusion.markdown import markdown_table

if TYPE_CHECKING:
    import torch

    from beras.diffusion.generation import Generation

__all__ = ["TensorRow", "meta_tensor_table", "tensor_cells", "tensor_table", "tensors_to_markdown"]

#: The columns of the table, in its order: the attribute, and the heading.
COLUMNS = {
    "name": "tensor",
    "dtype": "dtype",
    "shape": "shape",
    "numel": "numel",
    "batch": "batch",
    "feature": "feature",
    "spatial": "spatial",
}


class _Meaning(NamedTuple):
    """What a tensor is for, and what its dimensions are; ``""`` for none."""

    role: str
    feature: str
    spatial: str


#: What stands for each number is told by the number of dimensions: (batch, spatial), (batch, spatial, feature) for
#: text, (batch, feature, y, x) for pictures.
MEANINGS = {
    "text_tokens": _Meaning("the pieces of the words, as numbers in the vocabulary", "", "positions in the text"),
    "text_vectors": _Meaning(
        "what the text encoder makes of each piece, given those before it",
        "width of the text encoder",
        "positions in the text",
    ),
    "image_vectors": _Meaning(
        "the latents: noise at first, the picture in the autoencoder's code at the end",
        "latent channels",
        "latents",
    ),
    "update": _Meaning("what of the latents the U-Net takes for noise", "latent channels", "latents"),
    "rgb_vectors": _Meaning("the decoded picture, about -1 (black) to 1 (white)", "red, green, blue", "pixels"),
}


@dataclass(frozen=True)
class TensorRow:
    """One tensor, and the role of each of its dimensions."""

    name: str
    role: str
    dtype: str
    shape: tuple[int, ...]
    numel: int
    #: Texts such as ``"4 (latent channels)"``; ``""`` where it has no such dimension.
    batch: str
    feature: str
    spatial: str

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain values for JSON."""
        return asdict(self) | {"shape": list(self.shape)}


def tensor_table(generation: Generation) -> list[TensorRow]:
    """Return a row for each tensor of a generation, in the order in which they were made.

    >>> from beras.diffusion import generate, tiny_pipeline
    >>> rows = tensor_table(generate(tiny_pipeline(), "a cat", steps=2, every=0, progress=False))
    >>> [(row.name, row.shape) for row in rows][:2]
    [('text_tokens', (2, 77)), ('text_vectors', (2, 77, 32))]
    """
    return _rows(generation.tensors, len(generation.images))


def meta_tensor_table(batch: int = 1, size: tuple[int, int] = (512, 512), guided: bool = True) -> list[TensorRow]:
    """Return the rows of v1.4 at full size, without its weights: the networks run on PyTorch's meta device.

    Args:
        batch: how many prompts.
        size: ``(height, width)`` in pixels.
        guided: whether there is guidance, which asks the network twice.

    Raises:
        DiffusionError: for a size that is no multiple of 8, and a batch of less than one.
    """
    from beras.diffusion.architecture import meta_networks
    from beras.diffusion.checks import check_size, whole_number

    networks = meta_networks()
    scale = 2 ** (len(networks["vae"].config.block_out_channels) - 1)
    height, width = check_size(size, size, scale)
    batch = whole_number("batch", batch, 1)
    return _rows(_run(networks, batch, height // scale, width // scale, guided), batch)


def _run(networks: Mapping[str, Any], batch: int, height: int, width: int, guided: bool) -> dict[str, torch.Tensor]:
    import torch

    unet, encoder = networks["unet"], networks["text_encoder"]
    asked = 2 * batch if guided else batch
    with torch.no_grad(), torch.device("meta"):
        tokens = torch.zeros(asked, encoder.config.max_position_embeddings, dtype=torch.int64)
        vectors = encoder(tokens)[0]
        latents = torch.zeros(batch, unet.config.in_channels, height, width)
        inputs = torch.cat([latents] * 2) if guided else latents
        update = unet(inputs, torch.zeros((), dtype=torch.int64), encoder_hidden_states=vectors, return_dict=False)[0]
        rgb = networks["vae"].decode(latents, return_dict=False)[0]
    return {
        "text_tokens": tokens,
        "text_vectors": vectors,
        "image_vectors": latents,
        "update": update,
        "rgb_vectors": rgb,
    }


def _rows(tensors: Mapping[str, torch.Tensor], prompts: int) -> list[TensorRow]:
    return [_row(name, tensors[name], prompts) for name in MEANINGS]


def _row(name: str, tensor: torch.Tensor, prompts: int) -> TensorRow:
    meaning, shape = MEANINGS[name], tuple(tensor.shape)
    batch = f"{shape[0]} ({_batch(prompts, shape[0] > prompts)})"
    if len(shape) == 4:
        feature, spatial = shape[1], f"{shape[2]} (y) x {shape[3]} (x) {meaning.spatial}"
    else:
        feature, spatial = shape[-1], f"{shape[1]} {meaning.spatial}"
    return TensorRow(
        name=name,
        role=meaning.role,
        dtype=str(tensor.dtype).removeprefix("torch."),
        shape=shape,
        numel=tensor.numel(),
        batch=batch,
        feature=f"{feature} ({meaning.feature})" if meaning.feature else "",
        spatial=spatial,
    )


def _batch(prompts: int, doubled: bool) -> str:
    texts = "prompt" if prompts == 1 else f"{prompts} prompts"
    return f"without and with the {texts}" if doubled else texts


def tensor_cells(row: TensorRow) -> list[str]:
    """Return the texts of a row: ``2x77``, commas between the thousands, a dash for a dimension that is not there."""
    shown = {**asdict(row), "shape": "x".join(map(str, row.shape)), "numel": f"{row.numel:,}"}
    return [shown[name] or "-" for name in COLUMNS]


def tensors_to_markdown(rows: Sequence[TensorRow]) -> str:
    """Return the table in Markdown."""
    right = [name == "numel" for name in COLUMNS]
    return markdown_table(list(COLUMNS.values()), [tensor_cells(row) for row in rows], right)
