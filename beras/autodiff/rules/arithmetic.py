"""Addition, multiplication, division and powers."""

from __future__ import annotations

import numpy as np

from beras.autodiff.registry import define

define(np.positive, lambda g, ans, x: g)
define(np.negative, lambda g, ans, x: -g)
define(np.add, lambda g, ans, x, y: g, lambda g, ans, x, y: g)
define(np.subtract, lambda g, ans, x, y: g, lambda g, ans, x, y: -g)
define(np.multiply, lambda g, ans, x, y: g * y, lambda g, ans, x, y: g * x)
define(np.true_divide, lambda g, ans, x, y: g / y, lambda g, ans, x, y: -g * x / y**2)
