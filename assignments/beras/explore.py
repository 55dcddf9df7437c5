# %% [markdown]
# # Exploring Beras
#
# This notebook uses the parts of your package, in the order of the tasks. There is nothing to fill in: run a cell as
# soon as its tasks are done, change numbers, and see what happens. A cell that says `NotImplementedError: Task 2.6`
# comes too early.

# %%
# %load_ext autoreload
# %autoreload 2
import time

import Beras
import matplotlib.pyplot as plt
import numpy as np
from preprocess import get_data_MNIST
from visualize import visualize_images, visualize_metrics, visualize_weights

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# ## Data (tasks 1.1 to 1.3)
#
# `python download.py` puts MNIST into `../data/mnist`.

# %%
data_path = "../data"
x0, y0 = get_data_MNIST("train", data_path)
x1, y1 = get_data_MNIST("test", data_path)
print("training:", x0.shape, x0.dtype, y0.shape, y0.dtype)
print("test:    ", x1.shape, x1.dtype, y1.shape, y1.dtype)

figure, axes = plt.subplots(1, 10, figsize=(10, 1.4), layout="constrained")
for axis, image, label in zip(axes, x0, y0):
    axis.imshow(image.reshape(28, 28), cmap="gray_r")
    axis.set_title(label)
    axis.axis("off")

# %% [markdown]
# A network gives ten probabilities, one for each digit. To compare it with a label, the label becomes ten numbers too.

# %%
encoder = Beras.OneHotEncoder()
encoder.fit(y0)
t0, t1 = encoder(y0), encoder(y1)
print(y0[:4])
print(t0[:4])
print("and back:", encoder.inverse(t0[:4]))

# %% [markdown]
# Guessing at random: what accuracy do you expect?

# %%
guesses = np.random.default_rng(0).random((len(t1), 10))
print(Beras.CategoricalAccuracy()(guesses, t1))

# %% [markdown]
# ## A Diffable of its own
#
# A `Diffable` needs a `forward`, which keeps what the derivative will ask for, and `input_gradients`. This one is
# elementwise, so it also says that composing means multiplying.


# %%
class Cube(Beras.Diffable):
    def forward(self, x):
        self.x = x
        return x**3

    def input_gradients(self):
        return 3 * self.x**2

    def compose_to_input(self, J):
        return self.input_gradients() * J


def slopes(f, x, h=1e-5):
    """Central differences of an elementwise function."""
    return (f(x + h) - f(x - h)) / (2 * h)


cube, points = Cube(), np.linspace(-1, 1, 5)
numerical = slopes(cube, points)
cube(points)  # the latest call counts
print(cube.input_gradients())
print(numerical)

# %% [markdown]
# Do the same with LeakyReLU (task 2.5). At which point do the two disagree, and who is right?

# %%
layer = Beras.LeakyReLU(0.3)
numerical = slopes(layer, points)
layer(points)
print(layer.input_gradients())
print(numerical)

# %% [markdown]
# ## A layer with weights (tasks 2.1 to 2.4)
#
# What the initializers do to a signal on its way through ten layers of 100 units, each followed by a ReLU. Question 6
# asks for the reason.

# %%
for initializer in ("normal", "xavier", "kaiming"):
    signal, sizes = np.random.default_rng(1).normal(size=(500, 100)), []
    for depth in range(10):
        signal = Beras.Dense(100, 100, initializer, seed=depth)(signal)
        sizes.append(signal.std())
        signal = Beras.ReLU()(signal)
    print(f"{initializer:8}", " ".join(f"{size:9.3g}" for size in sizes))

# %% [markdown]
# ## Softmax and its Jacobian (tasks 2.6 and 2.7)
#
# Rows and columns add up to zero. Why?

# %%
softmax = Beras.Softmax()
probs = softmax(np.array([[0.0, 1.0, 2.0, 4.0], [1000.0, 1000.0, 0.0, 0.0]]))
print(probs)
jacobians = softmax.input_gradients()
figure, axes = plt.subplots(1, 2, figsize=(6, 2.6), layout="constrained")
for axis, jacobian in zip(axes, jacobians):
    drawn = axis.imshow(jacobian, cmap="RdBu_r", vmin=-0.25, vmax=0.25)
    axis.set(xlabel="probability j", ylabel="logit i")
figure.colorbar(drawn, ax=axes)
print(jacobians.sum(axis=1))

# %% [markdown]
# ## The tape (tasks 3.1 to 3.4)
#
# The smallest network there is: four inputs, one output, all weights zero. With inputs 1, 2, 3, 4, a truth of 1 and the
# squared error, can you say the five gradients before you run the cell?

# %%
dense, loss_fn = Beras.Dense(4, 1, "zero"), Beras.MeanSquaredError()
with Beras.GradientTape() as tape:
    loss = loss_fn(dense(np.array([[1.0, 2.0, 3.0, 4.0]])), np.array([[1.0]]))
print("loss", loss)
print("recorded:", [type(operation).__name__ for operation in tape.operations])
for name, gradient in zip(("dw", "db"), tape.gradient()):
    print(name, gradient.ravel())

# %% [markdown]
# ## Two ways to a gradient (task 3.5)
#
# The general way multiplies an array `(batch, in, out)`; the fast way is a matrix product. Question 4 asks why the
# ratio is what it is.

# %%
wide, J = Beras.Dense(784, 128, seed=0), np.random.default_rng(2).normal(size=(200, 128)).astype(np.float32)
wide(x0[:200])


def seconds(f):
    began = time.perf_counter()
    result = f()
    return time.perf_counter() - began, result


seconds(lambda: wide.compose_to_weight(J))
fast, gradients = seconds(lambda: wide.compose_to_weight(J))
general, others = seconds(lambda: Beras.Diffable.compose_to_weight(wide, J))
print(f"general {1000 * general:.1f} ms, fast {1000 * fast:.2f} ms, {general / fast:.0f} times")
print("the same:", all(np.allclose(a, b, atol=1e-5) for a, b in zip(gradients, others)))

# %% [markdown]
# ## Optimizers (tasks 4.1 to 4.3)
#
# A valley that is a hundred times as steep in one direction as in the other. Follow the three on their way down; change
# the learning rates.

# %%
steepness = np.array([1.0, 100.0])
optimizers = {"Basic": Beras.BasicOptimizer(0.009), "RMSProp": Beras.RMSProp(0.05), "Adam": Beras.Adam(0.1)}
figure, axis = plt.subplots(figsize=(6, 3), layout="constrained")
for name, optimizer in optimizers.items():
    place, heights = np.array([3.0, 1.0]), []
    for _ in range(150):
        heights.append(np.sum(steepness * place**2))
        optimizer.apply_gradients([place], [2 * steepness * place])
    axis.semilogy(heights, label=name)
axis.set(xlabel="step", ylabel="height")
axis.legend()

# %% [markdown]
# ## Training (tasks 5.1 to 5.5)
#
# The simple model on a part of the data. What does each unit look for?

# %%
from assignment import get_advanced_model_components, get_simple_model_components  # noqa: E402

part = 10_000
simple = get_simple_model_components()
history = simple.model.fit(x0[:part], t0[:part], epochs=5, batch_size=simple.batch_size, seed=0)
print("test:", simple.model.evaluate(x1, t1, batch_size=500))
visualize_metrics(history)
visualize_weights(simple.model.layers[0])

# %% [markdown]
# Your own model, and the mistakes that it is surest of. `python assignment.py` trains both on all of the data.

# %%
advanced = get_advanced_model_components()
history = advanced.model.fit(x0[:part], t0[:part], epochs=5, batch_size=advanced.batch_size, seed=0)
print("test:", advanced.model.evaluate(x1, t1, batch_size=500))
visualize_metrics(history)
visualize_images(advanced.model, x1, t1)
