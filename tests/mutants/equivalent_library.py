"""Mutants outside of the rules that no test can catch, grouped by the reason."""

from __future__ import annotations

#: Of what is named here only the folder, ``beras/``, is left out.
REASONS: dict[str, tuple[str, ...]] = {
    "A bias has one axis, and so have gamma and beta: there is nothing to transpose.": (
        "convolve[2]: transposed",
        "convolve_depthwise[2]: transposed",
        "normalize_batch[2]: transposed",
        "normalize_batch[3]: transposed",
        "normalize_batch_to_input[3]: transposed",
        "normalize_samples[1]: transposed",
        "normalize_samples[2]: transposed",
        "normalize_samples_to_input[2]: transposed",
    ),
    "The step is the sign of a mean of the gradients, so a factor of all of them does not matter.": (
        "optimizers/lion.py::Lion.update(g): twice",
    ),
    "What it starts with is multiplied by 0 in the first step.": (
        (
            "optimizers/adafactor.py::Adafactor.first_value: np.zeros(shapes.get(slot, shape), dtype) -> "
            "np.ones(shapes.get(slot, shape), dtype)"
        ),
    ),
    "A shortcut: the general way, which is taken instead, gives the same numbers.": (
        "autodiff/primitives.py::scatter_add: if isinstance(index, np.ndarray) and len(shape) > 1: -> if False:",
        (
            "autodiff/primitives.py::scatter_add: isinstance(index, np.ndarray) and len(shape) > 1 -> "
            "isinstance(index, np.ndarray) and len(shape) >= 1"
        ),
        (
            "autodiff/primitives.py::scatter_add: isinstance(index, np.ndarray) and len(shape) > 1 -> "
            "isinstance(index, np.ndarray) and len(shape) > 2"
        ),
        (
            "autodiff/primitives.py::masked: np.where(mask, x, x.dtype.type(0)) if bits is None else "
            "(x.view(bits) * mask).view(x.dtype) -> np.where(mask, x, x.dtype.type(0))"
        ),
        "autodiff/primitives.py::_sum: if type(g) is np.ndarray: -> if False:",
        "autodiff/primitives.py::_sum: if type(g) is np.ndarray: -> if True:",
        "autodiff/primitives.py::_sum: type(g) is np.ndarray -> type(g) is not np.ndarray",
        "autodiff/primitives.py::_sum: type(g) is np.ndarray -> type(np.ones_like(g)) is np.ndarray",
        "autodiff/primitives.py::unbroadcast: if g.shape == shape: -> if False:",
        "autodiff/primitives.py::unbroadcast: if extra: -> if True:",
        "autodiff/primitives.py::unbroadcast: _sum(g, stretched, True) if stretched else g -> _sum(g, stretched, True)",
        "autodiff/sweep.py::sweep: if record.checksums is not None: -> if True:",
        "autodiff/sweep.py::sweep: if product.shape != operand.shape or product.dtype != operand.dtype: -> if True:",
        "autodiff/sweep.py::_fit: if product.shape != shape: -> if True:",
        "autodiff/sweep.py::_fit: product if product.dtype == dtype else cast(product, dtype) -> cast(product, dtype)",
        "activations/rectifiers.py::relu: if max_value is None and (not threshold): -> if False:",
        "activations/rectifiers.py::_leaky: if 0 <= slope <= 1: -> if False:",
        "activations/rectifiers.py::_leaky: 0 <= slope <= 1 -> 0 < slope <= 1",
        "activations/rectifiers.py::_leaky: 0 <= slope <= 1 -> 0 <= slope < 1",
        "activations/rectifiers.py::_leaky: 0 <= slope <= 1 -> 1 <= slope <= 1",
        "activations/rectifiers.py::_pull_leaky: if 0 <= slope <= 1: -> if False:",
        "activations/rectifiers.py::_pull_leaky: 0 <= slope <= 1 -> 0 < slope <= 1",
        "activations/rectifiers.py::_pull_leaky: 0 <= slope <= 1 -> 0 <= slope < 1",
        "activations/rectifiers.py::_pull_leaky: 0 <= slope <= 1 -> 1 <= slope <= 1",
        "activations/rectifiers.py::_pull_relu: if max_value is None and (not threshold): -> if False:",
        "losses/align.py::align: if y_true.shape != y_pred.shape: -> if True:",
        "losses/labels.py::class_numbers: if ignore_class is not None: -> if True:",
        "losses/labels.py::place_of: if labels.ndim == 1 and axis in (-1, 1): -> if False:",
        "losses/labels.py::place_of: labels.ndim == 1 and axis in (-1, 1) -> labels.ndim == 1 and axis in (1, 1)",
        "losses/labels.py::place_of: labels.ndim == 1 and axis in (-1, 1) -> labels.ndim == 1 and axis in (-1, 2)",
        (
            "losses/labels.py::place_of: list(np.indices(labels.shape, sparse=True)) -> "
            "list(np.indices(labels.shape, sparse=False))"
        ),
        "losses/logits.py::_column: g[..., None] if axis == -1 else np.expand_dims(g, axis) -> np.expand_dims(g, axis)",
        "losses/probabilities.py::smoothed: if not label_smoothing: -> if False:",
        (
            "losses/reduction.py::reduce_values: weights is not None or mask is not None -> weights is not None "
            "or mask is None"
        ),
        (
            "losses/sparse_categorical.py::SparseCategoricalCrossentropy.counted: None if self.ignore_class is "
            "None else class_numbers(y_true, y_pred, self.axis, self.ignore_class)[1] -> class_numbers(y_true, "
            "y_pred, self.axis, self.ignore_class)[1]"
        ),
        (
            "layers/dense.py::_rows: x if x.ndim == 2 else np.reshape(x, (-1, x.shape[-1])) -> np.reshape(x, (-1,"
            " x.shape[-1]))"
        ),
        (
            "layers/flatten.py::Flatten.call: inputs if inputs.ndim == 2 else np.reshape(inputs, "
            "(inputs.shape[0], -1 if inputs.size else _width(inputs))) -> np.reshape(inputs, (inputs.shape[0], -1"
            " if inputs.size else _width(inputs)))"
        ),
        (
            "layers/flatten.py::Flatten.call: (inputs.shape[0], -1 if inputs.size else _width(inputs)) -> "
            "(inputs.shape[0], _width(inputs))"
        ),
        "layers/layer.py::Layer._cast: if '_regularizers' not in self.__dict__: -> if True:",
        "layers/layer.py::Layer.penalties: if layer._regularizers: -> if True:",
        "layers/rescaling.py::Rescaling.call: scaled + self.offset if self.offset else scaled -> scaled + self.offset",
        "regularizers/regularizer.py::L1L2.__call__: if self.l1: -> if True:",
        "regularizers/regularizer.py::L1L2.__call__: if self.l2: -> if True:",
        "optimizers/gradients.py::norm: if 1e-30 < squares < 1e+30: -> if False:",
        "optimizers/gradients.py::norm: 1e-30 < squares < 1e+30 -> 1e-30 <= squares < 1e+30",
        "optimizers/gradients.py::norm: 1e-30 < squares < 1e+30 -> 1e-30 < squares <= 1e+30",
        "optimizers/gradients.py::norm: 1e-30 < squares < 1e+30 -> 2e-30 < squares < 1e+30",
        "optimizers/gradients.py::norm: 1e-30 < squares < 1e+30 -> 1e-30 < squares < 2e+30",
        "optimizers/ftrl.py::Ftrl.update: if shrinkage: -> if True:",
        "optimizers/lamb.py::Lamb.update_variable: if not whole: -> if True:",
        "optimizers/muon.py::Muon.orthogonalized: x.shape[0] > x.shape[1] -> x.shape[0] >= x.shape[1]",
        "optimizers/muon.py::Muon.orthogonalized: x.shape[0] > x.shape[1] -> x.shape[1] > x.shape[1]",
        (
            "optimizers/nadam.py::Nadam.product_of_momentums: self._product if self._product[0] <= step else (0, 1.0) "
            "-> (0, 1.0)"
        ),
        (
            "optimizers/nadam.py::Nadam.product_of_momentums: self._product if self._product[0] <= step else (0, 1.0) "
            "-> self._product if self._product[0] < step else (0, 1.0)"
        ),
        "optimizers/ftrl.py::Ftrl._root: if self.learning_rate_power == -0.5: -> if False:",
        "optimizers/ftrl.py::Ftrl._root: self.learning_rate_power == -0.5 -> self.learning_rate_power == 0.5",
        "optimizers/optimizer.py::Optimizer._accepted: if not self.built: -> if True:",
        "optimizers/optimizer.py::Optimizer._blocks_with: if blocks is None: -> if True:",
        "optimizers/optimizer.py::Optimizer._room: if room is None: -> if True:",
        (
            "optimizers/sgd.py::SGD.decays: {'momentum': (self.momentum, math.inf)} if self.momentum else {} -> "
            "{'momentum': (self.momentum, math.inf)}"
        ),
    ),
    "A shortcut less or more: what it leaves out would add nothing.": (
        "autodiff/sweep.py::sweep: if parent in needed: -> if True:",
        (
            "autodiff/sweep.py::sweep: rule.pull(g, ans, args, params, slots) if slots else [] -> rule.pull(g, "
            "ans, args, params, slots)"
        ),
    ),
    "What is given back is made bare in the end.": (
        (
            "autodiff/sweep.py::sweep: dict(seeds) if wrapped else {key: bare(g) for key, g in seeds.items()} -> "
            "dict(seeds)"
        ),
        "autodiff/sweep.py::sweep: {key: bare(g) for key, g in seeds.items()} -> {key: g for key, g in seeds.items()}",
        "autodiff/sweep.py::sweep: (bare(args), bare(ans)) -> (bare(args), ans)",
    ),
    "It only keeps a cotangent alive longer.": (
        (
            "autodiff/sweep.py::sweep: cotangents.get(key) if key in wanted else cotangents.pop(key, None) -> "
            "cotangents.get(key)"
        ),
        (
            "autodiff/sweep.py::_of_several: cotangents.get(key) if key in wanted else cotangents.pop(key, None) "
            "-> cotangents.get(key)"
        ),
    ),
    "A copy, or a recording, more: the numbers are the same.": (
        (
            "autodiff/sweep.py::sweep: _own(product, ans, args, rule) if parent in wanted else product -> "
            "_own(product, ans, args, rule)"
        ),
        (
            "autodiff/sweep.py::sweep: if parent in owned and type(earlier) is np.ndarray and (type(product) is "
            "np.ndarray): -> if False:"
        ),
        (
            "autodiff/sweep.py::_own: product.copy() if lent or product.base is not None or (not "
            "product.flags.writeable) else product -> product.copy()"
        ),
        (
            "activations/rectifiers.py::_leaky: np.maximum(x, lowered, out=lowered) if lowered.ndim else "
            "np.maximum(x, lowered) -> np.maximum(x, lowered)"
        ),
        (
            "losses/align.py::align: y_true if y_true.dtype == y_pred.dtype else y_true.astype(y_pred.dtype) -> "
            "y_true.astype(y_pred.dtype)"
        ),
        "losses/labels.py::as_integers: labels.astype(np.intp, copy=False) -> labels.astype(np.intp, copy=True)",
        (
            "losses/loss.py::Loss.prepared: y_true if y_true.dtype == y_pred.dtype else "
            "y_true.astype(y_pred.dtype) -> y_true.astype(y_pred.dtype)"
        ),
        "layers/layer.py::Layer._cast: if inputs.dtype == self.dtype: -> if False:",
        (
            "optimizers/gradients.py::norm: flat.dtype.kind != 'f' or flat.dtype.itemsize < 4 -> flat.dtype.kind "
            "!= 'f' or flat.dtype.itemsize <= 4"
        ),
        (
            "optimizers/gradients.py::norm: flat.dtype.kind != 'f' or flat.dtype.itemsize < 4 -> flat.dtype.kind "
            "!= 'f' or flat.dtype.itemsize < 5"
        ),
        "optimizers/optimizer.py::Optimizer._update: if keep != 1.0 and np.may_share_memory(g, buffer): -> if True:",
        (
            "optimizers/optimizer.py::Optimizer._update: keep != 1.0 and np.may_share_memory(g, buffer) -> keep != "
            "1.0 or np.may_share_memory(g, buffer)"
        ),
        (
            "optimizers/optimizer.py::Optimizer._update: keep != 1.0 and np.may_share_memory(g, buffer) -> keep != "
            "2.0 and np.may_share_memory(g, buffer)"
        ),
        "optimizers/optimizer.py::Optimizer._blocks_with: if g.dtype != dtype: -> if True:",
    ),
    "Whether a sum is made in place, or in a new array.": (
        "autodiff/sweep.py::sweep: type(product) is np.ndarray -> type(product) is not np.ndarray",
        "autodiff/sweep.py::sweep: owned.add(parent) -> pass",
    ),
    "Both are the same there.": (
        (
            "autodiff/sweep.py::_of_several: None if key is None else cotangents.get(key) if key in wanted else "
            "cotangents.pop(key, None) -> cotangents.get(key) if key in wanted else cotangents.pop(key, None)"
        ),
        "activations/rectifiers.py::_pull_relu: masked(g, ans > 0) -> masked(g, x > 0)",
        (
            "activations/rectifiers.py::_pull_relu: (x > threshold) & (x < max_value) -> (x > threshold) & (ans <"
            " max_value)"
        ),
        "activations/sigmoids.py::sigmoid: s if s.ndim else s[()] -> s[()]",
        "activations/softplus.py::softplus: s if s.ndim else s[()] -> s[()]",
        "losses/align.py::same_rank: (y_true, np.expand_dims(y_pred, -1)) -> (y_true, np.expand_dims(y_pred, 1))",
        "losses/align.py::same_rank: (np.expand_dims(y_true, -1), y_pred) -> (np.expand_dims(y_true, 1), y_pred)",
        "optimizers/adam.py::Adam.slot_names: :3 if self.amsgrad else 2 -> :4 if self.amsgrad else 2",
        (
            "optimizers/flushing.py::steps_between: min((rate for rate in decays if rate > 0), default=1.0) -> "
            "min((rate for rate in decays if rate > 0), default=2.0)"
        ),
        (
            "optimizers/optimizer.py::_working_dtype: dtype if dtype.itemsize >= 4 else np.dtype(np.float32) -> "
            "dtype if dtype.itemsize > 4 else np.dtype(np.float32)"
        ),
        (
            "optimizers/optimizer.py::_working_dtype: dtype if dtype.itemsize >= 4 else np.dtype(np.float32) -> "
            "dtype if dtype.itemsize >= 5 else np.dtype(np.float32)"
        ),
    ),
    "What reaches it is bare already.": (
        (
            "autodiff/sweep.py::_of_several: zip(parts, bare(record.ans), strict=True) -> zip(parts, record.ans, "
            "strict=True)"
        ),
        (
            "losses/loss.py::Loss.input_gradients: bare(grad(lambda p: np.sum(self(y_true, p, "
            "sample_weight)))(y_pred)) -> grad(lambda p: np.sum(self(y_true, p, sample_weight)))(y_pred)"
        ),
        "layers/dense.py::Dense.weight_gradients: bare(inputs)[..., None] -> inputs[..., None]",
    ),
    "No rule of the table hands its answer on.": ("autodiff/sweep.py::_own: product is ans -> product is not ans",),
    "What cannot be written to is a view, and copied as such.": (
        "autodiff/sweep.py::_own: not product.flags.writeable -> product.flags.writeable",
    ),
    "Beyond the cut everything is settled to the last bit: 0, 1 or below every float.": (
        "activations/gated.py::_tanh_gate: np.clip(x, -10, 10) -> np.clip(x, -9, 10)",
        "activations/gated.py::_tanh_gate: np.clip(x, -10, 10) -> np.clip(x, -10, 11)",
        "activations/gaussian.py::_erfc: np.minimum(y[at], 28) -> np.minimum(y[at], 29)",
        (
            "activations/gaussian.py::gaussian_density: np.exp(-0.5 * np.square(np.clip(x, -40, 40))) -> "
            "np.exp(-0.5 * np.square(np.clip(x, -39, 40)))"
        ),
        (
            "activations/gaussian.py::gaussian_density: np.exp(-0.5 * np.square(np.clip(x, -40, 40))) -> "
            "np.exp(-0.5 * np.square(np.clip(x, -40, 41)))"
        ),
    ),
    "Both approximations hold at, and a little beyond, the border between them (2e-14 at 5).": (
        "activations/gaussian.py::_erfc: (y <= 0.46875, y > 4) -> (y < 0.46875, y > 4)",
        "activations/gaussian.py::_erfc: (y <= 0.46875, y > 4) -> (y <= 0.46875, y >= 4)",
        "activations/gaussian.py::_erfc: (y <= 0.46875, y > 4) -> (y <= 0.46875, y > 5)",
    ),
    "At the border itself both sides give the same number.": (
        (
            "activations/gaussian.py::gaussian_cdf: (tail + (flat > 0) * (1 - 2 * tail)).reshape(np.shape(x)) -> "
            "(tail + (flat >= 0) * (1 - 2 * tail)).reshape(np.shape(x))"
        ),
        "activations/rectifiers.py::_leaky: np.where(x > 0, x, x * slope) -> np.where(x >= 0, x, x * slope)",
        "activations/rectifiers.py::celu: x > 0 -> x >= 0",
        "activations/softmaxes.py::sparsemax: falling * rank > excess -> falling * rank >= excess",
        (
            "activations/softplus.py::sparse_plus: np.where(x < 1, 0.25 * np.square(np.clip(x, -1, 1) + 1), x) ->"
            " np.where(x <= 1, 0.25 * np.square(np.clip(x, -1, 1) + 1), x)"
        ),
        "optimizers/flushing.py::flush: threshold > harmless -> threshold >= harmless",
        (
            "optimizers/flushing.py::flush: np.less(scratch, threshold, out=mask) -> np.less_equal(scratch, "
            "threshold, out=mask)"
        ),
    ),
    "Only keeps what is not chosen from overflowing, or a division from being by zero, where the result is not used.": (
        (
            "activations/rectifiers.py::elu: alpha * np.expm1(np.where(x > 0, 0.0, x)) -> alpha * "
            "np.expm1(np.where(x > 1, 0.0, x))"
        ),
        (
            "activations/rectifiers.py::elu: alpha * np.expm1(np.where(x > 0, 0.0, x)) -> alpha * "
            "np.expm1(np.where(x > 0, 1.0, x))"
        ),
        (
            "activations/rectifiers.py::celu: alpha * np.expm1(np.where(x > 0, 0.0, x) / alpha) -> alpha * "
            "np.expm1(np.where(x > 1, 0.0, x) / alpha)"
        ),
        (
            "activations/rectifiers.py::celu: alpha * np.expm1(np.where(x > 0, 0.0, x) / alpha) -> alpha * "
            "np.expm1(np.where(x > 0, 1.0, x) / alpha)"
        ),
        (
            "activations/softplus.py::sparse_plus: np.where(x < 1, 0.25 * np.square(np.clip(x, -1, 1) + 1), x) ->"
            " np.where(x < 1, 0.25 * np.square(np.clip(x, -1, 2) + 1), x)"
        ),
        "losses/probabilities.py::normalised: p / (total + np.equal(total, 0)) -> p / (total - np.equal(total, 0))",
        (
            "layers/dropout.py::_scaled_mask: 1.0 / (1.0 - rate) if rate < 1 else 0.0 -> 1.0 / (1.0 - rate) if rate "
            "< 1 else 1.0"
        ),
    ),
    "A tuned size: it decides how fast, not what.": (
        "activations/rows.py::NARROW: 64 -> 65",
        "optimizers/optimizer.py::BLOCK_BYTES: 196608 -> 196609",
    ),
    "How the rows are laid out for the reduction: it decides how fast, not what.": (
        (
            "activations/rows.py::reduce_rows: if x.ndim > 1 and axis in (-1, x.ndim - 1) and (0 < x.shape[-1] <="
            " NARROW): -> if False:"
        ),
        "activations/rows.py::reduce_rows: x.ndim > 1 -> x.ndim >= 1",
        "activations/rows.py::reduce_rows: x.ndim > 1 -> x.ndim > 2",
        "activations/rows.py::reduce_rows: axis in (-1, x.ndim - 1) -> axis in (-1, x.ndim + 1)",
        "activations/rows.py::reduce_rows: 0 < x.shape[-1] <= NARROW -> 0 <= x.shape[-1] <= NARROW",
        "activations/rows.py::reduce_rows: 0 < x.shape[-1] <= NARROW -> 0 < x.shape[-1] < NARROW",
        "activations/rows.py::reduce_rows: 0 < x.shape[-1] <= NARROW -> 1 < x.shape[-1] <= NARROW",
        "activations/rows.py::reduce_rows: 0 < x.shape[-1] <= NARROW -> 0 < x.shape[1] <= NARROW",
        "activations/rows.py::reduce_rows: 0 < x.shape[-1] <= NARROW -> 0 < x.shape[0] <= NARROW",
    ),
    "Every caller gives this argument, so its default is never used.": (
        "activations/softmaxes.py::pull_softmax: -1 -> 1",
        "activations/softmaxes.py::pull_softmax: -1 -> 0",
        "losses/labels.py::class_numbers: -1 -> 1",
        "losses/labels.py::class_numbers: -1 -> 0",
    ),
    "The labels have the shape of the predictions there.": (
        (
            "losses/categorical.py::categorical_crossentropy: smoothed(y_true, label_smoothing, 1 / "
            "y_true.shape[axis]) -> smoothed(y_true, label_smoothing, 1 / y_pred.shape[axis])"
        ),
    ),
    "Either says that a number is not whole.": (
        "losses/labels.py::as_integers: labels[labels != np.rint(labels)] -> labels[labels != np.floor(labels)]",
    ),
    "What stands for an ignored label is masked afterwards.": (
        "losses/labels.py::class_numbers: np.where(counted, labels, 0) -> np.where(counted, labels, 1)",
    ),
    "Input_gradients makes it bare when it is asked.": (
        (
            "losses/loss.py::Loss.__call__: (bare(y_true), bare(y_pred), sample_weight) -> (y_true, bare(y_pred),"
            " sample_weight)"
        ),
        (
            "losses/loss.py::Loss.__call__: (bare(y_true), bare(y_pred), sample_weight) -> (bare(y_true), y_pred,"
            " sample_weight)"
        ),
    ),
    "In float32 and float64 1e-7 is the larger of the two.": (
        (
            "losses/probabilities.py::clipped: max(EPSILON, float(np.finfo(p.dtype).epsneg)) if p.dtype.itemsize "
            "< 4 else EPSILON -> max(EPSILON, float(np.finfo(p.dtype).epsneg))"
        ),
        "losses/probabilities.py::clipped: p.dtype.itemsize < 4 -> p.dtype.itemsize <= 4",
        "losses/probabilities.py::clipped: p.dtype.itemsize < 4 -> p.dtype.itemsize < 5",
    ),
    "An event of probability zero.": (
        (
            "layers/dropout.py::_scaled_mask: np.multiply(draw(shape) >= rate, scale, dtype=x.dtype) -> "
            "np.multiply(draw(shape) > rate, scale, dtype=x.dtype)"
        ),
    ),
    "How near is near enough: a tolerance, not a number of the answer.": (
        (
            "optimizers/adam.py::Adam.decays: 1e-08 * self.epsilon / math.sqrt(1 - self.beta_2) -> 2e-08 * "
            "self.epsilon / math.sqrt(1 - self.beta_2)"
        ),
        "optimizers/rmsprop.py::RMSprop.decays: (self.rho, 1e-08 * self.epsilon) -> (self.rho, 2e-08 * self.epsilon)",
        "optimizers/adadelta.py::Adadelta.decays: 1e-08 * self.epsilon -> 2e-08 * self.epsilon",
        (
            "optimizers/adamax.py::Adamax.decays: (self.beta_2, 1e-08 * self.epsilon) -> "
            "(self.beta_2, 2e-08 * self.epsilon)"
        ),
        *(
            f"optimizers/{name.lower()}.py::{name}.decays: 1e-08 * self.epsilon / math.sqrt(1 - self.beta_2) -> "
            "2e-08 * self.epsilon / math.sqrt(1 - self.beta_2)"
            for name in ("Lamb", "Nadam")
        ),
    ),
    "Flushing more often, or at other steps of the same number, leaves the same weights.": (
        (
            "optimizers/optimizer.py::Optimizer._make_step: if decays and call % steps_between([rate for rate, _ in "
            "decays.values()]) == 0: -> if True:"
        ),
        (
            "optimizers/optimizer.py::Optimizer._make_step: decays and call % steps_between([rate for rate, _ in "
            "decays.values()]) == 0 -> decays or call % steps_between([rate for rate, _ in decays.values()]) == 0"
        ),
        (
            "optimizers/optimizer.py::Optimizer._make_step: call % steps_between([rate for rate, _ in "
            "decays.values()]) == 0 -> call % steps_between([rate for rate, _ in decays.values()]) != 0"
        ),
        "optimizers/optimizer.py::Optimizer._make_step: 0 -> 1",
    ),
    "A weight times 1.": (
        "optimizers/optimizer.py::Optimizer._blocks_with: if keep != 1.0: -> if True:",
        "optimizers/optimizer.py::Optimizer._blocks_with: keep != 1.0 -> keep != 2.0",
    ),
    "Its square is used, so its sign does not matter.": (
        (
            "optimizers/rmsprop.py::RMSprop.update: np.add(gradient_sum, g, out=gradient_sum) -> "
            "np.subtract(gradient_sum, g, out=gradient_sum)"
        ),
    ),
}
