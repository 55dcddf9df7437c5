"""from_torch: a module of torch as a model of beras."""

from __future__ import annotations

from collections.abc import Sequence as SequenceType
from typing import TYPE_CHECKING, Any

from beras import activations
from beras.config import floatx
from beras.models import Sequential
from beras.oracle.convert.registry import MODULES, row_of
from beras.oracle.convert.weights import pairs
from beras.oracle.torch_module import torch_module

if TYPE_CHECKING:
    from torch import nn

__all__ = ["from_torch"]


def from_torch(module: nn.Module, input_shape: SequenceType[int] | None = None, dtype: str | None = None) -> Sequential:
    """Return a Sequential that computes what ``module`` does, with the same weights, bit for bit.

    Every module becomes a layer of its own, under its key as its name; an ``nn.Sequential`` inside becomes a Sequential
    inside. Images have the channels first, as in torch: the layers get ``data_format="channels_first"``. A parameter
    without ``requires_grad`` is frozen. The model computes in the dtype of the parameters.

    Args:
        module: an ``nn.Sequential``, or one of the modules that have a layer.
        input_shape: the shape of a sample, without the batch. It is not needed where the first module with weights
            tells it; otherwise the model knows it at its first call.
        dtype: of a module without parameters; `floatx` unless given.

    Raises:
        TypeError: for a module that has no layer, with its path, and those that have; for a dtype that NumPy lacks.
        ValueError: for a module with settings that beras does not have.
        ImportError: without torch.

    For example ``from_torch(nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), (28, 28))``.
    """
    torch = torch_module()
    import beras.oracle.convert.layers  # noqa: F401  (fills the tables)

    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"from_torch takes an nn.Module. Received: {type(module).__name__}.")
    reading = _Reading(module, dtype)
    model = reading.layer(module, "", None)
    if not isinstance(model, Sequential):
        model = reading.sequential([model], None)
    shape = tuple(input_shape) if input_shape is not None else _shape_of_a_sample(model)
    if shape is not None:
        model.build_for((None, *shape))
    return model


class _Reading:
    """One walk through a module. A module that stands in several places becomes one layer in as many."""

    def __init__(self, module: Any, dtype: str | None):
        self._nn = torch_module().nn
        self._made: dict[int, Any] = {}
        floats = [p.dtype for p in module.parameters() if p.dtype.is_floating_point]
        self._dtype = _dtype_name(floats[0]) if floats else dtype or floatx()

    def layer(self, module: Any, path: str, name: str | None) -> Any:
        if id(module) not in self._made:
            self._made[id(module)] = self._read(module, path, name)
        return self._made[id(module)]

    def _read(self, module: Any, path: str, name: str | None) -> Any:
        from beras.oracle.convert.layers import activation_layer

        if module._forward_hooks or module._forward_pre_hooks:
            raise TypeError(
                f"{_place(path, module)} has forward hooks, which may change what it computes. Remove them first."
            )
        if row_of(type(module), {self._nn.Sequential: True}):
            start = self._dtype
            layers = [self.layer(part, f"{path}.{key}".removeprefix("."), key) for key, part in module._modules.items()]
            return self.sequential(layers, name, start)
        row = row_of(type(module), MODULES)
        if row is not None and row.weights:
            held = (tensor for tensor in (*module.parameters(), *module.buffers()) if tensor.dtype.is_floating_point)
            self._dtype = next((_dtype_name(tensor.dtype) for tensor in held), self._dtype)
        make = activation_layer if row is None else row.make
        try:
            layer = make(module, name=name, dtype=self._dtype)
        except ValueError as error:
            raise ValueError(f"{_place(path, module)}: {error}") from None
        if layer is None:
            raise TypeError(_unknown(module, path))
        self._dtype = getattr(layer, "dtype", self._dtype)
        if row is not None:
            self._fill(layer, module, row.weights, _place(path, module))
        return layer

    def _fill(self, layer: Any, module: Any, weights: Any, where: str) -> None:
        found = pairs(layer, module, weights, where)
        for pair in found:
            pair.to_variable()
            pair.variable.trainable = pair.parameter.requires_grad
        if found and not any(pair.variable.trainable for pair in found):
            layer.trainable = False

    def sequential(self, layers: list[Any], name: str | None, dtype: str | None = None) -> Sequential:
        model = Sequential(name=name)
        model.dtype = dtype or layers[0].dtype
        for layer in layers:
            model.add(layer)
        return model


def _dtype_name(dtype: Any) -> str:
    from beras.oracle.convert.modules import dtype_name

    return dtype_name(dtype)


def _shape_of_a_sample(model: Sequential) -> tuple[int, ...] | None:
    """Return ``(n_in,)`` where the first layer with weights gets the inputs in their own shape, else ``None``."""
    for layer in model.layers:
        if isinstance(layer, Sequential):
            return _shape_of_a_sample(layer)
        if layer.weights:
            shape = layer.__dict__.get("_input_shape")
            return None if shape is None else shape[1:]
        function = getattr(layer, "activation", None)
        halves = getattr(function, "func", function) is activations.glu
        if halves or not _leaves_shapes(layer):
            return None
    return None


def _leaves_shapes(layer: Any) -> bool:
    try:
        return tuple(layer.compute_output_shape((None, 2, 3))) == (None, 2, 3)
    except ValueError:  # it takes samples of another shape
        return False


def _place(path: str, module: Any) -> str:
    return f"The module {path!r} ({type(module).__name__})" if path else f"The module {type(module).__name__}"


def _unknown(module: Any, path: str) -> str:
    from beras.oracle.convert.layers import supported_modules

    kind = type(module).__name__
    return (
        f"{_place(path, module)} has no layer in beras. These have one: {', '.join(supported_modules())}. For one of "
        f"your own: beras.oracle.twin_module(MyLayer, {kind}, from_torch=lambda module: MyLayer(...), weights={{...}})."
    )
