"""Derivatives of order 1 to 4: by hand, from beras's tapes, and from torch, to the sheet's 1e-5 in float32."""

import numpy as np
import pytest
from numpy.polynomial import Polynomial

EXACT = Polynomial([5, -4, 3, -2, 1])
SHEET = np.linspace(-2.0, 3.0, 100)


def by_hand():
    from calculus import p1, p2, p3, p4, polynomial

    return [polynomial, p1, p2, p3, p4]


@pytest.mark.parametrize("order", range(5))
def test_the_power_rule(order):
    right = EXACT.deriv(order) if order else EXACT
    np.testing.assert_allclose(by_hand()[order](SHEET), right(SHEET), rtol=1e-12, atol=1e-12)


def test_the_tapes_in_double_precision():
    from calculus import derivatives, polynomial

    for order, values in enumerate(derivatives(polynomial, SHEET, order=6)):
        right = EXACT.deriv(order) if order else EXACT
        np.testing.assert_allclose(values, right(SHEET), rtol=1e-12, atol=1e-11)
        assert type(values) is np.ndarray


@pytest.mark.torch
@pytest.mark.parametrize("points", ["numpy", "torch"])
def test_hand_and_tapes_agree_with_torch_to_the_1e_5_of_the_sheet(points):
    torch = pytest.importorskip("torch")
    from calculus import derivatives, polynomial

    x = torch.linspace(-2.0, 3.0, 100) if points == "torch" else torch.tensor(SHEET.astype(np.float32))
    followed = x.clone().requires_grad_()
    right = [polynomial(followed)]
    for _ in range(4):
        right += torch.autograd.grad(right[-1].sum(), followed, create_graph=True)
    for order, ours in enumerate(derivatives(polynomial, x.numpy())):
        assert ours.dtype == np.float32
        theirs = right[order].detach()
        hand, hand_of_tensor = by_hand()[order](x.numpy()), by_hand()[order](x)
        assert isinstance(hand_of_tensor, torch.Tensor)
        for value in (ours, hand, hand_of_tensor.numpy()):
            assert np.abs(value - theirs.numpy()).max() < 1e-5, order
        assert np.abs(hand - ours).max() < 1e-5, order


@pytest.mark.torch
def test_torch_tensors_give_torch_tensors():
    torch = pytest.importorskip("torch")
    from calculus import derivative, derivatives

    x = torch.linspace(-1, 1, 5, dtype=torch.float64, requires_grad=True)
    torch.testing.assert_close(derivative(np.sin, x), torch.cos(x).detach())
    second = derivatives(np.sin, x, order=2)[2]
    torch.testing.assert_close(second, -torch.sin(x).detach())


def test_the_derivative_of_a_derivative_inside_another_tape():
    from calculus import derivative

    np.testing.assert_allclose(derivative(lambda x: x * derivative(np.sin, x), 0.3), np.cos(0.3) - 0.3 * np.sin(0.3))


def test_numbers_lists_and_constants():
    from calculus import derivative, derivatives

    assert derivative(np.exp, 0.0) == 1.0
    np.testing.assert_array_equal(derivative(lambda x: x**2, [1, 2]), [2.0, 4.0])
    np.testing.assert_array_equal(derivative(lambda x: 7.0, [1.0, 2.0]), [0.0, 0.0])
    with pytest.raises(ValueError, match="order must be 0 or more"):
        derivatives(np.sin, [1.0], order=-1)
