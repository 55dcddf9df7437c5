"""Further checks of parts 1 to 4: other sizes, other trainings."""

import numpy as np
import pytest
from counting import scalars_by_block
from ddim import ddim_step, sample, signal_levels, timesteps
from guidance import guide
from kit import check_values
from tensors import to_pixels


@pytest.mark.task("1.3")
@pytest.mark.points(1)
def test_blocks_that_come_in_any_order():
    shapes = {f"up.{i % 3}.{i}.weight": (i + 1, 2) for i in range(30)}
    totals = scalars_by_block(shapes, depth=2)
    check_values([totals[f"up.{k}"] for k in range(3)], [290, 310, 330], "totals")


@pytest.mark.task("2.2")
@pytest.mark.points(1)
def test_every_grey_value_survives():
    grey = np.arange(256, dtype=np.float64)
    rgb = np.broadcast_to((grey / 127.5 - 1).reshape(1, 1, 16, 16), (1, 3, 16, 16))
    check_values(to_pixels(rgb)[0, :, :, 0].ravel().astype(int), grey, "ramp from black to white", tolerance=1e-9)


@pytest.mark.task("3.1")
@pytest.mark.points(1)
def test_guidance_of_one_and_of_many():
    for batch in (1, 3, 8):
        said = np.random.RandomState(batch).standard_normal((2 * batch, 4, 2, 2))
        right = np.stack([(1 - 6.5) * said[i] + 6.5 * said[batch + i] for i in range(batch)])
        check_values(guide(said, 6.5), right, f"guided noise of a batch of {batch}", {"batch": batch})


@pytest.mark.task("4.2")
@pytest.mark.points(1)
def test_timesteps_of_another_training():
    check_values(timesteps(4, trained=50, offset=0), [36, 24, 12, 0], "timesteps of 50")
    check_values(np.diff(timesteps(999)), -np.ones(998), "distances of 999 timesteps")


@pytest.mark.task("4.5")
@pytest.mark.points(1)
def test_two_steps_are_one_if_the_noise_is_the_same():
    x, noise = np.random.RandomState(1).standard_normal((2, 1, 4, 2, 2))
    high, middle, low = (float(signal_levels()[t]) for t in (101, 501, 901))
    directly = ddim_step(x, noise, low, high)
    check_values(ddim_step(ddim_step(x, noise, low, middle), noise, middle, high), directly, "result of two steps")


@pytest.mark.task("4.6")
@pytest.mark.points(1)
def test_the_levels_that_the_network_is_asked_about():
    asked = []

    def network(latents, timestep, text_vectors):
        asked.append(timestep)
        return np.zeros_like(latents)

    x = np.ones((1, 4, 2, 2), np.float32)
    states = sample(network, x, np.zeros((2, 3, 5), np.float32), steps=12, strength=2.0)
    check_values(asked, [83 * k + 1 for k in reversed(range(12))], "row of timesteps")
    assert all(state.dtype == np.float32 for state in states), "float32 latents must stay float32 through the loop"
    # Where nothing is noise, each step only makes the latents larger, by the root of the ratio of the levels.
    right = float(np.sqrt(signal_levels()[0] / signal_levels()[83 * 11 + 1]))
    check_values(states[-1], np.full_like(x, right), "last of the latents", tolerance=1e-4)
