"""Faults planted in beras, to show that the tests would see them: ``make mutants``, or ``python -m tests.mutants``.

Two kinds. *Products*: each vector-Jacobian product of the registry, and the gradient of each activation, loss, layer
and regularizer, is made wrong on its way out (`faults`, `products`, `calls`). *Sources*: one node of the source at a
time is changed (`operators`, `source`). Each fault is planted in the running process (`live`), and only the tests that
call what was changed are run, the quickest first (`session`); the first that fails has caught it. Faults that no test
can catch stand with their reasons in `equivalents`. Products, and the sources of the update rules, are planted by
default (two minutes); ``--all`` changes all other sources too (eight).
"""
