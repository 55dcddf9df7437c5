# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A two-layer network, its gradients by hand
#
# This notebook runs what you wrote in `mlp.py` and `training.py`, from the first function to a trained network, and
# holds your gradients against autograd. Come back to it after each task; cells of tasks that you have not done yet
# raise `NotImplementedError`. Where torch is not installed, central differences take its place, and where Matplotlib
# is not, the figures are left out.

# %%
import numpy as np
from compare import compare, differences
from mlp import FUNCTIONS, MLP, bce_loss, mse_loss
from training import fit

try:
    import matplotlib.pyplot as plt
except ImportError:
    plt = None
try:
    import torch
except ImportError:
    torch = None

# %% [markdown]
# ## The functions (tasks 1.1 and 1.2)
#
# Each function and its slope. Where is the slope of the sigmoid largest, and how large is it there?

# %%
s = np.linspace(-6, 6, 241)
if plt:
    figure, axes = plt.subplots(1, 3, figsize=(10, 2.8), layout="constrained")
    for ax, (name, (function, slope)) in zip(axes, FUNCTIONS.items()):
        ax.plot(s, function(s), label=name)
        ax.plot(s, slope(s), "--", label="slope")
        ax.set(title=name, xlabel="s", ylim=(-1.2, 2.2))
        ax.legend()
    plt.show()

for name, (_, slope) in FUNCTIONS.items():
    print(f"{name:9} largest slope {slope(s).max():.2f}, at s = {s[slope(s).argmax()]:.2f}")

# %% [markdown]
# ## A batch goes through (task 2.1)
#
# Ten samples of two numbers, twenty hidden units, one output.

# %%
np.random.seed(0)
net = MLP(
    linear_1_in_features=2,
    linear_1_out_features=20,
    f_function="relu",
    linear_2_in_features=20,
    linear_2_out_features=1,
    g_function="identity",
)
x = np.random.randn(10, 2)
y = (np.random.randn(10, 1) > 0.5) * 1.0

y_hat = net.forward(x)
print("y_hat", y_hat.shape, y_hat.ravel().round(4))
for name, value in net.cache.items():
    print(f"{name:3} {value.shape}")

# %% [markdown]
# ## Your gradients against autograd (tasks 3 and 4)
#
# `compare.py` builds the same network in torch, copies the parameters into it, and lets autograd do what `backward`
# does. In float64 both agree to some 15 digits.

# %%
compare(net, mse_loss, x, y)

# %% [markdown]
# Every pair of functions with the squared error, and every network that ends in a sigmoid with the cross-entropy.
# (The others may predict numbers outside of 0 to 1, of which the cross-entropy has no logarithm.) Three outputs, so
# that a mean over the batch is not yet a mean over everything. The parameters are drawn half as large: where a sigmoid
# is within 1e-13 of 1, the logarithm of what is missing has few digits left, and central differences see it.

# %%
several = (np.random.randn(10, 3) > 0.0) * 1.0
print("f         g         loss      largest difference")
for f in FUNCTIONS:
    for g in FUNCTIONS:
        for loss_function in (mse_loss, bce_loss) if g == "sigmoid" else (mse_loss,):
            net = MLP(2, 20, f, 20, 3, g, randn=lambda *shape: 0.5 * np.random.randn(*shape))
            worst = max(differences(net, loss_function, x, several).values())
            print(f"{f:8}  {g:8}  {loss_function.__name__}  {worst:.1e}{'' if worst < 1e-6 else '  does not agree'}")

# %% [markdown]
# ## Training (task 5.1)
#
# Two interleaved half moons: no straight line separates them. The same network learns with each of the two losses.

# %%
angle = np.random.uniform(0, np.pi, 200)
moons = np.where(
    np.arange(200)[:, None] < 100,
    np.c_[np.cos(angle), np.sin(angle)],
    np.c_[1 - np.cos(angle), 0.4 - np.sin(angle)],
)
moons += 0.1 * np.random.randn(200, 2)
labels = (np.arange(200)[:, None] >= 100) * 1.0

histories = {}
for loss_function in (mse_loss, bce_loss):
    np.random.seed(1)
    net = MLP(2, 20, "relu", 20, 1, "sigmoid")
    histories[loss_function.__name__] = fit(net, loss_function, moons, labels, learning_rate=0.3, epochs=100)
    right = ((net.forward(moons) > 0.5) == labels).mean()
    print(f"{loss_function.__name__}: loss {histories[loss_function.__name__][-1]:.4f}, {right:.1%} right")

# %%
if plt:
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.5), layout="constrained")
    for name, history in histories.items():
        left.semilogy(history, label=name)
    left.set(title="loss", xlabel="epoch")
    left.legend()
    a, b = np.meshgrid(np.linspace(-1.5, 2.5, 160), np.linspace(-1.2, 1.6, 120))
    prediction = net.forward(np.c_[a.ravel(), b.ravel()]).reshape(a.shape)
    right.contourf(a, b, prediction, levels=np.linspace(0, 1, 11), cmap="RdBu", alpha=0.7)
    right.scatter(*moons.T, c=labels.ravel(), cmap="RdBu", edgecolors="k", s=18)
    right.set_title("prediction after training with bce_loss")
    plt.show()

# %% [markdown]
# ## What a wrong prediction teaches (question Q1.2.b)
#
# One output with a sigmoid, the label is 1. How hard does each loss pull at the pre-activation `s_2`, the more wrong
# the prediction is?

# %%
one = np.ones((1, 1))
sigmoid, d_sigmoid = FUNCTIONS["sigmoid"]
print("   s_2     y_hat     mse: dJ/ds_2   bce: dJ/ds_2")
for s_2 in (2.0, 0.0, -2.0, -5.0, -10.0):
    pre = np.full((1, 1), s_2)
    pulls = [loss_function(one, sigmoid(pre))[1] * d_sigmoid(pre) for loss_function in (mse_loss, bce_loss)]
    print(f"{s_2:6.1f}  {sigmoid(pre).item():8.5f}  {pulls[0].item():14.5f} {pulls[1].item():14.5f}")

# %% [markdown]
# ## What reaches the layers below (question Q1.2.c)
#
# The gradient that passes through a function is multiplied by its slope. Below: the mean slope of the hidden units
# that are not at rest, when the pre-activations grow; and what ten such layers would leave of a gradient at best.

# %%
for f in ("sigmoid", "relu"):
    _, slope = FUNCTIONS[f]
    for scale in (1, 3, 10, 30):
        slopes = slope(scale * np.random.randn(10000))
        active = slopes[slopes > 0]
        print(f"{f:8} scale {scale:3}: mean slope {active.mean():.3f}, of slope 0: {np.mean(slopes == 0):4.0%}")
    print(f"{f:8} ten layers leave at most {slope(s).max() ** 10:.1e} of a gradient")

# %% [markdown]
# ## The same code on tensors
#
# `randn=torch.randn` makes a network of torch tensors. If you wrote `mlp.py` with what both libraries share
# (`arrays.namespace`), nothing else changes. `requires_grad` stays False: autograd has no part in it.

# %%
if torch:
    torch.manual_seed(0)
    net = MLP(2, 20, "relu", 20, 1, "identity", randn=torch.randn)
    x, y = torch.randn(10, 2), (torch.randn(10, 1) > 0.5) * 1.0
    compare(net, mse_loss, x, y)
    print(type(net.grads["dJdW1"]).__name__, net.grads["dJdW1"].dtype)
else:
    print("torch is not installed, and nothing here needs it")
