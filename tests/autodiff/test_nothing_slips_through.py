"""A value that a tape follows never becomes a plain number unseen: each spelling raises, or its gradient is right."""

from __future__ import annotations

import cmath
import copy
import ctypes
import datetime
import functools
import io
import itertools
import json
import math
import operator
import pickle
import random
import statistics
import struct
from array import array
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import beras
from tests.autodiff.judge import SlippedError, judge

VECTOR = np.array([0.3, 0.7, 1.2, 0.45])
MATRIX = np.array([[0.3, 0.7], [1.2, 0.45]])


# Every name of an array

#: How each method that needs arguments, or is a statement, is used; on a matrix ``t``. Others are called without any.
METHODS = {
    "__array__": lambda t: t.__array__(),
    "__array_finalize__": lambda t: t.__array_finalize__(t),
    "__array_function__": lambda t: t.__array_function__(np.sum, (type(t),), (t,), {}),
    "__array_ufunc__": lambda t: t.__array_ufunc__(np.exp, "__call__", t),
    "__array_wrap__": lambda t: t.__array_wrap__(np.ones((2, 2)) * t),
    "__buffer__": lambda t: memoryview(t),
    "__complex__": lambda t: complex(t[0, 0]),
    "__contains__": lambda t: 0.3 in t,
    "__deepcopy__": lambda t: copy.deepcopy(t),
    "__delitem__": lambda t: operator.delitem(t, 0),
    "__divmod__": lambda t: divmod(t, 0.37),
    "__dlpack__": lambda t: np.from_dlpack(t),
    "__float__": lambda t: float(t[0, 0]),
    "__format__": lambda t: f"{t}",
    "__getattribute__": lambda t: t.__getattribute__("T"),
    "__getitem__": lambda t: t[::-1, [0, 0]],
    "__getstate__": lambda t: pickle.dumps(t),
    "__imatmul__": lambda t: operator.imatmul(t, np.ones((2, 2))),
    "__int__": lambda t: int(t[0, 0]),
    "__index__": lambda t: [1, 2, 3][t[0, 0]],
    "__iter__": lambda t: list(t),
    "__ior__": lambda t: operator.ior(t, 1),
    "__pow__": lambda t: t**3,
    "__rdivmod__": lambda t: divmod(2.0, t),
    "__reduce_ex__": lambda t: pickle.dumps(t, protocol=4),
    "__rpow__": lambda t: 3.0**t,
    "__setitem__": lambda t: operator.setitem(t, 0, 1.0),
    "__setstate__": lambda t: t.__setstate__((1, (2, 2), np.dtype(float), False, b"")),
    "__sizeof__": lambda t: t.__sizeof__(),
    "argpartition": lambda t: t.argpartition(1),
    "astype": lambda t: t.astype(np.float64) * 2,
    "choose": lambda t: t.choose([1.0, 2.0]),
    "clip": lambda t: t.clip(0.4, 1.0),
    "compress": lambda t: t.compress([True, False], axis=1),
    "dot": lambda t: t.dot(np.array([1.0, 2.0])),
    "fill": lambda t: t.fill(1.0),
    "getfield": lambda t: t.getfield(np.float32),
    "item": lambda t: t.item(0),
    "itemset": lambda t: t.itemset(0, 1.0),
    "partition": lambda t: t.partition(1),
    "put": lambda t: t.put([0], [1.0]),
    "repeat": lambda t: t.repeat(2, axis=0),
    "reshape": lambda t: t.reshape(4, 1),
    "resize": lambda t: t.resize(4),
    "searchsorted": lambda t: t[0].searchsorted(0.5),
    "setfield": lambda t: t.setfield(1.0, np.float32),
    "swapaxes": lambda t: t.swapaxes(0, 1),
    "take": lambda t: t.take([0, 3, 3]),
    "to_device": lambda t: t.to_device("cpu"),
}
OPERATORS = {
    f"__{name}__": getattr(operator, f"__{name}__")
    for name in (
        *("add", "sub", "mul", "truediv", "floordiv", "mod", "matmul", "eq", "ne", "lt", "le", "gt", "ge"),
        *("and", "or", "xor", "lshift", "rshift", "iand", "ixor", "ilshift", "irshift"),
        *("iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow"),
    )
}
#: What every Python object has; none of it gives a number.
OF_ANY_OBJECT = {
    *("__class__", "__delattr__", "__dir__", "__doc__", "__getattribute__", "__hash__", "__init__"),
    *("__init_subclass__", "__new__", "__repr__", "__setattr__", "__str__", "__subclasshook__", "__class_getitem__"),
}


def use_of(name):
    if name in METHODS:
        return METHODS[name]
    bare_name = name.strip("_")
    if name in OPERATORS:
        return lambda t: OPERATORS[name](t, np.array([[1.0, 2.0], [3.0, 4.0]]))
    if name.startswith("__r") and f"__{bare_name[1:]}__" in OPERATORS:
        return lambda t: OPERATORS[f"__{bare_name[1:]}__"](np.array([[1.0, 2.0], [3.0, 4.0]]), t)

    def plain_use(t):
        value = getattr(t, name)
        return value() if callable(value) else value

    return plain_use


@pytest.mark.parametrize("name", [name for name in dir(np.ndarray) if name not in OF_ANY_OBJECT])
def test_a_name_of_ndarray_raises_or_is_right(name):
    judge(use_of(name), MATRIX)


@pytest.mark.parametrize(
    "name",
    [
        *("flatten", "ravel", "reshape", "T", "mT", "transpose", "squeeze", "copy", "__getitem__", "take", "repeat"),
        *("sum", "mean", "prod", "max", "min", "var", "std", "cumsum", "cumprod", "dot", "trace", "clip"),
    ],
)
def test_common_methods_are_right(name):
    assert judge(use_of(name), MATRIX) == "right"


# Every other way out

A = np.array([1.0, -2.0, 0.5, 3.0])


def after(statement, shape=(4,)):
    """Turn a statement that writes into an array into a use that returns the array."""

    def use(t):
        a = np.full(shape, 0.25)
        done = statement(a, t)
        return a, done

    return use


def setitem(index, value):
    return after(lambda a, t: operator.setitem(a, index, value(t)))


def in_place(name):
    return after(lambda a, t: getattr(operator, name)(a, t))


def record_written(statement):
    def use(t):
        a = np.zeros(4, [("x", float)])
        statement(a, t)
        return a

    return use


def object_array(t):
    a = np.empty(4, dtype=object)
    a[0] = t[0]
    return a[0]


def ufunc_at(t):
    a = np.zeros(4)
    np.add.at(a, [0, 1, 1, 2], t)
    return a


def array_printed_back(t):
    return str(t).count("[")


SPELLINGS = {
    # making arrays
    "np.array([t, t])": lambda t: np.array([t, t]),
    "np.array([t[0], 1])": lambda t: np.array([t[0], 1.0]),
    "np.array((t[0],))": lambda t: np.array((t[0],)),
    "np.array(t)": lambda t: np.array(t),
    "np.array(t, copy=False)": lambda t: np.array(t, copy=None),
    "np.array(t, dtype=object)": lambda t: np.array(t, dtype=object),
    "np.array([t, 1], dtype=object)": lambda t: np.array([t, 1], dtype=object),
    "np.array([[t[0], t[1]]])": lambda t: np.array([[t[0], t[1]]]),
    "np.array(list(t))": lambda t: np.array(list(t)),
    "np.array(t, like=t)": lambda t: np.array(t, like=t),
    "np.array([t[0]], like=t)": lambda t: np.array([t[0]], like=t),
    "np.asarray(t)": lambda t: np.asarray(t),
    "np.asarray(t, float32)": lambda t: np.asarray(t, np.float32),
    "np.asarray([t])": lambda t: np.asarray([t]),
    "np.asarray(t, like=t)": lambda t: np.asarray(t, like=t),
    "np.asanyarray(t)": lambda t: np.asanyarray(t),
    "np.ascontiguousarray(t)": lambda t: np.ascontiguousarray(t),
    "np.require(t)": lambda t: np.require(t, requirements="W"),
    "np.fromiter(t)": lambda t: np.fromiter(t, float),
    "np.fromiter(generator)": lambda t: np.fromiter((v * 2 for v in t), float),
    "np.fromfunction": lambda t: np.fromfunction(lambda i: t * i, (4,)),
    "np.fromiter(t, object)": lambda t: np.fromiter(t, object),
    "object array to float": lambda t: np.fromiter(t, object).astype(float),
    "sum of an object array": lambda t: np.sum(np.fromiter(t, object)),
    "np.frombuffer(t)": lambda t: np.frombuffer(t),
    "np.full(4, t)": lambda t: np.full(4, t),
    "np.full(4, t[0])": lambda t: np.full(4, t[0]),
    "np.full(4, t[0], float32)": lambda t: np.full(4, t[0], np.float32),
    "np.full(4, t, like=t)": lambda t: np.full(4, t, like=t),
    "np.full_like(a, t)": lambda t: np.full_like(A, t),
    "np.full_like(t, t)": lambda t: np.full_like(t, t),
    "np.full_like(t, t[0])": lambda t: np.full_like(t, t[0]),
    "np.full_like(t, fill_value=t)": lambda t: np.full_like(t, fill_value=t),
    "np.zeros_like(t)": lambda t: np.zeros_like(t),
    "np.ones(4, like=t)": lambda t: np.ones(4, like=t),
    "np.linspace(t, 1)": lambda t: np.linspace(t, 1.0, 3),
    "np.linspace(0, t)": lambda t: np.linspace(0.0, t, 3),
    "np.linspace(stop=t)": lambda t: np.linspace(start=0.0, stop=t, num=3),
    "np.linspace(retstep)": lambda t: np.linspace(0.0, t, 3, retstep=True),
    "np.logspace(0, t)": lambda t: np.logspace(0.0, t, 3),
    "np.geomspace(1, t)": lambda t: np.geomspace(1.0, t, 3),
    "np.arange(t)": lambda t: np.arange(t[0]),
    "np.arange(0, 1, t)": lambda t: np.arange(0.0, 1.0, t[0]),
    "np.mgrid": lambda t: np.mgrid[0 : t[0] : 2j],
    "np.r_": lambda t: np.r_[t, 1.0],
    "np.c_": lambda t: np.c_[t, t],
    "np.asmatrix(t)": lambda t: np.asmatrix(t),
    "np.bmat": lambda t: np.bmat([[t]]),
    "np.matrix([t])": lambda t: np.matrix([[t[0], t[1]]]),
    "np.ma.array(t)": lambda t: np.ma.array(t),
    "np.ma.masked_array(t)": lambda t: np.ma.masked_array(t, mask=[0, 1, 0, 1]),
    "np.ma.masked_where": lambda t: np.ma.masked_where(A > 0, t),
    "np.ma.sum(t)": lambda t: np.ma.sum(t),
    "masked + t": lambda t: np.ma.array(A) + t,
    "t * masked": lambda t: t * np.ma.array(A),
    "np.rec.array": lambda t: np.rec.array([t], dtype=[("x", float)]),
    "np.poly1d(t)": lambda t: np.poly1d(t)(2.0),
    "np.poly1d(a)(t)": lambda t: np.poly1d(A)(t),
    "np.polynomial.Polynomial(t)": lambda t: np.polynomial.Polynomial(t)(2.0),
    "np.polynomial.Polynomial(a)(t)": lambda t: np.polynomial.Polynomial(A)(t),
    "np.polynomial.polynomial.polyval": lambda t: np.polynomial.polynomial.polyval(2.0, t),
    "np.polyval(t, 2)": lambda t: np.polyval(t, 2.0),
    "np.polyfit": lambda t: np.polyfit(A, t, 1),
    "np.dtype.type(t)": lambda t: t.dtype.type(t[0]),
    "array.array": lambda t: array("d", t),
    "bytes(t)": lambda t: bytes(t),
    "memoryview(t)": lambda t: memoryview(t),
    "t.__array_interface__": lambda t: t.__array_interface__,
    "t.__array_struct__": lambda t: t.__array_struct__,
    "np.from_dlpack(t)": lambda t: np.from_dlpack(t),
    "t.view(np.ndarray)": lambda t: t.view(np.ndarray),
    "t.data": lambda t: t.data,
    "object array item": object_array,
    # numbers of Python
    "float(t)": lambda t: float(t[0]),
    "int(t)": lambda t: int(t[0]),
    "complex(t)": lambda t: complex(t[0]),
    "round(t)": lambda t: round(t[0]),
    "round(t, 2)": lambda t: round(t[0], 2),
    "bool(t)": lambda t: bool(t[0]),
    "abs(t)": lambda t: abs(t),
    "divmod(t, 0.37)": lambda t: divmod(t, 0.37),
    "pow(t, 2)": lambda t: pow(t, 2),
    "pow(t, 2, 3)": lambda t: pow(t[0], 2, 3),
    "t * 1j": lambda t: t * 1j,
    "t + complex array": lambda t: t + A.astype(complex),
    "t.astype(complex)": lambda t: t.astype(complex),
    "t.astype(object)": lambda t: t.astype(object),
    "t.astype(str)": lambda t: t.astype(str).astype(float),
    "t.astype(int)": lambda t: t.astype(int),
    "t + Fraction": lambda t: t + Fraction(1, 3),
    "t + Decimal": lambda t: t + Decimal("0.5"),
    "object array * t": lambda t: np.array([1, 2, 3, 4], dtype=object) * t,
    "Fraction(t)": lambda t: Fraction(t[0]),
    "Decimal(t)": lambda t: Decimal(t[0]),
    "np.float64(t)": lambda t: np.float64(t[0]),
    "np.float32(t)": lambda t: np.float32(t),
    "np.float64(2) * t": lambda t: np.float64(2.0) * t,
    "np.float32(2) + t": lambda t: np.float32(2.0) + t,
    "np.float64(2) ** t": lambda t: np.float64(2.0) ** t,
    "np.bool(True) * t": lambda t: np.True_ * t,
    "t.item()": lambda t: t[0].item(),
    "t.tolist()": lambda t: t.tolist(),
    "operator.index(t)": lambda t: operator.index(t[0]),
    "range(t)": lambda t: list(range(t[0])),
    "[1] * t[:1]": lambda t: [1.0] * t[:1],
    "list[t]": lambda t: [1.0, 2.0][t[0]],
    "a[t]": lambda t: A[t[0]],
    "a[t > 0.5]": lambda t: A[t > 0.5],
    "hash(t)": lambda t: hash(t),
    "{t: 1}": lambda t: {t: 1.0},
    "f'{t:.3f}'": lambda t: f"{t[0]:.3f}",
    "'%f' % t": lambda t: f"{'%f' % t[0]}",  # noqa: UP031
    "str(t)": array_printed_back,
    "math.exp(t)": lambda t: math.exp(t[0]),
    "math.sqrt(t)": lambda t: math.sqrt(t[0]),
    "math.floor(t)": lambda t: math.floor(t[0]),
    "math.ceil(t)": lambda t: math.ceil(t[0]),
    "math.trunc(t)": lambda t: math.trunc(t[0]),
    "math.fsum(t)": lambda t: math.fsum(t),
    "math.prod(t)": lambda t: math.prod(t),
    "math.hypot(*t)": lambda t: math.hypot(*t),
    "math.dist": lambda t: math.dist(t, A),
    "math.isclose": lambda t: math.isclose(t[0], 0.3),
    "math.pow": lambda t: math.pow(t[0], 2),
    "cmath.exp": lambda t: cmath.exp(t[0]),
    "ctypes.c_double": lambda t: ctypes.c_double(t[0]).value,
    "datetime.timedelta": lambda t: datetime.timedelta(seconds=t[0]).total_seconds(),
    "A[t:]": lambda t: A[t[0] :],
    "sorted(key=float)": lambda t: sorted(t, key=float),
    "np.sum(generator)": lambda t: np.sum(v * v for v in t),
    "sum(t)": lambda t: sum(t),
    "sum([t, t])": lambda t: sum([t, t * 2]),
    "max(t)": lambda t: max(t),
    "min(t)": lambda t: min(t),
    "max(t, key)": lambda t: max(t, key=lambda v: -v),
    "sorted(t)": lambda t: sorted(t),
    "reversed(t)": lambda t: list(reversed(t)),
    "np.array(sorted(t))": lambda t: np.array(sorted(t)),
    "np.stack(sorted(t))": lambda t: np.stack(sorted(t)),
    "list(t)": lambda t: list(t),
    "tuple(t)": lambda t: tuple(t),
    "list(t.flat)": lambda t: list(t.flat),
    "map": lambda t: list(map(np.square, t)),
    "zip": lambda t: [v * w for v, w in zip(t, A)],
    "enumerate": lambda t: [i * v for i, v in enumerate(t)],
    "first, *rest = t": lambda t: (lambda first, *rest: (first, rest))(*t),
    "functools.reduce": lambda t: functools.reduce(operator.mul, t),
    "itertools.accumulate": lambda t: list(itertools.accumulate(t)),
    "statistics.mean": lambda t: statistics.mean(t),
    "statistics.fmean": lambda t: statistics.fmean(t),
    "statistics.median": lambda t: statistics.median(t),
    "statistics.stdev": lambda t: statistics.stdev(t),
    "random.uniform": lambda t: random.Random(0).uniform(0, t[0]),
    "random.gauss": lambda t: random.Random(0).gauss(t[0], 1.0),
    "json.dumps": lambda t: json.dumps({"t": t}),
    "pickle.dumps": lambda t: pickle.loads(pickle.dumps(t)),
    "copy.copy": lambda t: copy.copy(t),
    "copy.deepcopy": lambda t: copy.deepcopy(t),
    "copy.deepcopy([t])": lambda t: copy.deepcopy([t]),
    "struct.pack": lambda t: struct.unpack("d", struct.pack("d", t[0])),
    # writing into arrays
    "a[:] = t": setitem(slice(None), lambda t: t),
    "a[0] = t": setitem(0, lambda t: t[0]),
    "a[[0, 1]] = t": setitem([0, 1], lambda t: t[:2]),
    "a[mask] = t": setitem(A > 0, lambda t: t[1:]),
    "a[...] = t": setitem(..., lambda t: t),
    "a[0] = [t]": setitem(slice(0, 2), lambda t: [t[0], t[1]]),
    'a["x"] = t': record_written(lambda a, t: operator.setitem(a, "x", t)),
    "a[0] = (t,)": record_written(lambda a, t: operator.setitem(a, 0, (t[0],))),
    "t.numpy()[0] = 1": lambda t: operator.setitem(t.numpy(), 0, 1.0),
    "t.flat[0] = 1": lambda t: operator.setitem(t.flat, 0, 1.0) if isinstance(t, beras.Tensor) else None,
    "a.flat[0] = t": after(lambda a, t: operator.setitem(a.flat, 0, t[0])),
    "a.flat = t": after(lambda a, t: setattr(a, "flat", t)),
    "a.real = t": after(lambda a, t: setattr(a, "real", t)),
    "a += t": in_place("iadd"),
    "a -= t": in_place("isub"),
    "a *= t": in_place("imul"),
    "a /= t": in_place("itruediv"),
    "a **= t": in_place("ipow"),
    "a //= t": in_place("ifloordiv"),
    "a @= t": lambda t: operator.imatmul(np.eye(2), t.reshape(2, 2)),
    "a.fill(t)": after(lambda a, t: a.fill(t[0])),
    "a.put(t)": after(lambda a, t: a.put([0], t[0])),
    "a.itemset": after(lambda a, t: a.itemset(0, t[0])),
    "np.put": after(lambda a, t: np.put(a, [0, 1], t[:2])),
    "np.place": after(lambda a, t: np.place(a, A > 0, t)),
    "np.putmask": after(lambda a, t: np.putmask(a, A > 0, t)),
    "np.put_along_axis": after(lambda a, t: np.put_along_axis(a, np.array([0]), t[0], 0)),
    "np.copyto(a, t)": after(lambda a, t: np.copyto(a, t)),
    "np.copyto(a, a, where=t)": after(lambda a, t: np.copyto(a, A, where=t)),
    "np.fill_diagonal": after(lambda a, t: np.fill_diagonal(a, t[0]), (2, 2)),
    "np.add.at": ufunc_at,
    "np.add.at(t)": after(lambda a, t: np.add.at(t, [0], 1.0)),
    "t[0] = 1": after(lambda a, t: operator.setitem(t, 0, 1.0) if isinstance(t, beras.Tensor) else None),
    "np.nditer writes": after(
        lambda a, t: [operator.setitem(x, ..., y) for x, y in np.nditer([a, t], [], [["readwrite"], ["readonly"]])]
    ),
    # out, where, initial, dtype
    "np.add(out=)": after(lambda a, t: np.add(A, t, out=a)),
    "np.add(a, t, a)": after(lambda a, t: np.add(A, t, a)),
    "np.exp(t, a)": after(lambda a, t: np.exp(t, a)),
    "np.exp(t, out=(a,))": after(lambda a, t: np.exp(t, out=(a,))),
    "np.sum(out=)": after(lambda a, t: np.sum(t, out=a), ()),
    "np.sum(t, 0, None, a)": after(lambda a, t: np.sum(t, 0, None, a), ()),
    "np.mean(t, 0, None, a)": after(lambda a, t: np.mean(t, 0, None, a), ()),
    "np.max(t, 0, a)": after(lambda a, t: np.max(t, 0, a), ()),
    "np.cumsum(t, 0, None, a)": after(lambda a, t: np.cumsum(t, 0, None, a)),
    "np.dot(t, a, out)": after(lambda a, t: np.dot(t.reshape(2, 2), np.eye(2), a), (2, 2)),
    "np.dot(out=)": after(lambda a, t: np.dot(t.reshape(2, 2), np.eye(2), out=a), (2, 2)),
    "np.matmul(out=)": after(lambda a, t: np.matmul(t.reshape(2, 2), np.eye(2), out=a), (2, 2)),
    "np.take(out=)": after(lambda a, t: np.take(t, [0, 1, 2, 3], out=a)),
    "np.take(t, i, None, a)": after(lambda a, t: np.take(t, [0, 1, 2, 3], None, a)),
    "np.concatenate(out=)": after(lambda a, t: np.concatenate([t[:2], t[2:]], out=a)),
    "np.concatenate([...], 0, a)": after(lambda a, t: np.concatenate([t[:2], t[2:]], 0, a)),
    "np.stack(out=)": after(lambda a, t: np.stack([t], 0, a), (1, 4)),
    "np.clip(out=)": after(lambda a, t: np.clip(t, 0.4, 1.0, a)),
    "np.choose(out=)": after(lambda a, t: np.choose([0, 0, 0, 0], [t], a)),
    "np.compress(out=)": after(lambda a, t: np.compress([1, 1, 1, 1], t, None, a)),
    "np.median(out=)": after(lambda a, t: np.median(t, 0, a), ()),
    "np.einsum(out=)": after(lambda a, t: np.einsum("i->i", t, out=a)),
    "np.nan_to_num(copy=False)": lambda t: np.nan_to_num(t, copy=False),
    "np.nan_to_num(t, False)": lambda t: np.nan_to_num(t, False),
    "np.round(a, 0, t)": lambda t: (np.round(A, 0, t), t) if isinstance(t, beras.Tensor) else None,
    "np.exp(a, out=t)": lambda t: (np.exp(A, out=t), t) if isinstance(t, beras.Tensor) else None,
    "np.add(dtype=int)": lambda t: np.add(t, 1, dtype=int, casting="unsafe"),
    "np.exp(dtype=float32)": lambda t: np.exp(t, dtype=np.float32),
    "np.modf(t)": lambda t: np.modf(t),
    "np.frexp(t)": lambda t: np.frexp(t),
    "np.sum(where=t)": lambda t: np.sum(A, where=t),
    "np.sum(t, where=mask)": lambda t: np.sum(t, where=A > 0),
    "np.add(where=t)": lambda t: np.add(A, A, where=t),
    "np.add(t, where=mask)": lambda t: np.add(t, t, where=A > 0),
    "np.sum(initial=t)": lambda t: np.sum(A, initial=t[0]),
    "np.sum(t, initial=1)": lambda t: np.sum(t, initial=1.0),
    "np.max(initial=t)": lambda t: np.max(A, initial=t[0] * 9),
    "np.max(t, initial=t)": lambda t: np.max(t, initial=t[0] * 9),
    "np.sum(dtype=float32)": lambda t: np.sum(t, dtype=np.float64),
    "np.sum(dtype=int)": lambda t: np.sum(t, dtype=int),
    "np.sum(t, 0, float)": lambda t: np.sum(t, 0, np.float64),
    "np.mean(weights)": lambda t: np.average(A, weights=t),
    "np.average(t, weights=t)": lambda t: np.average(t, weights=t),
    "np.average(returned)": lambda t: np.average(t, weights=t, returned=True),
    "np.pad(constant_values=t)": lambda t: np.pad(A, 1, constant_values=t[0]),
    "np.pad(t, constant_values=t)": lambda t: np.pad(t, 1, constant_values=t[0]),
    "np.pad(mode=mean)": lambda t: np.pad(t, 1, mode="mean"),
    "np.pad(mode=callable)": lambda t: np.pad(t, 1, mode=lambda v, *rest: None),
    "np.nan_to_num(nan=t)": lambda t: np.nan_to_num(np.array([np.nan, 1.0]), nan=t[0]),
    "np.nan_to_num(t, nan=t)": lambda t: np.nan_to_num(t, nan=t[0]),
    "np.clip(a, t, None)": lambda t: np.clip(A, t, None),
    "np.clip(min=t)": lambda t: np.clip(A, a_min=t, a_max=5.0),
    "np.heaviside(0, t)": lambda t: np.heaviside(0.0, t),
    "np.std(mean=t)": lambda t: np.std(A, mean=t[:1]),
    "np.diff(prepend=t)": lambda t: np.diff(A, prepend=t[0]),
    "np.diff(t, append=t)": lambda t: np.diff(t, append=t[0]),
    "np.ediff1d(to_end=t)": lambda t: np.ediff1d(A, to_end=t[0]),
    "np.trapezoid(dx=t)": lambda t: np.trapezoid(A, dx=t[0]),
    "np.gradient(a, t)": lambda t: np.gradient(A, t[0]),
    "np.interp(x, xp, t)": lambda t: np.interp(0.5, [0.0, 1.0, 2.0, 3.0], t),
    "np.interp(left=t)": lambda t: np.interp(-1.0, [0.0, 1.0], [0.0, 1.0], left=t[0]),
    "np.quantile(a, t)": lambda t: np.quantile(A, t / 2),
    "np.histogram(weights=t)": lambda t: np.histogram(A, weights=t),
    "np.histogram(t)": lambda t: np.histogram(t),
    "np.bincount(weights=t)": lambda t: np.bincount([0, 1, 1, 2], weights=t),
    "np.bincount(i, t)": lambda t: np.bincount([0, 1, 1, 2], t),
    "np.digitize(t)": lambda t: np.digitize(t, [0.5, 1.0]),
    "np.unique(t)": lambda t: np.unique(t),
    "np.cov(aweights=t)": lambda t: np.cov(A, aweights=t),
    "np.insert(a, 1, t)": lambda t: np.insert(A, 1, t[0]),
    "np.append(a, t)": lambda t: np.append(A, t),
    "np.append([...], [t])": lambda t: np.append([1.0], [t[0]]),
    "np.select": lambda t: np.select([A > 0], [t], default=t * 2),
    "np.piecewise": lambda t: np.piecewise(t, [A > 0], [lambda v: v * v, 0.0]),
    "np.piecewise(a, t)": lambda t: np.piecewise(A, [A > 0], [lambda v: v * t[0], 0.0]),
    "np.where(mask, t, a)": lambda t: np.where(A > 0, t, A),
    "np.where(t)": lambda t: np.where(t),
    "np.real(t)": lambda t: np.real(t),
    "np.imag(t)": lambda t: np.imag(t),
    "np.angle(t)": lambda t: np.angle(t),
    "np.fft.fft(t)": lambda t: np.fft.fft(t),
    "np.emath.sqrt(t)": lambda t: np.emath.sqrt(t),
    "np.lexsort((t,))": lambda t: np.lexsort((t,)),
    # einsum and products with lists
    "np.einsum('i,i', t, a)": lambda t: np.einsum("i,i", t, A),
    "np.einsum('i,i', a, t)": lambda t: np.einsum("i,i->", A, t),
    "np.einsum(a, [0], t, [0])": lambda t: np.einsum(A, [0], t, [0]),
    "np.einsum(optimize)": lambda t: np.einsum("i,j,k->", t, A, t, optimize=True),
    "np.einsum(dtype)": lambda t: np.einsum("i->", t, dtype=np.float32),
    "a.dot(t)": lambda t: A.dot(t),
    "np.dot(a, t)": lambda t: np.dot(A, t),
    "a @ t": lambda t: A @ t,
    "[1, 2, 3, 4] @ t": lambda t: [1.0, 2.0, 3.0, 4.0] @ t,
    "[1, 2, 3, 4] * t": lambda t: [1.0, 2.0, 3.0, 4.0] * t,
    "np.dot([t], a)": lambda t: np.dot([t], A),
    "np.sum([t, t])": lambda t: np.sum([t, t]),
    "np.max([t, t])": lambda t: np.max([t[0], t[1]]),
    "np.maximum(t, [t])": lambda t: np.maximum(t[0], [t[1], t[2]]),
    "np.exp([t])": lambda t: np.exp([t[0], t[1]]),
    "np.linalg.norm([t])": lambda t: np.linalg.norm([t[0], t[1]]),
    "np.linalg.multi_dot": lambda t: np.linalg.multi_dot([t, np.eye(4), A]),
    "np.mean(list(t))": lambda t: np.mean(list(t)),
    "np.stack(list(t))": lambda t: np.stack(list(t)),
    "np.concatenate(t list)": lambda t: np.concatenate([[t[0]], [t[1]]]),
    "np.cross": lambda t: np.cross(t[:3], A[:3]),
    "a.clip(t)": lambda t: A.clip(t),
    "a.sum(initial=t)": lambda t: A.sum(initial=t[0]),
    "a.take(t)": lambda t: A.take(t),
    "a.choose(t)": lambda t: np.array([0, 0, 0, 0]).choose([t]),
    "a.searchsorted(t)": lambda t: np.sort(A).searchsorted(t),
    "a.compress(t)": lambda t: A.compress(t),
    "a.repeat(t)": lambda t: A.repeat(t),
    # ufunc methods
    "np.add.reduce(t)": lambda t: np.add.reduce(t),
    "np.add.reduce(initial=t)": lambda t: np.add.reduce(A, initial=t[0]),
    "np.add.reduce([t, t])": lambda t: np.add.reduce([t, t]),
    "np.multiply.reduce(t)": lambda t: np.multiply.reduce(t),
    "np.subtract.reduce(t)": lambda t: np.subtract.reduce(t),
    "np.logaddexp.reduce(t)": lambda t: np.logaddexp.reduce(t),
    "np.maximum.reduce(t)": lambda t: np.maximum.reduce(t),
    "np.add.accumulate(t)": lambda t: np.add.accumulate(t),
    "np.multiply.accumulate(t)": lambda t: np.multiply.accumulate(t),
    "np.maximum.accumulate(t)": lambda t: np.maximum.accumulate(t),
    "np.add.reduceat(t)": lambda t: np.add.reduceat(t, [0, 2]),
    "np.multiply.outer(a, t)": lambda t: np.multiply.outer(A, t),
    "np.multiply.outer(t, t)": lambda t: np.multiply.outer(t, t),
    "np.add.reduce(out=)": after(lambda a, t: np.add.reduce(t, out=a), ()),
    "np.add.reduce(t, 0, None, a)": after(lambda a, t: np.add.reduce(t, 0, None, a), ()),
    # functions of functions
    "np.vectorize(f)(t)": lambda t: np.vectorize(lambda v: v * 2)(t),
    "np.vectorize(signature)": lambda t: np.vectorize(lambda v: v * 2, signature="(n)->(n)")(t),
    "np.vectorize(closure)": lambda t: np.vectorize(lambda i: t[i])([0, 1]),
    "np.frompyfunc(f)(t)": lambda t: np.frompyfunc(lambda v: v * 2, 1, 1)(t),
    "np.frompyfunc closure": lambda t: np.frompyfunc(lambda i: t[i], 1, 1)([0, 1]),
    "np.apply_along_axis(t)": lambda t: np.apply_along_axis(lambda v: v * v, 0, t),
    "np.apply_along_axis(args)": lambda t: np.apply_along_axis(lambda v, s: v * s, 0, A, t[0]),
    "np.apply_over_axes": lambda t: np.apply_over_axes(np.sum, t, [0]),
    # iterators and strides
    "np.nditer(t)": lambda t: [float(v) for v in np.nditer(t)],
    "np.ndenumerate(t)": lambda t: [v for _, v in np.ndenumerate(t)],
    "np.broadcast(t, a)": lambda t: list(np.broadcast(t, A)),
    "as_strided(t)": lambda t: np.lib.stride_tricks.as_strided(t, (2,), (8,)),
    "sliding_window_view(t)": lambda t: np.lib.stride_tricks.sliding_window_view(t, 2),
    "sliding_window_view(subok)": lambda t: np.lib.stride_tricks.sliding_window_view(t, 2, subok=True),
    "np.lib.Arrayterator": lambda t: list(np.lib.Arrayterator(t, 2)),
    "np.may_share_memory": lambda t: np.may_share_memory(t, A),
    # random numbers
    "np.random.normal(t)": lambda t: np.random.default_rng(0).normal(t),
    "np.random.normal(0, t)": lambda t: np.random.default_rng(0).normal(0.0, t),
    "np.random.uniform(t)": lambda t: np.random.default_rng(0).uniform(0.0, t[0]),
    "np.random.permutation(t)": lambda t: np.random.default_rng(0).permutation(t),
    "np.random.shuffle(t)": lambda t: np.random.default_rng(0).shuffle(t),
    "np.random.choice(t)": lambda t: np.random.default_rng(0).choice(t),
    "np.random.choice(p=t)": lambda t: np.random.default_rng(0).choice(4, p=t / np.sum(t)),
    "RandomState.normal(t)": lambda t: np.random.RandomState(0).normal(t[0]),
    # files, text and tests
    "np.save": lambda t: np.save(io.BytesIO(), t),
    "np.savez": lambda t: np.savez(io.BytesIO(), t=t),
    "np.savetxt": lambda t: np.savetxt(io.StringIO(), t),
    "np.array2string": lambda t: np.array2string(t),
    "np.format_float_positional": lambda t: np.format_float_positional(t[0]),
    "np.testing.assert_allclose": lambda t: np.testing.assert_allclose(t, t, atol=1.0),
    "np.strings": lambda t: np.strings.add("a", t),
    "np.char.mod": lambda t: np.char.mod("%f", t),
    # rules that only pass on what they know
    "np.sort(order)": lambda t: np.sort(t, -1, None, None),
    "np.broadcast_arrays": lambda t: np.broadcast_arrays(t, np.ones((2, 1))),
    "np.meshgrid": lambda t: np.meshgrid(t, A),
    "np.ix_(t)": lambda t: np.ix_(t),
    "np.tile(a, t)": lambda t: np.tile(A, t),
    "np.split(t)": lambda t: np.split(t, 2),
    "np.block([t])": lambda t: np.block([[t], [A]]),
    "np.trim_zeros(t)": lambda t: np.trim_zeros(t),
    "np.diag_indices_from": lambda t: np.diag_indices_from(t.reshape(2, 2)),
    "np.isclose(a, t)": lambda t: np.isclose(A, t),
    "np.result_type(t)": lambda t: np.zeros(1, np.result_type(t)),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_spelling_raises_or_is_right(spelling):
    judge(SPELLINGS[spelling], VECTOR)


def elsewhere(module, use):
    """Say the same of a library that knows nothing of beras."""
    library = pytest.importorskip(module)
    return judge(lambda t: use(library, t), VECTOR)


@pytest.mark.torch
@pytest.mark.parametrize("name", ["tensor", "as_tensor", "from_numpy", "asarray", "exp"])
def test_torch_does_not_take_a_tensor_in(name):
    def use(torch, t):
        return getattr(torch, name)(t).numpy()

    assert elsewhere("torch", use) == "raises"


@pytest.mark.parametrize(
    "use",
    [
        lambda special, t: special.expit(t),
        lambda special, t: special.logsumexp(t),
        lambda special, t: special.softmax(t),
    ],
    ids=["expit", "logsumexp", "softmax"],
)
def test_scipy_raises_or_is_right(use):
    elsewhere("scipy.special", use)


#: These must not only be safe but work.
RIGHT = """
    sum(t)|sum([t, t])|max(t)|min(t)|sorted(t)|reversed(t)|list(t)|list(t.flat)|map|zip|enumerate|abs(t)|pow(t, 2)
    functools.reduce|itertools.accumulate|math.prod(t)|copy.copy|f'{t:.3f}'|bool(t)|a[t > 0.5]|t.astype(int)
    np.float64(2) * t|np.float64(2) ** t|a @ t|np.dot(a, t)|np.stack(list(t))|np.stack(sorted(t))
    np.add.reduce(t)|np.add.accumulate(t)|np.multiply.outer(a, t)|np.einsum('i,i', a, t)|np.where(mask, t, a)
    np.bincount(weights=t)|np.append(a, t)|np.insert(a, 1, t)|np.linspace(t, 1)|sliding_window_view(t)|np.meshgrid
    np.apply_along_axis(t)|np.poly1d(a)(t)|np.polyval(t, 2)|np.block([t])|np.array2string|np.select
    np.broadcast_arrays|np.trim_zeros(t)|np.clip(a, t, None)|np.average(t, weights=t)|np.linalg.multi_dot
"""


@pytest.mark.parametrize("spelling", [name.strip() for name in RIGHT.strip().replace("\n", "|").split("|")])
def test_a_spelling_works(spelling):
    assert judge(SPELLINGS[spelling], VECTOR) == "right"


# The judge itself


def test_the_judge_sees_a_value_that_slips():
    def slips(t):
        return np.exp(t.numpy() if isinstance(t, beras.Tensor) else t)

    with pytest.raises(SlippedError, match="as a plain number"):
        judge(slips, VECTOR)


def test_the_judge_sees_a_wrong_gradient():
    @beras.custom_gradient
    def doubled(x):
        return x * 2.0, lambda g: g * 3.0

    with pytest.raises(SlippedError, match="with a wrong gradient"):
        judge(doubled, VECTOR)
