"""Part 4 with targets and logits at the edge, and with many classes in float32."""

import numpy as np
import pytest
from kit import check_values, oracle
from softmax_losses import cross_entropy, cross_entropy_dz, kl_divergence, squared_error_dz

pytestmark = pytest.mark.visibility("hidden")


@pytest.mark.task("4.3")
@pytest.mark.points(2)
def test_certainty_that_is_right_and_certainty_that_is_wrong():
    y = np.array([[0.0, 1.0, 0.0], [0.5, 0.5, 0.0], [0.0, 1.0, 0.0]])
    p = np.array([[0.0, 1.0, 0.0], [0.25, 0.75, 0.0], [1.0, 0.0, 0.0]])
    with np.errstate(all="ignore"):
        crossed, divergence = cross_entropy(y, p), kl_divergence(y, p)
    between = np.log(16 / 3) / 2
    check_values(crossed, [0.0, between, np.inf], "cross-entropy")
    check_values(divergence, [0.0, between - np.log(2), np.inf], "KL divergence")


@pytest.mark.task("4.5")
@pytest.mark.points(2)
def test_ten_classes_in_float32():
    rng = np.random.default_rng(11)
    z = rng.normal(scale=3, size=(32, 10)).astype(np.float32)
    y = rng.dirichlet(np.ones(10), size=32).astype(np.float32)

    def by_autograd(torch):
        logits = torch.tensor(z, requires_grad=True)
        targets = torch.tensor(y)
        log_p = torch.log_softmax(logits, -1)
        [of_ce] = torch.autograd.grad(-(targets * log_p).sum(), logits, retain_graph=True)
        [of_se] = torch.autograd.grad((log_p.exp() - targets).square().sum(), logits)
        return of_ce, of_se

    of_ce, of_se = oracle("losses.dz.float32", by_autograd)
    check_values(cross_entropy_dz(y, z), of_ce, "dCE/dz", dtype="float32", tolerance=1e-5, source="torch")
    check_values(squared_error_dz(y, z), of_se, "dSE/dz", dtype="float32", tolerance=1e-5, source="torch")
