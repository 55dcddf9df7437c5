# %% [markdown]
# # Inside a generator of pictures
#
# This notebook uses your functions, in the order of the tasks. There is nothing to fill in: run a cell as soon as its
# tasks are done, change the numbers, and see what happens. A cell that says `NotImplementedError: Task 3.1` comes too
# early. It needs `pip install "beras[diffusion,viz]"`.
#
# `MODEL = "tiny"` makes a small pipeline of random numbers in a second. All parts are there, and its pictures are
# noise, since nothing was trained. If you have a GPU, or ten minutes for a picture and 5.5 GB of disk, write
# `MODEL = "CompVis/stable-diffusion-v1-4"`: not one line of your code changes.

# %%
# %load_ext autoreload
# %autoreload 2
import tempfile
from pathlib import Path

import numpy as np
from checker import clip_pixels, cosines, scan, verdicts
from counting import network_table, scalars_by_block
from ddim import clean_estimate, ddim_step, sample, signal_levels, timesteps
from evaluation import best_threshold, confusion, precision, recall, trade_off
from figures import draw_levels, draw_pictures, draw_trade_off
from guidance import guided_noise
from labelled import examples, labelled_pictures, write_folder
from pipeline import Pipeline, full_size_networks, read_picture
from tensors import describe, to_pixels

MODEL = "tiny"
pipe = Pipeline(MODEL)

# %% [markdown]
# ## Part 1: open it and count (tasks 1.1 to 1.3)
#
# Seven parts. Which of them are networks?

# %%
for row in network_table(pipe.parts, pipe.kind):
    print(f"{row.attribute:16}{row.type:32}{row.modules:5}{row.tensors:6}{row.scalars:15,}")

# %% [markdown]
# The same table for the true size, from shapes alone: on torch's *meta* device a tensor has a shape and no numbers, so
# that a billion parameters take no memory. Compare with the table of the README. Question Q1 is about the column of
# modules.

# %%
networks = full_size_networks()
for row in network_table(networks, pipe.kind):
    print(f"{row.attribute:16}{row.type:32}{row.modules:5}{row.tensors:6}{row.scalars:15,}")

# %% [markdown]
# Where do the 860 million scalars of the U-Net sit? The names of its parameters are paths.

# %%
shapes = {name: tuple(parameter.shape) for name, parameter in networks["unet"].named_parameters()}
for block, scalars in scalars_by_block(shapes).items():
    print(f"{block:20}{scalars:15,}")

# %% [markdown]
# ## Part 2: run it and read its tensors (tasks 2.1 and 2.2)
#
# A prompt becomes tokens, tokens become vectors; noise becomes latents, latents become a picture. Here nothing is taken
# away from the noise yet: it is decoded as it is.

# %%
prompt = "Photo of a cat and a dog solving a cube on the red bench"
text_tokens, text_vectors = pipe.encode(prompt)
image_vectors = pipe.noise(seed=2)
rgb_vectors = pipe.decode(image_vectors)
tensors = {
    "text_tokens": text_tokens,
    "text_vectors": text_vectors,
    "image_vectors": image_vectors,
    "rgb_vectors": rgb_vectors,
}
for name, tensor in tensors.items():
    print(describe(name, tensor))

# %%
print([pipe.word(token) for token in text_tokens[1, :12]])

# %% [markdown]
# The four channels of the latents are no colours. Draw them one by one beside the picture: if the fourth were the
# opacity, and the others red, green and blue, you would see it (question Q3; it takes the real model to see much).

# %%
channels = {f"channel {k}": to_pixels(np.repeat(image_vectors[:, k : k + 1] / 3, 3, 1))[0] for k in range(4)}
draw_pictures({**channels, "decoded": to_pixels(rgb_vectors)[0]})

# %% [markdown]
# ## Part 3: guidance (tasks 3.1 and 3.2)
#
# How far does the prompt move what the network says? At strength 1 guidance changes nothing; at 0 the prompt is gone.

# %%
for strength in (0.0, 1.0, 5.0, 15.0):
    noise = guided_noise(pipe.network, image_vectors, 961, text_vectors, strength)
    print(f"strength {strength:4.1f}   root mean square of the noise {np.sqrt(np.mean(noise**2)):.4f}")

# %% [markdown]
# ## Part 4: a scheduler by hand (tasks 4.1 to 4.6)

# %%
levels = signal_levels()
draw_levels(levels, timesteps(33))

# %% [markdown]
# What the network expects the picture to be, after one look at pure noise; and one step towards it.

# %%
noise = guided_noise(pipe.network, image_vectors, 961, text_vectors, 5.0)
expected = clean_estimate(image_vectors, noise, levels[961])
stepped = ddim_step(image_vectors, noise, levels[961], levels[931])
print(f"moved by {np.abs(stepped - image_vectors).max():.3f}; the expected latents reach {np.abs(expected).max():.1f}")

# %% [markdown]
# All steps, and the same with diffusers' own scheduler. In float32, with a network in between, the last digits differ.

# %%
steps, strength = (33, 5.0)
states = sample(pipe.network, image_vectors, text_vectors, steps, strength)
theirs = pipe.by_the_library(prompt, image_vectors, steps, strength)
print(f"largest difference from diffusers {np.abs(states[-1] - theirs).max():.1e} of {np.abs(theirs).max():.1f}")

# %% [markdown]
# Every sixth state, decoded. Decoding costs more than a step, so we don't decode all of them.

# %%
draw_pictures({f"step {k}": to_pixels(pipe.decode(states[k]))[0] for k in [*range(0, steps, 6), steps]})

# %% [markdown]
# ## Part 5: the safety checker over a folder (tasks 5.1 to 5.4)
#
# A folder of 60 pictures, one of which is broken. Two of them are planted: a checker is made that flags exactly those,
# so that the right answer is known whatever the weights are.

# %%
folder = Path(tempfile.mkdtemp()) / "pictures"
pictures, labels = labelled_pictures(60)
paths = write_folder(folder, pictures, broken=[33])
planted = pipe.planted([paths[7], paths[42]], folder)
special, concepts, special_thresholds, thresholds = pipe.concepts(planted)


def look(batch):
    """Your own arithmetic behind the checker's network."""
    seen = pipe.see(clip_pixels(batch))
    _, flags = verdicts(cosines(seen, special), cosines(seen, concepts), special_thresholds, thresholds)
    assert list(flags) == pipe.flags_by_the_library(clip_pixels(batch), planted), "diffusers says otherwise"
    return flags


found = scan(paths, read_picture, look)
print("flagged:", sorted(found.flagged), "  could not be read:", found.errors)

# %% [markdown]
# The flagged pictures themselves. (In an earlier solution of this sheet they were black squares: question Q6.)

# %%
draw_pictures(found.flagged)

# %% [markdown]
# ## Part 6: how good is a checker? (tasks 6.1 to 6.4)
#
# Now a concept that is learned from examples: the direction from pictures without a red disc to pictures with one, as
# the checker's network sees them. Each picture's score is its cosine with that direction.


# %%
def see(files):
    """What the checker's network makes of pictures."""
    return pipe.see(clip_pixels(np.stack([read_picture(path) for path in files])))


with_disc, without_disc = (
    see(write_folder(folder.parent / name, drawn)) for name, drawn in zip(("with", "without"), examples())
)
concept = with_disc.mean(axis=0) - without_disc.mean(axis=0)
good = [number for number in range(len(paths)) if number not in found.errors]
scores = cosines(see([paths[number] for number in good]), concept[None])[:, 0]
truth = labels[good]
for threshold in (0.0, 0.3, 0.6):
    counts = confusion(scores >= threshold, truth)
    print(f"threshold {threshold:.1f}   {counts}   precision {precision(counts):.2f}   recall {recall(counts):.2f}")

# %% [markdown]
# All thresholds at once, and three that somebody might choose. The grey line is what guessing gives. Questions Q7 and
# Q8 are about where to stand.

# %%
curve = trade_off(scores, truth)
chosen = {f"recall {least:.0%}": best_threshold(curve, least) for least in (0.5, 0.8, 1.0)}
print(chosen)
draw_trade_off(curve, truth, chosen)
