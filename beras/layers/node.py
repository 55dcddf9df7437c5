"""Node: a value that a model will have, of which only the shape is known yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import numpy as np

from beras.autodiff import no_gradient
from beras.autodiff.structure import leaves, restore
from beras.config import floatx
from beras.core.call_record import new_frame
from beras.core.shapes import each_shape, shapes_of_batches, zeros_of

__all__ = ["CALLS", "AtFirstCall", "Node", "Placement", "holds_nodes", "nodes_in", "place", "resolved"]

#: The attribute of a layer that holds its Placements, in order.
CALLS = "_calls"


class Placement:
    """One call of a layer in a graph of layers: what it is called on, and the nodes that it gives.

    ``result`` is what the call gives: a Node, or a list, tuple or dict of Nodes.
    """

    __slots__ = ("args", "layer", "outputs", "params", "result")

    def __init__(self, layer: Any, args: tuple, params: dict[str, Any]):
        self.layer, self.args, self.params = layer, args, params
        self.outputs: list[Node] = []
        self.result: Any = None

    @property
    def needs(self) -> list[Node]:
        """The nodes that the layer is called on."""
        return list(nodes_in((self.args, self.params)))

    @property
    def number(self) -> int:
        """Which of the calls of its layer this is, 0 for the first."""
        return next(i for i, placement in enumerate(self.layer.__dict__[CALLS]) if placement is self)

    def give(self, shapes: Any, dtype: str) -> Any:
        """Note the call in the layer, and return the nodes that it gives, for a shape or a list or dict of shapes."""
        self.layer.__dict__[CALLS] = (*self.layer.__dict__.get(CALLS, ()), self)
        self.result = each_shape(lambda shape: Node(shape, dtype, self), shapes)
        return self.result

    def run(self, values: dict[int, Any], training: bool, call: Callable[..., Any]) -> Any:
        """Call ``call``, the layer or a method of it, on the values of the nodes, given by their ids."""
        params = {name: resolved(value, values) for name, value in self.params.items()}
        if self.layer.takes_training and params.get("training") is None:
            params["training"] = training
        return call(*(resolved(arg, values) for arg in self.args), **params)


class Node:
    """What `Input` gives, and a layer that is called on a node: a place in a graph of layers.

    ``shape`` is that of the value, ``(None, ...)`` with the batch first. ``Model(inputs, outputs)`` makes a model of
    the graph between nodes. ``a + b``, ``a - b`` and ``a * b`` are `Add`, `Subtract` and `Multiply`, with a number
    `Rescaling`. There is no value yet, so NumPy's functions refuse it: put them into a layer.

    The Keras equivalent is ``keras.KerasTensor``.

    >>> import beras
    >>> x = beras.Input((4,))
    >>> y = beras.Dense(2)(x)
    >>> y.shape
    (None, 2)
    """

    __slots__ = ("dtype", "index", "placement", "shape")
    __hash__ = object.__hash__

    def __init__(self, shape: Sequence[int | None], dtype: str, placement: Placement):
        self.shape: tuple[int | None, ...] = tuple(shape)
        self.dtype = dtype
        self.placement = placement
        self.index = len(placement.outputs)
        placement.outputs.append(self)

    @property
    def batch_shape(self) -> tuple[int | None, ...]:
        """The same as `shape`."""
        return self.shape

    @property
    def ndim(self) -> int:
        """The number of axes, the batch's included."""
        return len(self.shape)

    @property
    def name(self) -> str:
        """The name of the layer that gives it."""
        return self.placement.layer.name

    def __repr__(self) -> str:
        return f"<Node shape={self.shape}, dtype={self.dtype}, of layer {self.name!r}>"

    def __add__(self, other: Any) -> Any:
        return _merged("Add", self, other, 1.0, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return _merged("Subtract", self, other, 1.0, _negative(other))

    def __rsub__(self, other: Any) -> Any:
        return _merged("Subtract", other, self, -1.0, other)

    def __mul__(self, other: Any) -> Any:
        return _merged("Multiply", self, other, other, 0.0)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self * (1.0 / other) if isinstance(other, (int, float)) else self._refuse("/")

    def __neg__(self) -> Any:
        return self * -1.0

    def _refuse_operator(self, *other: Any) -> NoReturn:
        self._refuse("An operator other than +, -, * and /")

    __pow__ = __rpow__ = __matmul__ = __rmatmul__ = __rtruediv__ = __floordiv__ = __mod__ = _refuse_operator
    __abs__ = __lt__ = __le__ = __gt__ = __ge__ = __and__ = __or__ = __invert__ = _refuse_operator

    def _refuse(self, what: str) -> NoReturn:
        raise TypeError(
            f"{what} was given a Node, the place of a value in a model, which has no value yet (layer {self.name!r}, "
            f"shape {self.shape}). Put the computation into a layer, class Mine(beras.Layer): def call(self, inputs), "
            f"and call that on the node."
        )

    def __array__(self, *args: Any, **params: Any) -> Any:
        self._refuse("np.asarray, or a NumPy function,")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **params: Any) -> Any:
        self._refuse(f"np.{ufunc.__name__}")

    def __array_function__(self, function: Any, types: Any, args: tuple, params: dict) -> Any:
        self._refuse(f"np.{function.__name__}")

    def __bool__(self) -> bool:
        self._refuse("if")

    def __iter__(self) -> Iterator[Any]:
        self._refuse("A loop")

    def __getitem__(self, index: Any) -> Any:
        self._refuse("An index")


class AtFirstCall:
    """``layer.input`` and ``layer.output``: the nodes of the layer's first call in a graph.

    An attribute of this name that a class of the user's sets on its layers hides it.
    """

    def __init__(self, find: Callable[[Placement], Any]):
        self._find = find
        self.__doc__ = find.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, layer: Any, owner: type | None = None) -> Any:
        if layer is None:
            return self
        calls = layer.__dict__.get(CALLS)
        if not calls:
            raise AttributeError(
                f"Layer {layer.name!r} has no {self._name}: it has not been called on an Input, or on what another "
                f"layer gives for one."
            )
        return self._find(calls[0])


def place(layer: Any, args: tuple, params: dict[str, Any]) -> Any:
    """Return the node that ``layer`` gives when it is called on nodes, or a list or dict of them; its weights are made.

    Raises:
        TypeError: for arrays beside nodes in the first argument.
    """
    shapes = _shapes(layer, args[0])
    is_shared = layer.built and bool(layer.weights) and layer.__dict__.get("_input_shape") != shapes
    layer.build_for(shapes)
    dtype = getattr(layer, "dtype", floatx())
    others = next(nodes_in((args[1:], params)), None)
    if others is None and not (is_shared and _is_known(shapes)):
        shapes = layer.compute_output_shape(shapes)
    else:
        shapes = shapes_of_batches(_tried(layer, args, params))
    return Placement(layer, args, params).give(shapes, dtype)


def _shapes(layer: Any, value: Any) -> Any:
    found = leaves(value)
    for item in found:
        if not isinstance(item, Node):
            raise TypeError(
                f"Layer {layer.name!r} is called on nodes of a graph and on something else. Received beside nodes: "
                f"{type(item).__name__}. Make an Input of it too, or keep it in an attribute of a layer of your own."
            )
    return restore(value, iter([node.shape for node in found]))


def _is_known(shapes: Any) -> bool:
    """Say whether all lengths but the batch's are known; then zeros tell whether weights fit that are there already."""
    return None not in leaves(each_shape(lambda shape: list(shape[1:]), shapes))


def _tried(layer: Any, args: tuple, params: dict[str, Any]) -> Any:
    """Return what ``layer`` gives on zeros."""
    values = {id(node): zeros_of(node.shape, node.dtype) for node in nodes_in((args, params))}
    with no_gradient(), np.errstate(all="ignore"):
        return Placement(layer, args, params).run(values, False, new_frame(layer))


def holds_nodes(value: Any) -> bool:
    """Say whether ``value`` is a Node, or a list, tuple or dict that holds one.

    >>> holds_nodes([1, 2])
    False
    """
    return next(nodes_in(value), None) is not None


def nodes_in(value: Any) -> Iterator[Node]:
    """Yield the nodes in ``value``, in order, however deep in lists, tuples and dicts."""
    return (item for item in leaves(value) if isinstance(item, Node))


def resolved(value: Any, values: dict[int, Any]) -> Any:
    """Return ``value`` with what ``values`` has, by the node's id, in the place of each Node."""
    if isinstance(value, Node):
        return values[id(value)]
    if not isinstance(value, (list, tuple, dict)):
        return value
    return restore(value, (values[id(item)] if isinstance(item, Node) else item for item in leaves(value)))


def _merged(kind: str, left: Any, right: Any, scale: Any, offset: Any) -> Any:
    from beras import layers

    if isinstance(left, Node) and isinstance(right, Node):
        return getattr(layers, kind)()([left, right])
    node, number = (left, right) if isinstance(left, Node) else (right, left)
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        node._refuse(f"An operator, together with {type(number).__name__},")
    return layers.Rescaling(float(scale), float(offset))(node)


def _negative(value: Any) -> Any:
    return -value if isinstance(value, (int, float)) else value
