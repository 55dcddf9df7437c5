# %% [markdown]
# # Part 1: blocks that know their gradients
#
# You have written, or are writing, `hw2/blocks.py`. Here you use it, one block after the other. A cell that needs what
# you have not written yet says which task that is: go and write it, and run the cell again.
#
# Everything works on NumPy arrays. Where torch is installed, your gradients are also held against its autograd.

# %%
# %load_ext autoreload
# %autoreload 2
from importlib.util import find_spec

import numpy as np
from hw2 import blocks, models
from hw2.arrays import set_seed
from hw2.grad_compare import compare_block_to_differences, compare_block_to_torch

HAS_TORCH = find_spec("torch") is not None
rng = np.random.default_rng(0)
set_seed(0)

# %% [markdown]
# `compare` prints, for the input and for each parameter, the norm of the difference between your gradient and the right
# one. Which one is right is decided by somebody who has never seen your `backward`: open `hw2/grad_compare.py` and find
# out how. The largest of the norms is what it returns.


# %%
def compare(block, x, y=None):
    differences = compare_block_to_differences(block, x, y, entries=8)
    if HAS_TORCH:
        differences = [float(difference) for difference in compare_block_to_torch(block, x, y)]
    return max(differences)


# %% [markdown]
# ## One block at a time
#
# First the fully connected layer. Before you run the cell: which shape has `z`, and which have the three gradients?

# %%
fc = blocks.Linear(20, 30)
x = rng.standard_normal((10, 20))
print(fc, fc(x).shape)
compare(fc, x)

# %% [markdown]
# Then the activations, far out too. Does the sigmoid of -1000 come out without a warning?

# %%
for activation in (blocks.ReLU(), blocks.Sigmoid()):
    print(activation, activation(np.array([[-1000.0, -1.0, 0.0, 1.0, 1000.0]])))
    compare(activation, x)

# %% [markdown]
# And the loss, on raw scores. With scores that are all equal, what must it be for 10 classes? Compute it first.

# %%
cross_entropy = blocks.CrossEntropyLoss()
labels = rng.integers(10, size=10)
print(f"all equal: {cross_entropy(np.zeros((10, 10)), labels):.6f}")
print(f"scores of 1000: {cross_entropy(1000 * np.eye(10), np.arange(10)):.6f}")
compare(cross_entropy, rng.standard_normal((10, 10)), labels)

# %% [markdown]
# ## Many blocks

# %%
deep = blocks.Sequential(
    blocks.Linear(20, 30, wstd=0.3),
    blocks.ReLU(),
    blocks.Linear(30, 20, wstd=0.3),
    blocks.Sigmoid(),
    blocks.Linear(20, 1, wstd=0.3),
)
print(deep)
compare(deep, x)

# %% [markdown]
# ## One network at three places
#
# The output of this MLP has as many features as its input, so it can be applied to its own output: a recurrence. This
# is where a block with one cache for all calls gives wrong gradients, and where small weights hide it. Try both.

# %%
for wstd in (0.1, 0.5):
    for activation in ("relu", "sigmoid"):
        mlp = models.MLP(10, 10, hidden_features=[20, 15], activation=activation, wstd=wstd)
        network = blocks.Sequential(mlp, mlp, mlp, blocks.CrossEntropyLoss())
        x, y = rng.standard_normal((30, 10)), rng.integers(10, size=30)
        print(f"\n{activation}, wstd={wstd}: loss {network(x, y=y):.4f}")
        worst = compare(network, x, y)
        largest = max(float(np.abs(np.asarray(dp)).max()) for _, dp in network.params())
        print(f"largest difference {worst:.1e}, largest gradient {largest:.1e}")

# %% [markdown]
# How large the gradients become depends on `wstd` more than on anything else. Question Q6 asks for the reason.
