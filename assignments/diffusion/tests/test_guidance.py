"""Part 3: guidance."""

import numpy as np
import pytest
from guidance import guide, guided_noise
from kit import check_values, oracle, untouched

DRAW = np.random.RandomState(4)
NOISE = DRAW.standard_normal((4, 4, 3, 2))
WITHOUT, WITH = NOISE[:2], NOISE[2:]


def guided_by_torch(strength):
    """torch.lerp goes from its first argument towards its second, and beyond if the weight is above 1."""
    return oracle(
        f"guide.{strength:g}", lambda torch: torch.lerp(torch.tensor(WITHOUT), torch.tensor(WITH), float(strength))
    )


@pytest.mark.task("3.1")
@pytest.mark.points(3)
@pytest.mark.parametrize("strength", [0.0, 1.0, 5.0, 7.5])
def test_the_guidance_is_a_step_beyond(strength):
    right = guided_by_torch(strength)
    difference = WITH - WITHOUT
    odd, even = NOISE[1::2], NOISE[::2]
    mistakes = {
        "has the two halves swapped: the first half is without the prompt": WITH - strength * difference,
        "starts from what the prompt says: start from what is said without it": WITH + strength * difference,
        "is the difference alone: add it to what is said without the prompt": strength * difference,
        "takes every second one: the halves are one after the other": even + strength * (odd - even),
        "turns the difference round: it goes from without to with": WITHOUT - strength * difference,
        "mixes sample 0 with sample 1: the batch is two pictures here, and each half holds both": NOISE[0]
        + strength * (NOISE[1] - NOISE[0]),
    }
    with untouched(noise=NOISE):
        ours = guide(NOISE, strength)
    check_values(ours, right, "guided noise", mistakes=mistakes, source="torch")


@pytest.mark.task("3.1")
@pytest.mark.points(1)
def test_guidance_in_float32():
    ours = guide(NOISE.astype(np.float32), np.float64(5.0))
    single = np.asarray(ours).dtype == np.float32
    assert single, "your guided noise is float64 where float32 came in: a np.float64 makes it so, float(...) does not"
    check_values(ours, guided_by_torch(5.0), "guided noise in float32", tolerance=1e-5)


class Network:
    """A network that writes down what it was asked, and whose answer depends on all of it."""

    def __init__(self):
        self.asked = []

    def __call__(self, latents, timestep, text_vectors):
        self.asked.append((np.array(latents), timestep, np.array(text_vectors)))
        tone = np.asarray(text_vectors).mean(axis=(1, 2))[: len(latents)]
        return np.tanh(latents) * 2 + tone[:, None, None, None] + timestep / 1000


LATENTS = DRAW.standard_normal((2, 4, 3, 2))
TEXT = DRAW.standard_normal((4, 7, 5))


@pytest.mark.task("3.2")
@pytest.mark.points(2)
def test_the_network_is_asked_once_about_both():
    network = Network()
    with untouched(latents=LATENTS, text_vectors=TEXT):
        guided_noise(network, LATENTS, 481, TEXT, 5.0)
    calls = len(network.asked)
    assert calls == 1, f"call the network once, with both halves in one batch. Received: {calls} calls"
    latents, timestep, text = network.asked[0]
    half = "the network got fewer latents than texts: it needs each of the latents twice"
    assert len(latents) != 2, half
    in_pairs = np.array_equal(latents, LATENTS.repeat(2, axis=0))
    assert not in_pairs, "your latents are in the order a, a, b, b, and the texts are not: all of them once, then again"
    check_values(latents, np.tile(LATENTS, (2, 1, 1, 1)), "latents in front of the network")
    check_values(text, TEXT, "text vectors in front of the network")
    assert timestep == 481, f"the network must be told the timestep, 481. Received: {timestep}"


@pytest.mark.task("3.2")
@pytest.mark.points(1)
def test_the_noise_with_guidance():
    tones = TEXT.mean(axis=(1, 2))[:, None, None, None]
    right = np.tanh(LATENTS) * 2 + 0.481 + tones[:2] + 5 * (tones[2:] - tones[:2])
    plain = np.tanh(LATENTS) * 2 + 0.481
    mistakes = {
        "is what the network says, without guidance": plain + tones[2:],
        "has the texts swapped: those without the prompt come first": plain + tones[2:] + 5 * (tones[:2] - tones[2:]),
    }
    check_values(guided_noise(Network(), LATENTS, 481, TEXT, 5.0), right, "guided noise", mistakes=mistakes)
