import pytest

from beras.training.named import make_named, split_named


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("adam", "adam", {}),
        ("sgd:momentum=0.9", "sgd", {"momentum": 0.9}),
        (
            "x: a = 1 , b=true,c=False,d=none, e=val_loss",
            "x",
            {"a": 1, "b": True, "c": False, "d": None, "e": "val_loss"},
        ),
        ("x:a=1e-3,b=-2", "x", {"a": 1e-3, "b": -2}),
        ("ModelCheckpoint:filepath=C:\\best.safetensors", "ModelCheckpoint", {"filepath": "C:\\best.safetensors"}),
    ],
)
def test_name_and_arguments(text, name, arguments):
    assert split_named(text) == (name, arguments)


@pytest.mark.parametrize("text", ["x:momentum", "x:=3", "x:a="])
def test_an_argument_without_name_or_value_is_refused(text):
    with pytest.raises(ValueError, match="argument=value"):
        split_named(text)


def test_unknown_arguments_get_the_nearest_name_and_fixed_ones_are_not_offered():
    class Thing:
        def __init__(self, rate, patience=1):
            pass

    with pytest.raises(ValueError, match=r"no argument 'pateince'. Did you mean 'patience'\? Known: patience\."):
        make_named(Thing, {"pateince": 2}, rate=1.0)
