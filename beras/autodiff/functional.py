"""Derivatives of functions: grad, value_and_grad, jacobian, hessian, vjp, jvp, hvp and custom gradients.

Each takes a function of arrays and returns a function or a value; no tape and no watch has to be written. They nest:
``grad(grad(f))`` is the second derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from beras.autodiff.dispatch import attach
from beras.autodiff.state import home, no_gradient, refuse_looking
from beras.autodiff.structure import leaves, restore
from beras.autodiff.tape import GradientTape
from beras.autodiff.tensor import Tensor, Variable
from beras.autodiff.tracked import Tracked, bare, is_followed, note_missed, plain_array

__all__ = ["custom_gradient", "grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]

Function = Callable[..., Any]


def _watched(tape: GradientTape, args: tuple, argnums: int | tuple[int, ...]) -> tuple[list, Any]:
    """Return the arguments with those at ``argnums`` watched, and the watched ones in the form of ``argnums``.

    What is watched has an identity of its own: ``f`` may use the same Tensor or Variable besides its argument, and that
    use is no part of the derivative.
    """
    new = list(args)
    several = isinstance(argnums, (tuple, list))
    numbers: Any = argnums if several else (argnums,)
    for number in numbers:
        if not -len(args) <= number < len(args):
            raise ValueError(f"argnums={argnums} names argument {number}, but {len(args)} were given.")
        with tape.stop_recording():
            own = [np.positive(x) if isinstance(x, (Tensor, Variable)) else x for x in leaves(args[number])]
        new[number] = tape.watch(_floating(restore(args[number], iter(own)), number))
    return new, tuple(new[number] for number in numbers) if several else new[numbers[0]]


def _floating(value: Any, number: int) -> Any:
    if isinstance(value, (list, tuple, dict, Tracked)):
        return value
    array = np.asarray(plain_array(value))
    if array.dtype.kind in "iub" and not isinstance(value, (int, float)):
        raise TypeError(
            f"Argument {number} is of dtype {array.dtype}, which has no gradient. Convert it: x.astype('float64')."
        )
    return array.astype(np.float64) if array.dtype.kind in "iub" else array


def value_and_grad(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """Return a function that gives ``(f(*args), gradient)``, from one forward pass.

    ``f`` must return a scalar. The gradient has the shape of argument ``argnums``, or is a tuple for a tuple of
    numbers. The JAX equivalent is ``jax.value_and_grad``.

    Raises (when called): ValueError if ``f`` returns an array that is not a scalar, TypeError if it returns a list,
    tuple or dict, or no number at all.

    >>> import numpy as np
    >>> value_and_grad(lambda x: np.sum(x**2))(np.array([1.0, 2.0]))
    (np.float64(5.0), array([2., 4.]))
    """

    @wraps(f)
    def differentiated(*args: Any, **params: Any) -> tuple[Any, Any]:
        with GradientTape() as tape:
            new, sources = _watched(tape, args, argnums)
            value = f(*new, **params)
        if isinstance(value, (list, tuple, dict)):
            raise TypeError(
                f"The function must return a scalar to have a gradient. Received: a {type(value).__name__}. Return one "
                f"number, or ask for the jacobian, which has one part for each value returned."
            )
        if np.ndim(bare(value)) != 0:
            raise ValueError(
                f"The function must return a scalar to have a gradient. Received: shape {np.shape(bare(value))}. "
                f"Sum it, or ask for its jacobian."
            )
        gradient = _gradient(tape, value, sources)
        return value if home().recording else bare(value), gradient

    return differentiated


def _gradient(tape: GradientTape, value: Any, sources: Any, seed: Any = None) -> Any:
    """Return the gradient of ``value``, an array or a structure of them, weighted by ``seed``, of its structure.

    It is of zeros where nothing in ``value`` depends on the sources (a constant function).
    """
    seeds = [None] if seed is None else _alongside(value, seed, "The cotangent")
    followed = [pair for pair in zip(leaves(value), seeds, strict=True) if _depends(tape, pair[0])]
    if followed:
        targets, weights = map(list, zip(*followed, strict=True))
        return tape.gradient(targets, sources, weights, unconnected_gradients="zero")
    return restore(sources, (np.zeros(s.shape, s.dtype) for s in leaves(sources)))


def _depends(tape: GradientTape, value: Any) -> bool:
    """Say whether the tape follows ``value``; another number is a constant, anything else is refused."""
    if isinstance(value, Tensor) and value._key in tape.followed:
        return True
    _refuse_no_number(value)
    return False


def _alongside(structure: Any, given: Any, what: str) -> list[Any]:
    """Return what ``given`` holds in the place of each of the `leaves` of ``structure``."""
    if isinstance(structure, dict):
        fits = isinstance(given, dict) and given.keys() == structure.keys()
        pairs = [(part, given[name]) for name, part in structure.items()] if fits else []
    elif isinstance(structure, (list, tuple)):
        fits = isinstance(given, (list, tuple)) and len(given) == len(structure)
        pairs = list(zip(structure, given, strict=True)) if fits else []
    else:
        return [given]
    if not fits:
        raise TypeError(
            f"{what} must have the structure of what it belongs to, a {type(structure).__name__} of {len(structure)}. "
            f"Received: {type(given).__name__}{f' of {len(given)}' if isinstance(given, (list, tuple, dict)) else ''}."
        )
    return [leaf for part, mine in pairs for leaf in _alongside(part, mine, what)]


def _refuse_no_number(value: Any) -> None:
    if np.asarray(bare(value)).dtype.kind not in "fiub":
        raise TypeError(
            f"The function must return a number or an array to have a gradient. Received: {type(value).__name__}. "
            f"Is a return missing?"
        )


def grad(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """Return the gradient of ``f``, a function of the same arguments.

    ``grad(f)(x) = df/dx``, of the shape of ``x``; ``f`` must return a scalar. Nest it for higher derivatives. The JAX
    equivalent is ``jax.grad``; that of HIPS autograd is ``autograd.grad``.

    >>> import numpy as np
    >>> float(grad(np.sin)(0.0))
    1.0
    >>> float(grad(grad(lambda x: x**3))(2.0))
    12.0
    """
    both = value_and_grad(f, argnums)

    @wraps(f)
    def gradient(*args: Any, **params: Any) -> Any:
        return both(*args, **params)[1]

    return gradient


def vjp(f: Function, *args: Any) -> tuple[Any, Function]:
    """Return ``f(*args)`` and its pullback, which takes a cotangent of the value to cotangents of the arguments.

    ``pullback(g) = (g^T df/dx_1, ..., g^T df/dx_n)``; it may be called several times. Where ``f`` returns a list, tuple
    or dict, ``g`` has the same structure. The JAX equivalent is ``jax.vjp``.

    >>> import numpy as np
    >>> y, pullback = vjp(lambda x: x**2, np.array([1.0, 2.0]))
    >>> pullback(np.array([1.0, 10.0]))
    (array([ 2., 40.]),)
    """
    tape = GradientTape(persistent=True)
    with tape:
        new, sources = _watched(tape, args, tuple(range(len(args))))
        value = f(*new)

    def pullback(g: Any) -> tuple:
        return _gradient(tape, value, sources, g)

    return value if home().recording else bare(value), pullback


def jvp(f: Function, primals: Any, tangents: Any) -> tuple[Any, Any]:
    """Return ``f(*primals)`` and its directional derivative along ``tangents``: ``sum_i df/dx_i v_i``.

    Forward mode out of reverse mode: the pullback is linear in its cotangent, so its own pullback, taken at the
    tangents, is the product wanted. ``primals`` and ``tangents`` are tuples of arrays of equal shapes, one for each
    argument; the derivative has the structure of what ``f`` returns. The JAX equivalent is ``jax.jvp``.

    Raises: TypeError when ``primals`` or ``tangents`` is no tuple or list, ValueError when their shapes differ.

    >>> import numpy as np
    >>> jvp(lambda x: x**2, (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    (array([1., 4.]), array([2., 0.]))
    """
    if not all(isinstance(given, (tuple, list)) for given in (primals, tangents)):
        raise TypeError(
            f"jvp takes a tuple of primals and one of tangents, an entry per argument of f: jvp(f, (x,), (v,)). "
            f"Received: {type(primals).__name__} and {type(tangents).__name__}."
        )
    if len(primals) != len(tangents):
        raise ValueError(f"jvp takes as many tangents as primals. Received: {len(tangents)} and {len(primals)}.")
    directions = []
    for i, (primal, tangent) in enumerate(zip(primals, tangents)):
        for x, v in zip(leaves(primal), _alongside(primal, tangent, f"Tangent {i}"), strict=True):
            if np.shape(bare(x)) != np.shape(bare(v)):
                raise ValueError(
                    f"Tangent {i} must have its primal's shape {np.shape(bare(x))}. Received: {np.shape(bare(v))}."
                )
            directions.append(v)
    with GradientTape() as outer:
        with GradientTape(persistent=True) as inner:
            new, sources = _watched(inner, tuple(primals), tuple(range(len(primals))))
            value = f(*new)
        cotangents = [outer.watch(_zeros_like(part)) for part in leaves(value)]
        total: Any = 0.0
        products = _gradient(inner, value, sources, restore(value, iter(cotangents)))
        for pulled, v in zip(leaves(products), directions, strict=True):
            direction = v if isinstance(v, Tracked) else np.asarray(v, pulled.dtype)
            total = total + np.sum(pulled * direction)
    directional = restore(value, iter(_gradient(outer, total, cotangents)))
    return value if home().recording else bare(value), directional


def _zeros_like(value: Any) -> np.ndarray:
    array = np.asarray(bare(value))
    return np.zeros(array.shape, array.dtype if array.dtype.kind == "f" else np.float64)


def jacobian(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """Return the Jacobian of ``f``: ``df_i/dx_j``, of shape ``f(x).shape + x.shape``.

    Where ``f`` returns a list, tuple or dict, so does the Jacobian: one for each array in it. The JAX equivalent is
    ``jax.jacrev``.

    >>> import numpy as np
    >>> jacobian(lambda x: np.stack([x[0] * x[1], x[0]]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [1., 0.]])
    """

    @wraps(f)
    def differentiated(*args: Any, **params: Any) -> Any:
        tape = GradientTape(persistent=True)
        with tape:
            new, sources = _watched(tape, args, argnums)
            value = f(*new, **params)

        def of(part: Any) -> Any:
            if _depends(tape, part):
                return tape.jacobian(part, sources, unconnected_gradients="zero")
            shape = np.shape(bare(part))
            return restore(sources, (np.zeros(shape + s.shape, s.dtype) for s in leaves(sources)))

        return restore(value, map(of, leaves(value)))

    return differentiated


def hessian(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """Return the matrix of second derivatives ``d2f / dx_i dx_j``, of shape ``x.shape + x.shape``, of a scalar ``f``.

    For several arguments it is nested: ``hessian(f, (0, 1))(x, y)[0][1]`` is ``d2f / dx dy``, of shape
    ``x.shape + y.shape``; a list, tuple or dict as an argument nests it likewise. The JAX equivalent is
    ``jax.hessian``.

    >>> import numpy as np
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([2.0, 3.0]))
    array([[6., 4.],
           [4., 0.]])
    """
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Function, x: Any, v: Any) -> Any:
    """Return the Hessian of a scalar ``f`` at ``x`` times ``v``, without ever forming the Hessian.

    ``H v = d/dx <grad f(x), v>`` (Pearlmutter 1994), at the cost of a few gradients. ``v`` has the shape of ``x``, and
    its structure where ``x`` is a list, tuple or dict of arrays.

    >>> import numpy as np
    >>> hvp(lambda x: x[0] ** 2 * x[1], np.array([2.0, 3.0]), np.array([1.0, 0.0]))
    array([6., 4.])
    """
    directions = _alongside(x, v, "v")
    for here, direction in zip(leaves(x), directions, strict=True):
        if np.shape(bare(here)) != np.shape(bare(direction)):
            raise ValueError(
                f"v must have the shape of x, {np.shape(bare(here))}. Received: {np.shape(bare(direction))}."
            )

    with GradientTape() as tape:
        (point,), _ = _watched(tape, (x,), 0)
        slopes = grad(f)(point)
    return _gradient(tape, slopes, point, v)


def custom_gradient(f: Function) -> Function:
    """Give a function a gradient of its own: ``f`` returns ``(value, pullback)``.

    ``pullback(g)`` takes the cotangent of the value to that of the argument, or to a tuple of one per positional
    argument (``None`` where there is none). When several tapes record, ``f`` runs on Tensors, and a pullback written in
    NumPy is differentiated further. Arrays go in by position; what ``f`` uses without being given it is a constant.

    Raises (when called): TypeError for a followed value inside a list or given by keyword, or when ``f`` does not
    return ``(value, pullback)``.

    The TensorFlow equivalent is ``tf.custom_gradient``.

    >>> import numpy as np
    >>> import beras
    >>> @beras.custom_gradient
    ... def straight_through(x):
    ...     return np.round(x), lambda g: g
    >>> float(beras.grad(straight_through)(2.6))
    1.0
    """

    @wraps(f)
    def differentiable(*args: Any, **params: Any) -> Any:
        refuse_looking()  # a trace would not see what f does with bare arrays
        if not home().recording:
            note_missed((args, params), home())
        followed = [is_followed(arg) for arg in args]
        if is_followed(params) or any(f and not isinstance(arg, Tracked) for f, arg in zip(followed, args)):
            raise TypeError(
                f"A custom gradient answers for arrays given by position, and {name} was given a followed Tensor by "
                f"keyword or inside a list, tuple or dict. Pass it as a positional argument of its own."
            )
        passed_over = home().through_forward
        if passed_over is not None and any(followed):
            places = [place for place, follows in enumerate(followed) if follows]
            passed_over.append((f, bare(args), bare(params), places))
            return _pair(name, f(*args, **params))[0]
        if len(home().recording) > 1 and any(followed):
            value, pullback = _pair(name, f(*args, **params))
        else:
            with no_gradient():
                value, pullback = _pair(name, f(*bare(args), **bare(params)))
        if not any(followed):
            return value
        inputs = [arg if follows else None for arg, follows in zip(args, followed, strict=True)]
        return attach(f, _Pullback(name, pullback, len(args)), inputs, bare(value))

    name = getattr(f, "__name__", type(f).__name__)
    return differentiable


def _pair(name: str, returned: Any) -> tuple[Any, Function]:
    if not (isinstance(returned, tuple) and len(returned) == 2 and callable(returned[1])):
        raise TypeError(
            f"{name}, which has a custom gradient, must return (value, pullback), with pullback a function of the "
            f"cotangent. Received: {type(returned).__name__}."
        )
    value, pullback = returned
    return value if isinstance(value, (Tracked, np.ndarray, tuple, list)) else np.asarray(value)[()], pullback


class _Pullback:
    """The rule of one call of a function with a custom gradient."""

    at = None

    def __init__(self, name: str, pullback: Function, count: int):
        self.name, self.pullback, self.count = name, pullback, count

    def pull(self, g: Any, ans: Any, args: tuple, params: dict, slots: list[int]) -> list:
        products = self.pullback(g)
        if not isinstance(products, (tuple, list)):
            products = (products,)
        if len(products) != self.count:
            raise ValueError(
                f"The pullback of {self.name} must return one cotangent per positional argument ({self.count}). "
                f"Received: {len(products)}."
            )
        return [self._checked(slot, products[slot], args[slot].shape) for slot in slots]

    def _checked(self, slot: int, product: Any, shape: tuple[int, ...]) -> Any:
        """Return a cotangent, not yet summed over broadcast axes, as an array."""
        if product is None:
            return None
        product = product if isinstance(product, Tracked) else np.asarray(product)
        lengths = product.shape[product.ndim - len(shape) :]
        if product.ndim and (product.ndim < len(shape) or any(n not in (1, m) for n, m in zip(shape, lengths))):
            raise ValueError(
                f"The pullback of {self.name} must return a cotangent of the shape of argument {slot}, {shape}. "
                f"Received: {product.shape}."
            )
        return product
