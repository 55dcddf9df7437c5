"""Contenders that record: ``bind(x)`` returns three calls, ``plain``, ``forward`` and ``sweep``.

All compute `benchmarks.tape.chain.chain` of ``x``: ``plain`` without a tape, ``forward`` with one, and ``sweep`` takes
what ``forward`` returned to the gradient of the sum. ``forward`` less ``plain`` is what recording costs.
"""
