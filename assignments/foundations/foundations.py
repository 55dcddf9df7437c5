# %% [markdown]
# # Foundations
#
# This notebook uses your functions, in the order of the tasks. There is nothing to fill in: run a cell as soon as its
# tasks are done, change the numbers, and see what happens. A cell that says `NotImplementedError: Task 2.2` comes too
# early. The figures need matplotlib, the slider at the end ipywidgets: `pip install "beras[viz,notebooks]"`.

# %%
# %load_ext autoreload
# %autoreload 2
import time

import numpy as np
from calculus import derivatives, p1, p2, p3, p4, plot_derivatives, polynomial
from knn import expanded_distances, nearest_neighbors, pairwise_distances
from logic import CASES, LATER_SHEET, McCullochPittsNeuron, Network, logic_networks, visualize_logic
from softmax_losses import (
    compare_grad,
    compare_loss,
    cross_entropy,
    cross_entropy_dz,
    entropy,
    explore,
    gradient_by_beras,
    gradient_by_torch,
    kl_divergence,
    softmax,
    softmax_jacobian,
    squared_error,
    squared_error_dz,
)

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# ## Part 1: nearest neighbours (tasks 1.1 to 1.3)
#
# Seven data vectors, four queries. The nearest to the first query is number 6, the next one number 2: look at the
# vectors and check it by eye.

# %%
data = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0], [0, -1, 0], [0, 0, -1]], dtype=np.float32)
queries = np.array(
    [[-0.0105, 0.6725, -0.8447], [-1.5756, 0.7548, -0.1152], [-0.7862, 1.9122, 1.2212], [0.0750, 0.5580, -0.4331]],
    dtype=np.float32,
)
distances, indices = nearest_neighbors(data, queries, k=2)
print(distances)
print(indices)

# %% [markdown]
# Question Q1 compares two ways to the same distances. Which one is faster, and which one is right? Move the data away
# from the origin and look again.

# %%
rng = np.random.default_rng(0)
cloud = rng.normal(size=(400, 32)).astype(np.float32)
for away in (0, 100, 10000):
    moved = (cloud + away).astype(np.float32)
    exact = pairwise_distances(moved.astype(np.float64), moved.astype(np.float64))
    for way in (pairwise_distances, expanded_distances):
        began = time.perf_counter()
        error = np.abs(way(moved, moved) - exact).max()
        took = (time.perf_counter() - began) * 1000
        print(f"{away:6} away   {way.__name__:20} {took:6.1f} ms   largest error {error:.1e}")

# %% [markdown]
# ## Part 2: derivatives (tasks 2.1 to 2.3)
#
# The same five curves twice: by your power rule, and by tapes that lie in each other.

# %%
plot_derivatives()

# %% [markdown]
# How close are they? The sheet asks for 1e-5, in float32.

# %%
x = np.linspace(-2.0, 3.0, 100, dtype=np.float32)
by_tape = derivatives(polynomial, x, order=4)
for order, function in enumerate((p1, p2, p3, p4), start=1):
    print(f"p{order}: largest difference {np.abs(function(x) - by_tape[order]).max():.1e}")
print(f"one unit in the last place of 72 is {np.spacing(np.float32(72)):.1e}")

# %% [markdown]
# ## Part 3: neurons (tasks 3.1 to 3.5)
#
# White is +1, black is -1, and orange is 0: undecided. The first example is one neuron, the second one two in a row.

# %%
visualize_logic(
    [
        McCullochPittsNeuron(weight_a=1.0, weight_b=0.5, bias=0.5),
        Network(
            McCullochPittsNeuron(weight_a=-1.0, weight_b=1.0, output_name="d"),
            McCullochPittsNeuron(weight_b=0.5, weight_d=0.5, bias=1.0),
        ),
    ]
)

# %% [markdown]
# Your 14 networks. Compare with the picture in the README.

# %%
nets = logic_networks()
visualize_logic(nets)

# %%
single = [name for name, net in nets.items() if isinstance(net, McCullochPittsNeuron)]
print(f"{len(single)} of {len(CASES)} are one neuron, and of the four of the later sheet", end=" ")
print(sum(name in single for name in LATER_SHEET))

# %% [markdown]
# ## Part 4: softmax and losses (tasks 4.1 to 4.7)
#
# The figure of the sheet: two logits, a target, and what comes out.

# %%
z, y = np.array([-0.5, 1.8]), np.array([0.25, 0.75])
p = softmax(z)
print("p  ", p)
print("J  ", softmax_jacobian(z).tolist())
for name, value in {
    "CE": cross_entropy(y, p),
    "H": entropy(y),
    "KL": kl_divergence(y, p),
    "SE": squared_error(y, p),
}.items():
    print(f"{name:3} {value:.6f}")

# %% [markdown]
# The same gradients three times: by hand, from beras's tape, from torch's autograd.

# %%
for loss, by_hand in ((cross_entropy, cross_entropy_dz), (squared_error, squared_error_dz)):
    print(loss.__name__)
    print("  by hand ", by_hand(y, z))
    print("  by beras", gradient_by_beras(loss, y, z))
    try:
        print("  by torch", gradient_by_torch(loss, y, z))
    except ImportError as error:
        print("  by torch", error)

# %% [markdown]
# Losses over the difference of the two logits, and their derivatives. The thin vertical line is where $p = y$.

# %%
compare_loss(0.1, curves=("KL", "SE", "CE", "L1"))

# %%
compare_grad(0.1)

# %% [markdown]
# And with a slider for the target and a box for each curve. Question Q8 asks what you see far from the target, and what
# you see close to it when the target is 0.1 or 0.9.

# %%
explore()
