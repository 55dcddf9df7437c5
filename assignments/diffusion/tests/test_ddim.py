"""Part 4: DDIM by hand, against the scheduler of diffusers."""

import numpy as np
import pytest
from ddim import clean_estimate, ddim_step, fresh_noise_size, sample, signal_levels, timesteps
from kit import check_values, untouched
from library import library, scheduler

DRAW = np.random.RandomState(5)
X, NOISE, FRESH = (DRAW.standard_normal((2, 4, 3, 2)) for _ in range(3))
#: The library keeps its levels in float32.
CLOSE = 2e-5
WIDE = "is float64 where float32 came in: np.sqrt(level) is a np.float64, and math.sqrt gives a plain number"


def known_levels():
    return library("levels", lambda torch: scheduler(10).alphas_cumprod)


@pytest.mark.task("4.1")
@pytest.mark.points(3)
def test_the_levels_are_those_of_diffusers():
    right = known_levels()
    betas = np.linspace(0.00085, 0.012, 1000)
    roots = np.linspace(0.00085**0.5, 0.012**0.5, 1000)
    mistakes = {
        "has evenly spaced betas: it is their roots that are evenly spaced": np.cumprod(1 - betas),
        "lacks the square: the roots are spaced evenly, and the betas are their squares": np.cumprod(1 - roots),
        "is 1 - beta: the shares of all timesteps so far are multiplied": 1 - roots**2,
        "is the share of the noise: the signal's is 1 minus it": 1 - np.cumprod(1 - roots**2),
        "adds up the betas: what is left is multiplied": 1 - np.cumsum(roots**2),
        "is the root of the level": right**0.5,
        "goes from most noise to least": right[::-1],
    }
    check_values(signal_levels(), right, "table of levels", tolerance=CLOSE, mistakes=mistakes, source="diffusers")


@pytest.mark.task("4.1")
@pytest.mark.points(1)
def test_levels_of_another_training():
    ours = signal_levels(trained=3, first=0.04, last=0.36)
    # The roots of the betas are 0.2, 0.4 and 0.6.
    check_values(ours, [0.96, 0.96 * 0.84, 0.96 * 0.84 * 0.64], "levels of a training with 3 timesteps")


@pytest.mark.task("4.2")
@pytest.mark.points(3)
@pytest.mark.parametrize("steps", [1, 7, 33, 50])
def test_the_timesteps_are_those_of_diffusers(steps):
    right = library(f"timesteps.{steps}", lambda torch: scheduler(steps).timesteps)
    mistakes = {
        "goes up: begin with the most noise": right[::-1],
        "lacks the offset": right - 1,
        "reaches up to the last level: the distance is 1000 // steps": np.linspace(1000, 0, steps),
        "reaches up to the last level, 999: the distance is 1000 // steps": np.linspace(999, 1, steps).round(),
    }
    ours = timesteps(steps)
    check_values(ours, right, "row of timesteps", mistakes=mistakes, source="diffusers")
    whole = np.issubdtype(np.asarray(ours).dtype, np.integer)
    assert whole, f"timesteps are places in a table: whole numbers. Received: {np.asarray(ours).dtype}"


@pytest.mark.task("4.2")
@pytest.mark.points(1)
def test_steps_that_cannot_be_made():
    for steps in (0, -1, 1000, 1001):
        with np.errstate(all="ignore"):
            try:
                said = f"{len(timesteps(steps))} timesteps"
            except ZeroDivisionError:
                said = "a division by zero"
            except ValueError as error:
                said = str(error)
                if str(steps) in said:
                    continue
            pytest.fail(f"{steps} steps are not refused with a ValueError that says {steps}. Received: {said}")
    check_values(np.max(timesteps(999)), 999, "largest of 999 timesteps")


def clean_by_diffusers(t):
    def asked(torch):
        return scheduler(10).step(torch.tensor(NOISE), t, torch.tensor(X)).pred_original_sample

    return library(f"clean.{t}", asked)


@pytest.mark.task("4.3")
@pytest.mark.points(2)
@pytest.mark.parametrize("t", [901, 401, 1])
def test_the_clean_estimate_is_that_of_diffusers(t):
    level = float(known_levels()[t])
    mistakes = {
        "is not divided: the signal was made smaller by the root of the level": X - (1 - level) ** 0.5 * NOISE,
        "lacks the roots: variances are the squares of sizes": (X - (1 - level) * NOISE) / level,
        "is divided by the level: divide by its root": (X - (1 - level) ** 0.5 * NOISE) / level,
        "has signal and noise swapped": (X - level**0.5 * NOISE) / (1 - level) ** 0.5,
        "adds the noise once more: take it away": (X + (1 - level) ** 0.5 * NOISE) / level**0.5,
    }
    with untouched(latents=X, noise=NOISE):
        ours = clean_estimate(X, NOISE, level)
    check_values(ours, clean_by_diffusers(t), "estimate", tolerance=CLOSE, mistakes=mistakes, source="diffusers")


@pytest.mark.task("4.3")
@pytest.mark.points(1)
def test_the_estimate_of_what_was_made_noisy():
    clean = DRAW.standard_normal((1, 4, 3, 2)).astype(np.float32)
    noise = DRAW.standard_normal((1, 4, 3, 2)).astype(np.float32)
    level = np.float64(0.36)  # as it comes out of a table; the roots are 0.6 and 0.8
    ours = clean_estimate(np.float32(0.6) * clean + np.float32(0.8) * noise, noise, level)
    single = ours.dtype == np.float32
    assert single, f"your estimate {WIDE}"
    check_values(ours, clean, "estimate", tolerance=1e-5)


def levels_of(t, distance=100):
    """The levels at ``t`` and at the next timestep of ten; below the first timestep it is level 0."""
    levels = known_levels()
    return float(levels[t]), float(levels[max(t - distance, 0)])


def added_by_diffusers(t):
    """How much of the fresh noise is in the result: the difference that ones make to zeros."""

    def asked(torch):
        made = scheduler(10)
        x, noise = torch.zeros(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
        with_ones = made.step(noise, t, x, eta=1.0, variance_noise=x + 1).prev_sample
        return with_ones - made.step(noise, t, x, eta=1.0, variance_noise=x).prev_sample

    return library(f"fresh.{t}", asked)


@pytest.mark.task("4.4")
@pytest.mark.points(2)
@pytest.mark.parametrize("t", [901, 401, 1])
def test_the_size_of_fresh_noise_is_that_of_diffusers(t):
    level, following = levels_of(t)
    right = added_by_diffusers(t)[0]
    ratio = (1 - following) / (1 - level)
    mistakes = {
        "is the variance: take the root": ratio * (1 - level / following),
        "has level and next_level swapped": (max(0.0, 1 - following / level) / ratio) ** 0.5,
        "lacks the second root": ratio**0.5,
        "lacks the first root": (1 - level / following) ** 0.5,
    }
    check_values(fresh_noise_size(level, following, 1.0), right, "sigma", tolerance=1e-3, mistakes=mistakes)
    same = {"does not depend on eta": right}
    check_values(fresh_noise_size(level, following, 0.5), right / 2, "sigma for eta = 0.5", None, 1e-3, mistakes=same)
    check_values(fresh_noise_size(level, following, 0.0), 0.0, "sigma for eta = 0", mistakes=same)


def stepped_by_diffusers(t, eta):
    def asked(torch):
        fresh = torch.tensor(FRESH) if eta else None
        return scheduler(10).step(torch.tensor(NOISE), t, torch.tensor(X), eta=eta, variance_noise=fresh).prev_sample

    return library(f"step.{t}.{eta:g}", asked)


@pytest.mark.task("4.5")
@pytest.mark.points(3)
@pytest.mark.parametrize("t", [901, 401, 1])
def test_the_step_is_that_of_diffusers(t):
    level, following = levels_of(t)
    clean = (X - NOISE * (1 - level) ** 0.5) / level**0.5
    mistakes = {
        "is the clean estimate itself: the next level has noise too": clean,
        "lacks the noise of the next level": clean * following**0.5,
        "has as much noise as before: it becomes less": clean * following**0.5 + NOISE * (1 - level) ** 0.5,
        "puts the clean latents at the old level": clean * level**0.5 + NOISE * (1 - following) ** 0.5,
        "lacks the roots": clean * following + NOISE * (1 - following),
        "goes back to more noise: level and next_level are swapped": (
            level**0.5 * (X - NOISE * (1 - following) ** 0.5) / following**0.5 + NOISE * (1 - level) ** 0.5
        ),
    }
    with untouched(latents=X, noise=NOISE):
        ours = ddim_step(X, NOISE, level, following)
    check_values(ours, stepped_by_diffusers(t, 0.0), "step", None, CLOSE, mistakes=mistakes, source="diffusers")


@pytest.mark.task("4.5")
@pytest.mark.points(2)
@pytest.mark.parametrize("eta", [0.5, 1.0])
def test_steps_with_fresh_noise_are_those_of_diffusers(eta):
    for t in (901, 401):
        level, following = levels_of(t)
        sigma = eta * float(added_by_diffusers(t)[0])
        clean = (X - NOISE * (1 - level) ** 0.5) / level**0.5
        kept = clean * following**0.5 + NOISE * (1 - following) ** 0.5
        mistakes = {
            "leaves out the fresh noise": clean * following**0.5 + NOISE * (1 - following - sigma**2) ** 0.5,
            "has too much noise: what is made anew (sigma^2) is not kept of the old": kept + sigma * FRESH,
            "is what eta = 0 gives": kept,
        }
        ours = ddim_step(X, NOISE, level, following, eta, FRESH)
        right = stepped_by_diffusers(t, eta)
        check_values(ours, right, f"step with eta = {eta:g}", None, CLOSE, mistakes=mistakes, source="diffusers")


@pytest.mark.task("4.5")
@pytest.mark.points(1)
def test_a_step_in_float32():
    level, following = map(np.float64, levels_of(401))
    ours = ddim_step(X.astype(np.float32), NOISE.astype(np.float32), level, following)
    single = ours.dtype == np.float32
    assert single, f"your step {WIDE}"
    check_values(ours, stepped_by_diffusers(401, 0.0), "step in float32", tolerance=1e-4)


TEXT = DRAW.standard_normal((4, 5, 3))
STEPS, STRENGTH = 7, 3.0


def network(latents, timestep, text_vectors):
    """Stands for the U-Net: what it says depends on everything that it is given."""
    tone = text_vectors.mean(axis=(1, 2))[:, None, None, None]
    return np.sin(latents + tone + timestep / 300)


def states_of_diffusers():
    def asked(torch):
        made, x, states = scheduler(STEPS), torch.tensor(X), [torch.tensor(X)]
        for t in made.timesteps:
            both = torch.tensor(network(torch.cat([x, x]).numpy(), int(t), TEXT)).chunk(2)
            x = made.step(torch.lerp(*both, STRENGTH), t, x).prev_sample
            states.append(x)
        return torch.stack(states)

    return library("states", asked)


@pytest.mark.task("4.6")
@pytest.mark.points(4)
def test_the_loop_is_that_of_diffusers():
    right = states_of_diffusers()
    try:
        with untouched(latents=X):
            ours = sample(network, X, TEXT, STEPS, STRENGTH)
    except ValueError as error:
        pytest.fail(
            f"your loop ends in an error ({error}): in the last step t - 1000 // steps is negative, and a negative "
            f"place reads its level from the end of the table, where there is less signal and not more"
        )
    count = len(ours)
    assert count == STEPS + 1, f"return the latents before the first step and after each, 8 arrays. Received: {count}"
    check_values(ours[0], X, "first of the latents")
    before, t = right[-2], int(timesteps(STEPS)[-1])
    said = network(np.concatenate([before, before]), t, TEXT)
    noise = said[:2] + STRENGTH * (said[2:] - said[:2])
    last = float(known_levels()[t])
    whole = moved(before, noise, last, 1.0)
    ends = {"goes on to the level 1, where no noise is left: the last step ends at level[0]": whole}
    for number in range(1, STEPS):
        name = f"array of latents after step {number}"
        check_values(ours[number], right[number], name, None, 1e-4, source="diffusers")
    check_values(ours[-1], right[-1], "last of the latents", None, 1e-4, mistakes=ends, source="diffusers")


def moved(x, noise, a, b):
    """A step from level ``a`` to level ``b``, as one sum."""
    return (b / a) ** 0.5 * x + ((1 - b) ** 0.5 - (b * (1 - a) / a) ** 0.5) * noise


@pytest.mark.task("4.6")
@pytest.mark.points(2)
def test_a_network_that_knows_the_noise_finds_the_picture_in_any_number_of_steps():
    picture = DRAW.standard_normal((1, 4, 3, 2))
    levels = known_levels().astype(float)

    def knowing(latents, timestep, text_vectors):
        return (latents - picture * levels[timestep] ** 0.5) / (1 - levels[timestep]) ** 0.5

    for steps in (2, 5, 40):
        start = DRAW.standard_normal((1, 4, 3, 2))
        first = int(timesteps(steps)[0])
        noise = (start - picture * levels[first] ** 0.5) / (1 - levels[first]) ** 0.5
        right = picture * levels[0] ** 0.5 + noise * (1 - levels[0]) ** 0.5
        ours = sample(knowing, start, TEXT[:2], steps, STRENGTH)[-1]
        check_values(ours, right, f"last of the latents after {steps} steps", tolerance=1e-4)
