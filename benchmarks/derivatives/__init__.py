"""Contenders that differentiate: ``bind_gradient`` and ``bind_product``, each returning a call without arguments.

``bind_gradient(weights, x, targets)`` answers with ``(loss, [gradient by each weight])`` of the network written by a
user, `benchmarks.derivatives.user`; ``bind_product(weights, directions, x, targets)`` with the Hessian of that loss
times the directions, ``[an array like each weight]``. ``targets`` are one-hot.
"""
