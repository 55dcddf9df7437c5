"""Networks that need no torch: they answer as a ``torch.nn.Module`` answers."""

import sys
from itertools import chain
from math import prod


class Parameter:
    """A shape, and how one asks for it."""

    def __init__(self, *shape, requires_grad=True):
        self.shape, self.requires_grad = shape, requires_grad

    def numel(self):
        return prod(self.shape)

    nelement = numel

    def size(self, dimension=None):
        return self.shape if dimension is None else self.shape[dimension]


class Module:
    """Named parameters, buffers and modules inside; as in torch, what is shared is told once unless one asks."""

    def __init__(self, parameters=None, inside=None, buffers=None):
        self._parameters, self._modules, self._buffers = parameters or {}, inside or {}, buffers or {}

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        seen = set() if memo is None else memo
        if remove_duplicate and id(self) in seen:
            return
        seen.add(id(self))
        yield prefix, self
        for name, module in self._modules.items():
            yield from module.named_modules(seen, f"{prefix}.{name}".lstrip("."), remove_duplicate)

    def modules(self):
        return (module for _, module in self.named_modules())

    def named_children(self):
        return iter(self._modules.items())

    def children(self):
        return iter(self._modules.values())

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        seen = set()
        for path, module in self.named_modules() if recurse else [("", self)]:
            for name, parameter in module._parameters.items():
                if not (remove_duplicate and id(parameter) in seen):
                    seen.add(id(parameter))
                    yield f"{path}.{name}".lstrip("."), parameter

    def parameters(self, recurse=True):
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(self):
        return (
            (f"{path}.{name}".lstrip("."), buffer)
            for path, module in self.named_modules()
            for name, buffer in module._buffers.items()
        )

    def buffers(self):
        return (buffer for _, buffer in self.named_buffers())

    def state_dict(self):
        return dict(chain(self.named_parameters(remove_duplicate=False), self.named_buffers()))


class Linear(Module):
    """A layer with a matrix and a vector."""

    def __init__(self, n_in, n_out):
        super().__init__({"weight": Parameter(n_out, n_in), "bias": Parameter(n_out)})


class Encoder(Module):
    """A network with a frozen parameter, a buffer, and an activation that stands at two places.

    Counted by hand: itself, ``first``, ``act``, ``inner``, ``inner.second``, ``inner.second.layer`` are 6 modules;
    there are 5 tensors, and 3 * 4 + 4 + 4 * 2 + 2 + 9 = 35 scalars.
    """

    COUNTED = (6, 5, 35)

    def __init__(self):
        activation = Module()
        inner = Module(inside={"second": Module(inside={"layer": Linear(4, 2)}), "act": activation})
        inside = {"first": Linear(3, 4), "act": activation, "inner": inner}
        frozen, positions = Parameter(9, requires_grad=False), Parameter(1, 77, requires_grad=False)
        super().__init__({"scale": frozen}, inside, {"ids": positions})


class Decoder(Module):
    """A network that uses one matrix twice. Counted by hand: 3 modules, 3 tensors, 6 * 5 + 5 + 5 = 40 scalars."""

    COUNTED = (3, 3, 40)

    def __init__(self):
        there, back = Linear(6, 5), Linear(6, 5)
        back._parameters["weight"] = there._parameters["weight"]
        super().__init__(inside={"there": there, "back": back})


def of_torch(torch):
    """Return a network of torch's own with the parts that are easily counted wrong."""
    shared = torch.nn.ReLU()
    network = torch.nn.Sequential(
        torch.nn.Conv2d(4, 320, 3), shared, torch.nn.Sequential(torch.nn.BatchNorm2d(320), shared, torch.nn.Identity())
    )
    network[0].bias.requires_grad_(False)
    return network


def torch_if_imported():
    """Return torch where an oracle has imported it."""
    return sys.modules.get("torch")
