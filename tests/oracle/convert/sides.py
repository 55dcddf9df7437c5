"""A layer or model of beras and its module in torch on the same input: outputs and gradients of both."""

from __future__ import annotations

import numpy as np

from beras import GradientTape


def in_beras(layer, x):
    """Return the output, and the gradients of its weighted sum by the input and by the trainable weights."""
    with GradientTape() as tape:
        inputs = tape.watch(x)
        output = layer(inputs)
        total = np.sum(output * cotangent(output))
    gradients = tape.gradient(total, [inputs, *layer.trainable_weights], unconnected_gradients="zero")
    return np.asarray(output), gradients


def in_torch(module, pairs, x):
    """Return the same from torch, in the same layout."""
    import torch

    inputs = torch.tensor(x, requires_grad=True)
    output = module(inputs)
    torch.sum(output * torch.tensor(cotangent(output.detach().numpy()))).backward()
    trained = [pair for pair in pairs if pair.parameter.requires_grad]
    gradients = [pair.laid_out(pair.parameter.grad).numpy() for pair in trained]
    return output.detach().numpy(), [inputs.grad.numpy(), *gradients]


def cotangent(output):
    """Return one number per entry, all different, in the output's dtype."""
    return np.cos(np.arange(output.size, dtype=output.dtype)).reshape(output.shape)
