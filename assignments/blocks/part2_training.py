# %% [markdown]
# # Part 2: from gradients to a model
#
# Optimizers, dropout, and a training loop, on data that no straight line can separate.

# %%
# %load_ext autoreload
# %autoreload 2
import tempfile
from pathlib import Path

import numpy as np
from hw2 import blocks, models, optimizers
from hw2.arrays import as_numpy, set_seed
from hw2.checkpoints import load_checkpoint
from hw2.data import Batches, spirals
from hw2.training import BlocksTrainer

try:
    import matplotlib.pyplot as plt
except ImportError:  # the cells that draw then do nothing
    plt = None

# %% [markdown]
# Three arms of a spiral, and enough noise that they mingle. Without matplotlib the cells that draw do nothing.

# %%
train, test = spirals(300, noise=0.6, seed=0), spirals(1000, noise=0.6, seed=1)


def show(model=None):
    """Draw the training points, over the regions that the model gives to each class."""
    if plt is None:
        return
    plt.figure(figsize=(5, 5))
    if model is not None:
        line = np.linspace(-1.2, 1.2, 200, dtype=np.float32)
        grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
        model.train(False)
        classes = as_numpy(model(grid)).argmax(axis=1).reshape(200, 200)
        plt.contourf(line, line, classes, levels=[-0.5, 0.5, 1.5, 2.5], alpha=0.3, cmap="brg")
    plt.scatter(*train[0].T, c=train[1], s=8, cmap="brg")
    plt.axis("equal")
    plt.show()


show()

# %% [markdown]
# ## A model without hidden layers
#
# How good can it be? Its regions have straight borders.


# %%
def fit(model, optimizer, epochs=200, **options):
    trainer = BlocksTrainer(model, blocks.CrossEntropyLoss(), optimizer)
    return trainer.fit(Batches(*train, batch_size=50), Batches(*test, batch_size=500), epochs, **options)


set_seed(0)
linear = models.MLP(2, 3)
fit(linear, optimizers.VanillaSGD(linear.params(), learn_rate=0.1), print_every=40)
show(linear)

# %% [markdown]
# ## Three optimizers
#
# The same network, the same first weights, three rules. Which is fastest at first, and which is best in the end? Each
# has a learning rate of its own: change them by factors of 3, and find out how much depends on that.

# %%
RULES = {
    "SGD": lambda params: optimizers.VanillaSGD(params, learn_rate=0.3),
    "momentum": lambda params: optimizers.MomentumSGD(params, learn_rate=0.05),
    "RMSProp": lambda params: optimizers.RMSProp(params, learn_rate=3e-3),
}
results = {}
for name, rule in RULES.items():
    set_seed(0)
    model = models.MLP(2, 3, [64, 64], wstd=0.3)
    results[name] = fit(model, rule(model.params()), print_every=0)
    best = int(np.argmin(results[name].test_loss))
    print(
        f"{name:9s} lowest test loss {results[name].test_loss[best]:.4f} after epoch {best + 1:2d}, "
        f"test accuracy there {results[name].test_acc[best]:.1f} %"
    )

# %%
if plt is not None:
    for name, result in results.items():
        plt.plot(result.train_loss, label=f"{name}, training")
        plt.plot(result.test_loss, "--", color=plt.gca().lines[-1].get_color(), label=f"{name}, test")
    plt.xlabel("epoch")
    plt.ylabel("loss")
    plt.legend()
    plt.show()

# %% [markdown]
# The training loss goes on falling while the test loss turns and rises: the network learns the noise.
#
# ## Dropout, early stopping, and the best model
#
# Dropout makes it harder to learn the noise. Early stopping does not wait for it. The checkpoint holds the model with
# the lowest test loss, whatever came after.

# %%
set_seed(0)
model = models.MLP(2, 3, [64, 64], wstd=0.3, dropout=0.2)
optimizer = optimizers.RMSProp(model.params(), learn_rate=3e-3)
with tempfile.TemporaryDirectory() as folder:
    checkpoints = Path(folder) / "best"
    result = fit(model, optimizer, epochs=400, checkpoints=checkpoints, early_stopping=30, print_every=40)
    load_checkpoint(f"{checkpoints}.npz", model)
print(f"stopped after epoch {result.num_epochs}; lowest test loss {min(result.test_loss):.4f}")
show(model)

# %% [markdown]
# The test points were used to choose when to stop, so the figure above is a little too good. What would you do to get
# an honest one?
