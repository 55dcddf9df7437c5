"""Part 1: modules, tensors, scalars."""

import numpy as np
import pytest
from counting import count, network_table, scalars_by_block
from kit import check_values, oracle
from toys import Decoder, Encoder, Linear, Module, Parameter, of_torch, torch_if_imported


def counted(network, what, right, mistakes):
    """Fail with the name of the mistake where a count is not right."""
    answer = count(network)
    assert np.shape(answer) == (3,), f"count must return three numbers. Received: {answer!r}"
    ours = answer[("modules", "tensors", "scalars").index(what)]
    check_values(ours, right, f"number of {what}", mistakes=mistakes)


@pytest.mark.task("1.1")
@pytest.mark.points(2)
def test_modules():
    mistakes = {
        "leaves out the network itself: it is a module too": 5,
        "holds the direct children only: modules are counted at any depth": 4,
        "holds the direct children only, or only the modules without others inside: count all, at any depth": 3,
        "counts a module twice that stands at two places": 7,
    }
    counted(Encoder(), "modules", Encoder.COUNTED[0], mistakes)
    counted(Decoder(), "modules", Decoder.COUNTED[0], {"leaves out the network itself: it is a module too": 2})
    counted(Linear(3, 2), "modules", 1, {"leaves out the network itself: it is a module too": 0})


@pytest.mark.task("1.1")
@pytest.mark.points(2)
def test_tensors():
    mistakes = {
        "counts buffers too: only parameters are learned": 6,
        "leaves out the frozen parameter: a parameter counts whether it is trained or not": 4,
        "holds only the network's own parameters: those of the modules inside count too": 1,
    }
    counted(Encoder(), "tensors", Encoder.COUNTED[1], mistakes)
    counted(Decoder(), "tensors", Decoder.COUNTED[1], {"counts a shared parameter twice: it is one tensor": 4})


@pytest.mark.task("1.1")
@pytest.mark.points(2)
def test_scalars():
    mistakes = {
        "counts buffers too: only parameters are learned": 112,
        "leaves out the frozen parameter: a parameter counts whether it is trained or not": 26,
        "is the number of tensors: count the numbers in them": 5,
        "adds up the lengths of the sides: a tensor holds their product": 4 + 3 + 4 + 2 + 4 + 2 + 9,
        "adds up the first sides only: a tensor holds the product of all sides": 4 + 4 + 2 + 2 + 9,
    }
    counted(Encoder(), "scalars", Encoder.COUNTED[2], mistakes)
    counted(Decoder(), "scalars", Decoder.COUNTED[2], {"counts a shared parameter twice: it is one tensor": 70})
    counted(Module({"temperature": Parameter()}), "scalars", 1, {"is 0 for a parameter that is one number": 0})


@pytest.mark.task("1.1")
@pytest.mark.points(1)
def test_a_network_of_torch():
    right = oracle("count", lambda torch: torch.nn.utils.parameters_to_vector(of_torch(torch).parameters()).numel())
    check_values(320 * 4 * 9 + 320 + 2 * 320, right, "the test's own count by hand")
    count(Linear(2, 2))
    torch = torch_if_imported()
    if torch is not None:
        check_values(count(of_torch(torch)), (6, 4, int(right)), "count of a network of torch")


class NeuralNetwork(Module):
    """What all networks of this file's pipeline are."""


class TextModel(NeuralNetwork):
    def __init__(self):
        super().__init__(inside={"encoder": Encoder()})


class Picture(NeuralNetwork):
    def __init__(self):
        super().__init__(inside={"decoder": Decoder()})


@pytest.mark.task("1.2")
@pytest.mark.points(2)
def test_which_parts_are_networks():
    parts = {"vae": Picture(), "tokenizer": {"a": 1}, "text_encoder": TextModel(), "scheduler": object()}
    rows = network_table(parts, NeuralNetwork)
    names = [row[0] for row in rows]
    assert "tokenizer" not in names, "your table holds the tokenizer, which is no network: ask isinstance(part, kind)"
    assert names != ["text_encoder", "vae"], "your rows are sorted by name: keep the order of the parts"
    assert names == ["vae", "text_encoder"], f"the rows must be vae and text_encoder. Received: {names}"
    check_values([row[2:] for row in rows], [(4, 3, 40), (7, 5, 35)], "columns modules, tensors, scalars")


@pytest.mark.task("1.2")
@pytest.mark.points(2)
def test_types_and_missing_parts():
    try:
        rows = network_table({"safety_checker": None, "unet": TextModel()}, NeuralNetwork)
    except AttributeError as error:
        pytest.fail(f"a pipeline without a safety checker has None in its place, which cannot be counted ({error})")
    assert len(rows) == 1, f"only unet is a network here. Received: {len(rows)} rows"
    said = rows[0][1]
    assert said != "NeuralNetwork", "your type is the common class: write the name of the network's own class"
    assert isinstance(said, str), f"the type is the name of the class, a text. Received: {said!r}"
    assert said == "TextModel", f"the type must be TextModel, the name of the network's class. Received: {said!r}"


SHAPES = {
    "conv_in.weight": (320, 4, 3, 3),
    "conv_in.bias": (320,),
    "down_blocks.0.resnets.0.conv1.weight": (8, 8, 3, 3),
    "down_blocks.0.attentions.0.to_q.weight": (8, 8),
    "down_blocks.1.resnets.0.conv1.weight": (16, 8, 3, 3),
    "mid_block.resnets.0.norm1.bias": (16,),
    "down_blocks.0.resnets.1.time_emb_proj.bias": (8,),
    "mid_block.scale": (),
}


@pytest.mark.task("1.3")
@pytest.mark.points(2)
def test_the_scalars_of_each_block():
    totals = scalars_by_block(SHAPES)
    right = {"conv_in": 11_840, "down_blocks": 576 + 64 + 1152 + 8, "mid_block": 17}
    assert totals != {"conv_in": 320, "down_blocks": 8, "mid_block": 1}, "a block's total is overwritten: add to it"
    zero = "a parameter of shape () holds one number, and not none: the product of no sides is 1"
    assert totals.get("mid_block") != 16, zero
    assert totals == right, f"at depth 1 the totals must be {right}. Received: {totals}"
    assert list(totals) == list(right), f"the blocks must stand in the order they come in. Received: {list(totals)}"


@pytest.mark.task("1.3")
@pytest.mark.points(2)
def test_the_blocks_at_other_depths():
    right = {"conv_in": 11_840, "down_blocks.0": 648, "down_blocks.1": 1152, "mid_block.resnets": 16, "mid_block": 1}
    totals = scalars_by_block(SHAPES, depth=2)
    own = "the last piece of a name is the parameter's own and no block: conv_in.weight is in conv_in at every depth"
    assert "conv_in.weight" not in totals, own
    assert totals == right, f"at depth 2 the totals must be {right}. Received: {totals}"
    assert set(scalars_by_block(SHAPES, depth=9)) == {name.rpartition(".")[0] for name in SHAPES}, own
