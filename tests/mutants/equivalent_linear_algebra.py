"""Mutants of the rules for linear algebra, norms and products that no test can catch, each with the reason."""

_LINEAR_ALGEBRA = "beras/autodiff/rules/linear_algebra.py::"
_NORMS = "beras/autodiff/rules/norms.py::"
_PRODUCTS = "beras/autodiff/rules/products.py::"

_ONE_AXIS = "its operands have one axis only, so there is nothing to transpose"
_SYMMETRIC = "the gradient is a symmetric matrix"
_A_NUMBER = "its cotangent is a number, which has no rows"
_SHORTCUT = "a shortcut is left out, or taken where it is as right: the way after it gives the same"
_SAME_LENGTH = "both lengths are the same here, or the slice ends with the axis"
_ROUNDED = "the number is far from the limit, or on either side of it both ways are right"

EQUIVALENT: dict[str, str] = {
    **{
        f"{name}: transposed": _ONE_AXIS
        for name in (
            *("np.linalg.outer[0]", "np.linalg.outer[1]", "np.convolve[0]", "np.convolve[1]"),
            *("np.correlate[0]", "np.correlate[1]", "np.bincount[1]"),
        )
    },
    **{
        f"{name}: transposed": _SYMMETRIC
        for name in ("np.linalg.cholesky[0]", "np.linalg.eigvalsh[0]", "np.linalg.eigh[0]")
    },
    **{f"{name}: first row only": _A_NUMBER for name in ("np.vdot[0]", "np.vdot[1]")},
    # linear algebra
    **{
        f"{_LINEAR_ALGEBRA}{change}": _SHORTCUT
        for change in (
            "_through_discarded: np.all(rank > min(a.shape[-2:]) - 0.5) -> np.all(rank > min(a.shape[-1:]) - 0.5)",
            "_lstsq: if not _absent(g_singular): -> if True:",
            "_qr: if not _absent(g_null): -> if True:",
            "_qr: if rows >= columns: -> if False:",
            "_qr: rows >= columns -> rows > columns",
        )
    },
    **{
        f"{_LINEAR_ALGEBRA}{change}": _SAME_LENGTH
        for change in (
            "_through_discarded: np.all(rank > min(a.shape[-2:]) - 0.5) -> np.all(rank > min(ans.shape[-2:]) - 0.5)",
            "_cholesky: x.shape[-1] -> ans.shape[-1]",
            "_svd: ans[0][..., :ans[1].shape[-1]] * g[1][..., None, :] -> "
            "ans[0][..., :ans[2].shape[-1]] * g[1][..., None, :]",
        )
    },
    **{
        f"{_LINEAR_ALGEBRA}{change}": _ROUNDED
        for change in (
            "_check_free_of_basis: 1 + np.max(np.abs(g)) -> 2 + np.max(np.abs(g))",
            "_through_discarded: np.all(rank > min(a.shape[-2:]) - 0.5) -> np.all(rank >= min(a.shape[-2:]) - 0.5)",
            "_through_discarded: np.max(np.abs(rest)) <= 1000.0 * np.finfo(rest.dtype).eps * np.max(np.abs(a)) -> "
            "np.max(np.abs(rest)) < 1000.0 * np.finfo(rest.dtype).eps * np.max(np.abs(a))",
            "_through_discarded: 1000.0 * np.finfo(rest.dtype).eps * np.max(np.abs(a)) -> "
            "2000.0 * np.finfo(rest.dtype).eps * np.max(np.abs(a))",
            "_through_discarded: np.sum((vh @ ans).mT * u, axis=-2) * s > 0.5 -> "
            "np.sum((vh @ ans).mT * u, axis=-2) * s >= 0.5",
            "invertible: not np.any(condition > np.finfo(x.dtype).eps ** (-0.5)) -> "
            "not np.any(condition >= np.finfo(x.dtype).eps ** (-0.5))",
        )
    },
    f"{_LINEAR_ALGEBRA}_antisymmetric_over: gaps + np.eye(x.shape[-1], dtype=x.dtype) -> "
    "gaps - np.eye(x.shape[-1], dtype=x.dtype)": "on the diagonal zero is divided by 1, or by -1",
    f"{_LINEAR_ALGEBRA}_through_discarded: np.where(meet, high ** 2 * (high - low) * (high + low), 1) -> "
    "np.where(meet, high ** 2 * (high - low) * (high + low), 2)": "zero is divided by 1, or by 2",
    f"{_LINEAR_ALGEBRA}cofactor: np.linalg.det(u) * np.linalg.det(vh) -> "
    "np.linalg.det(u) / np.linalg.det(vh)": "the determinants of orthogonal matrices are 1 or -1",
    f"{_LINEAR_ALGEBRA}_cofactor: np.sign(np.linalg.det(u) * np.linalg.det(vh)) -> "
    "np.sign(np.linalg.det(u) / np.linalg.det(vh))": "the determinants of orthogonal matrices are 1 or -1",
    f"{_LINEAR_ALGEBRA}_cofactor: np.sign(np.linalg.det(u) * np.linalg.det(vh)) -> "
    "np.linalg.det(u) * np.linalg.det(vh)": "the determinants of orthogonal matrices are 1 or -1, but for rounding",
    f"{_LINEAR_ALGEBRA}_products_without_two: _products_without_one(s * (1 - row) + row) * (1 - row) -> "
    "_products_without_one(s * (1 - row) + row) * (1 + row)": "_cofactor adds the diagonal and subtracts it again",
    f"{_LINEAR_ALGEBRA}_products_without_two: -2 -> -1": "the matrix of the products is symmetric",
    # norms
    f"{_NORMS}_p_norm: x * (g / (ans + (ans == 0))) -> x * (g / (ans - (ans == 0)))": (
        "where the norm is zero x is too: it is divided by 1, or by -1, and there is no second derivative"
    ),
    f"{_NORMS}_p_norm: np.zeros(x.shape, x.dtype) -> np.zeros(ans.shape, x.dtype)": (
        "a cotangent of fewer entries is spread over all"
    ),
    f"{_NORMS}_p_norm: if p == 1: -> if False:": _SHORTCUT,
    f"{_NORMS}_p_norm: p == 1 -> p == 2": _SHORTCUT,
    f"{_NORMS}_shared: attained / (count + (count == 0)) -> attained / (count - (count == 0))": (
        "zeros are divided by 1, or by -1"
    ),
    # products
    **{
        f"{_PRODUCTS}{change}": _SHORTCUT
        for change in (
            "_matmul_x: if y.ndim == 2: -> if False:",
            "_matmul_x: if x.ndim == 2: -> if False:",
            "_matmul_x: x.ndim == 2 -> y.ndim == 2",
            "_matmul_x: x.ndim == 2 -> ans.ndim == 2",
            "_matmul_y: if x.ndim == 2: -> if False:",
            "_matmul_y: if y.ndim == 2: -> if False:",
            "_matmul_y: y.ndim == 2 -> x.ndim == 2",
            "_dot_x: b.ndim <= 2 -> b.ndim < 2",
            "_dot_y: b.ndim <= 2 -> b.ndim < 2",
            "_dot_x: _matmul_x(g, ans, a, b) -> _matmul_x(g, ans, b, b)",
            "_dot_x: _matmul_x(g, ans, a, b) -> _matmul_x(g, ans, ans, b)",
            "_vecdot_x: if axis == -1: -> if False:",
            *(
                f"{rule}: np.transpose(product, np.argsort(order).tolist()) if order != sorted(order) else product -> "
                "np.transpose(product, np.argsort(order).tolist())"
                for rule in ("_tensordot_x", "_tensordot_y")
            ),
        )
    },
    **{
        f"{_PRODUCTS}{change}": _SAME_LENGTH
        for change in (
            "_matmul_y: np.reshape(x, (g.size, x.shape[-1])) -> np.reshape(x, (g.size, y.shape[-1]))",
            "_matmul_y: prod(x.shape[:-1]) -> prod(ans.shape[:-1])",
        )
    },
    **{
        f"{_PRODUCTS}_matrix_power: np.linalg.inv(a) if n < 0 else a -> np.linalg.inv(a) if {condition} else a": (
            "zero is dealt with before"
        )
        for condition in ("n <= 0", "n < 1")
    },
    **{
        f"{_PRODUCTS}_cross_x: g[..., None] * np.array([0, 0, 1], g.dtype) -> "
        f"g[..., None] * np.array({axes}, g.dtype)": (
            "another factor in the plane changes only the third component of the product, which is cut off"
        )
        for axes in ("[1, 0, 1]", "[0, 1, 1]")
    },
    f"{_PRODUCTS}np.linalg.cross[1]: _cross_y(g, ans, x, y, axis=axis) -> _cross_y(g, x, x, y, axis=axis)": (
        "the rule does not use its answer"
    ),
}
