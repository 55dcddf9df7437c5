"""The sweep: cotangents pulled back through the records of a tape, from the last to the first."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.autodiff.primitives import cast, unbroadcast
from beras.autodiff.record import Record
from beras.autodiff.registry import PositionalRule, Rule
from beras.autodiff.tracked import bare

__all__ = ["sweep"]


def sweep(records: list[Record], seeds: dict[int, Any], sources: list[int], wrapped: bool) -> list[Any]:
    """Pull the cotangents ``seeds`` back through ``records``; return those that arrive at ``sources``.

    ``wrapped`` says that an outer tape records: then the rules see Tensors, and record themselves there.
    """
    needed = set(sources)
    for record in records:
        for _, parent in record.parents:
            if parent in needed:
                needed.update(_keys(record.key))
                break
    wanted = set(sources)
    cotangents = dict(seeds) if wrapped else {key: bare(g) for key, g in seeds.items()}
    owned: set[int] = set()
    for record in reversed(records):
        key = record.key
        if type(key) is int:
            g = cotangents.get(key) if key in wanted else cotangents.pop(key, None)
        else:
            g = _of_several(record, cotangents, wanted)
        if g is None:
            continue
        if record.checksums is not None:
            record.verify_checksums()
        rule, args, ans, params = record.rule, record.args, record.ans, record.params
        if record.nested and not wrapped:
            args, ans = bare(args), bare(ans)
        one_by_one = type(rule) is PositionalRule
        if not one_by_one:
            slots = [slot for slot, parent in record.parents if parent in needed]
            pulled = rule.pull(g, ans, args, params, slots) if slots else []
            products = dict(zip(slots, pulled if wrapped else bare(pulled), strict=True))
        operands = args if rule.at is None else args[rule.at]
        for slot, parent in record.parents:
            if parent not in needed:
                continue
            product = rule.vjps[slot](g, ans, *args, **params) if one_by_one else products[slot]
            if product is None:
                continue
            operand = operands[slot]
            if product.shape != operand.shape or product.dtype != operand.dtype:
                product = _fit(product, operand.shape, operand.dtype)
            earlier = cotangents.get(parent)
            if earlier is None:
                cotangents[parent] = _own(product, ans, args, rule) if parent in wanted else product
            elif parent in owned and type(earlier) is np.ndarray and type(product) is np.ndarray:
                np.add(earlier, product, out=earlier)
            else:
                cotangents[parent] = earlier + product
                owned.add(parent)
    return [cotangents.get(key) for key in sources]


def _keys(key: Any) -> tuple:
    return (key,) if isinstance(key, int) else tuple(k for k in key if k is not None)


def _of_several(record: Record, cotangents: dict[int, Any], wanted: set[int]) -> list | None:
    """Return the cotangents of a record with several answers, zeros where none has arrived; ``None`` if none has."""
    parts = [
        None if key is None else cotangents.get(key) if key in wanted else cotangents.pop(key, None)
        for key in record.key
    ]
    if all(part is None for part in parts):
        return None
    return [np.zeros_like(y) if part is None else part for part, y in zip(parts, bare(record.ans), strict=True)]


def _fit(product: Any, shape: tuple[int, ...], dtype: np.dtype) -> Any:
    """Give a cotangent its operand's shape and dtype."""
    if product.shape != shape:
        product = unbroadcast(product, shape)
    return product if product.dtype == dtype else cast(product, dtype)


def _own(product: Any, ans: Any, args: Any, rule: Any) -> Any:
    """Return a cotangent that has arrived at a source as an array that nobody else holds, so that it can be given away.

    A rule of the table makes new arrays, except where it hands on what it was given. (Its cotangent it may hand on:
    nobody else holds that, or `_separate` sees to it.)
    """
    if not isinstance(product, np.ndarray):
        return product
    lent = product is ans or any(product is x for x in args) or not isinstance(rule, Rule)
    return product.copy() if lent or product.base is not None or not product.flags.writeable else product
