"""Softmax, the losses and their gradients: by hand, by beras and by torch; the figure of the sheet; the curves."""

from functools import partial

import numpy as np
import pytest

RNG = np.random.default_rng(8)
Z = RNG.normal(scale=2, size=(6, 5))
Y = RNG.dirichlet(np.ones(5), size=6)


def test_the_figure_of_the_sheet():
    import softmax_losses as s

    y, p = [0.25, 0.75], s.softmax([-0.5, 1.8])
    np.testing.assert_allclose(p, [0.0911, 0.9089], atol=5e-5)
    for value, right in (
        (s.cross_entropy(y, p), 0.670545),
        (s.kl_divergence(y, p), 0.108210),
        (s.entropy(y), 0.562335),
        (s.squared_error(y, p), 0.050484),
    ):
        assert value == pytest.approx(right, abs=5e-7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_sums_to_1_and_does_not_see_a_shift(dtype):
    from softmax_losses import softmax

    z = Z.astype(dtype)
    tolerance = 50 * np.finfo(dtype).eps
    assert softmax(z).dtype == dtype
    np.testing.assert_allclose(softmax(z).sum(-1), 1, rtol=tolerance)
    np.testing.assert_allclose(softmax(z + dtype(3)), softmax(z), rtol=tolerance)
    np.testing.assert_array_equal(softmax(np.array([1e4, 0, -1e4], dtype)), [1, 0, 0])
    np.testing.assert_allclose(softmax(z.T, axis=0), softmax(z).T, rtol=tolerance)


def test_the_jacobian_of_two_classes():
    from softmax_losses import softmax, softmax_jacobian

    z = np.array([-0.5, 1.8])
    p1, p2 = softmax(z)
    np.testing.assert_allclose(softmax_jacobian(z), [[p1 * p2, -p1 * p2], [-p1 * p2, p1 * p2]], rtol=1e-14)


@pytest.mark.torch
def test_values_and_jacobian_are_those_of_torch():
    torch = pytest.importorskip("torch")
    import softmax_losses as s

    z, y = torch.tensor(Z), torch.tensor(Y)
    p = torch.softmax(z, -1)
    functional = torch.nn.functional
    np.testing.assert_allclose(s.softmax(Z), p, rtol=1e-13)
    jacobian = torch.stack([torch.autograd.functional.jacobian(lambda row: torch.softmax(row, 0), row) for row in z])
    np.testing.assert_allclose(s.softmax_jacobian(Z), jacobian, atol=1e-15)
    np.testing.assert_allclose(s.cross_entropy(Y, p.numpy()), functional.cross_entropy(z, y, reduction="none"))
    np.testing.assert_allclose(s.kl_divergence(Y, p.numpy()), functional.kl_div(p.log(), y, reduction="none").sum(-1))
    np.testing.assert_allclose(s.squared_error(Y, p.numpy()), functional.mse_loss(p, y, reduction="none").sum(-1))


@pytest.mark.torch
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_gradients_by_hand_by_beras_and_by_torch_are_one(dtype):
    torch = pytest.importorskip("torch")
    import softmax_losses as s

    z, y = Z.astype(dtype), Y.astype(dtype)
    tolerance = 20 * np.finfo(dtype).eps
    for loss, by_hand in (
        (s.cross_entropy, s.cross_entropy_dz),
        (s.kl_divergence, s.cross_entropy_dz),
        (s.squared_error, s.squared_error_dz),
    ):
        logits = torch.tensor(Z, requires_grad=True)  # torch alone, without any function of ours
        p, target = torch.softmax(logits, -1), torch.tensor(Y)
        plain = (p - target).square() if loss is s.squared_error else target * (target.log() - p.log())
        plain.sum().backward()
        for ours in (by_hand(y, z), s.gradient_by_beras(loss, y, z), s.gradient_by_torch(loss, y, z)):
            assert type(ours) is np.ndarray
            assert ours.dtype == dtype
            np.testing.assert_allclose(ours, logits.grad, atol=tolerance)
        for ours in (by_hand, partial(s.gradient_by_beras, loss), partial(s.gradient_by_torch, loss)):
            tensor = ours(torch.tensor(y), torch.tensor(z))
            assert isinstance(tensor, torch.Tensor)
            np.testing.assert_allclose(tensor, logits.grad, atol=tolerance)


@pytest.mark.torch
def test_the_derivatives_by_p_are_those_of_torch():
    torch = pytest.importorskip("torch")
    import softmax_losses as s

    p, y = torch.tensor(s.softmax(Z), requires_grad=True), torch.tensor(Y)
    for loss, by_hand in ((s.cross_entropy, s.cross_entropy_dp), (s.squared_error, s.squared_error_dp)):
        [right] = torch.autograd.grad(loss(y, p).sum(), p)  # torch goes through our loss, not through our derivative
        np.testing.assert_allclose(by_hand(Y, p.detach().numpy()), right, rtol=1e-13)


@pytest.mark.torch
@pytest.mark.parametrize("y1", [0.001, 0.25, 0.5, 0.9, 0.999])
def test_the_derivatives_by_the_second_of_two_logits_are_those_of_torch(y1):
    torch = pytest.importorskip("torch")
    import softmax_losses as s

    z = torch.tensor(s.two_logits(), requires_grad=True)
    p, y = torch.softmax(z, -1), torch.tensor([1 - y1, y1], dtype=torch.float64)
    curves = s.gradient_curves(y1)
    [of_ce] = torch.autograd.grad(-(y * p.log()).sum(), z, retain_graph=True)
    [of_se] = torch.autograd.grad((y - p).square().sum(), z)
    np.testing.assert_allclose(curves["KL"], of_ce[:, 1], atol=1e-15)
    np.testing.assert_allclose(curves["SE"], of_se[:, 1], atol=1e-15)
    half = 2 * p[:, 1] * (1 - p[:, 1]) * (p[:, 1] - y1)  # what the solved sheet has in its code
    assert np.abs(half.detach().numpy() - of_se[:, 1].numpy()).max() > 0.05


def test_a_target_of_zeros_and_ones_counts_nothing_twice():
    import softmax_losses as s

    y, p = np.eye(3), np.array([[1.0, 0.0, 0.0], [0.25, 0.5, 0.25], [1.0, 0.0, 0.0]])
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(s.cross_entropy(y, p), [0, np.log(2), np.inf])
        np.testing.assert_allclose(s.kl_divergence(y, p), [0, np.log(2), np.inf])
    np.testing.assert_array_equal(s.entropy(y), [0, 0, 0])
    np.testing.assert_array_equal(s.cross_entropy_dz([0, 1], [1000.0, 0.0]), [1, -1])


def test_the_curves():
    import softmax_losses as s

    t = s.two_logits()[:, 1]
    assert (t[0], t[-1], len(t)) == (-6.0, 6.0, 201)
    p1 = 1 / (1 + np.exp(-t))
    for y1 in (0.001, 0.3, 0.999):
        y0, p0 = 1 - y1, 1 - p1
        curves = s.loss_curves(y1)
        ce = -y0 * np.log(p0) - y1 * np.log(p1)
        np.testing.assert_allclose(curves["CE"], ce, rtol=1e-10)
        np.testing.assert_allclose(curves["KL"], ce + y0 * np.log(y0) + y1 * np.log(y1), atol=1e-12)
        np.testing.assert_allclose(curves["SE"], 2 * (p1 - y1) ** 2, atol=1e-15)
        np.testing.assert_allclose(curves["L1"], 2 * y0 * p1 + 2 * y1 * p0, rtol=1e-10)


def test_l1_is_a_mean_over_drawn_targets():
    from softmax_losses import sampled_l1

    p, y = np.array([0.2, 0.5, 0.3]), np.array([0.6, 0.1, 0.3])
    drawn = np.eye(3)[np.random.default_rng(0).choice(3, size=200_000, p=y)]
    assert sampled_l1(y, p) == pytest.approx(np.abs(drawn - p).sum(-1).mean(), abs=5e-3)
