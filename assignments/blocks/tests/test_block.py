"""Task 1.1: a block keeps a stack of its calls."""

import pytest
from hw2.blocks import Block, recording
from kit import raises


class Probe(Block):
    """A block that does nothing but remember what it is called with."""

    def forward(self, x, **_):
        self.remember(given=x)
        return x

    def backward(self, dout):
        return self.recall()["given"]

    def params(self):
        return []


@pytest.mark.task("1.1")
@pytest.mark.points(2)
def test_the_newest_call_comes_back_first():
    probe = Probe()
    for x in (1.0, 2.0, 3.0):
        probe(x)
    try:
        came = [probe.backward(1.0) for _ in range(3)]
    except RuntimeError as error:
        pytest.fail(
            f"three calls, and recall gives back fewer: is there one cache for all calls? ({error})", pytrace=False
        )
    if came == [3.0, 3.0, 3.0]:
        pytest.fail("recall gives the last call every time: does it take the call off the stack?", pytrace=False)
    if came == [1.0, 2.0, 3.0]:
        pytest.fail("recall gives the oldest call first, and must give the newest: pop()", pytrace=False)
    assert came == [3.0, 2.0, 1.0], f"after calls with 1, 2, 3, recall must give 3, 2, 1. Received: {came}"


@pytest.mark.task("1.1")
@pytest.mark.points(1)
def test_the_stack_is_bounded():
    probe = Probe()
    for number in range(probe.max_calls + 5):
        probe(number)
    assert len(probe.grad_cache) == probe.max_calls, (
        f"after {probe.max_calls + 5} calls without backward, grad_cache must hold max_calls = {probe.max_calls} of "
        f"them. Received: {len(probe.grad_cache)}. Is it still the deque that __init__ made?"
    )
    assert probe.backward(1.0) == probe.max_calls + 4, "the newest calls must be kept, not the oldest"


@pytest.mark.task("1.1")
@pytest.mark.points(1)
def test_evaluation_mode_keeps_nothing():
    probe = Probe()
    probe.train(False)
    probe(1.0)
    assert len(probe.grad_cache) == 0, "in evaluation mode no call must be remembered: look at `wanted`"
    with recording(True):
        probe(2.0)
        assert probe.backward(1.0) == 2.0, "within recording(True) calls must be remembered in every mode"
    probe.train(True)
    with recording(False):
        probe(3.0)
    assert len(probe.grad_cache) == 0, "within recording(False) no call must be remembered: look at `wanted`"


@pytest.mark.task("1.1")
@pytest.mark.points(1)
def test_a_backward_without_a_call_is_an_error():
    probe = Probe()
    probe(1.0)
    probe.backward(1.0)
    with raises(RuntimeError, "Probe"):
        probe.backward(1.0)
