"""The gradient oracle: the same computation in PyTorch, and a report on every difference.

`compare` and `assert_matches_torch` take any function, layer, loss or model; `train_both` a whole training. `to_torch`
and `from_torch` carry models over. `check_frozen` works without PyTorch. The rest are checks under the names that
people know: torch's `gradcheck` and `gradgradcheck`, CS231n's `eval_numerical_gradient` and its kin, and the blocks
homework's `compare_block_to_torch`.
"""

from beras.oracle.bands import rel_error, verdict
from beras.oracle.blocks import compare_block_to_torch
from beras.oracle.compare import assert_matches_torch, compare
from beras.oracle.convert import from_torch, to_torch, twin_activation, twin_module
from beras.oracle.cs231n import eval_numerical_gradient, eval_numerical_gradient_array, grad_check_sparse
from beras.oracle.frozen import check_frozen
from beras.oracle.gradcheck import gradcheck, gradgradcheck
from beras.oracle.report import Agreement, Report, Row
from beras.oracle.training import BothTrainings, train_both, twin_optimizer
from beras.oracle.twins.registry import twin

__all__ = [
    "Agreement",
    "BothTrainings",
    "Report",
    "Row",
    "assert_matches_torch",
    "check_frozen",
    "compare",
    "compare_block_to_torch",
    "eval_numerical_gradient",
    "eval_numerical_gradient_array",
    "from_torch",
    "grad_check_sparse",
    "gradcheck",
    "gradgradcheck",
    "rel_error",
    "to_torch",
    "train_both",
    "twin",
    "twin_activation",
    "twin_module",
    "twin_optimizer",
    "verdict",
]
