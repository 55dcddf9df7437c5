"""The second table: for every NumPy function of the first one its twin in torch.

The modules are those of ``beras/autodiff/rules``. They import torch; `registry`, which the rest of `beras.oracle` uses,
and this file do not.
"""
