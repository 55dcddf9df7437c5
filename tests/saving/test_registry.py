"""Classes by name."""

from __future__ import annotations

import pytest

from beras.saving import lookup, register


def test_a_class_that_is_defined_anew_takes_its_own_place():
    def define():
        @register
        class RegistryProbe:
            pass

        return RegistryProbe

    define()
    latest = define()
    assert lookup("RegistryProbe") is latest


def test_two_classes_of_one_name_are_not_guessed_between():
    first = register(type("RegistryTwin", (), {"__module__": "one"}))
    register(type("RegistryTwin", (), {"__module__": "two"}))
    with pytest.raises(ValueError, match=r"More than one class is named 'RegistryTwin': one\.RegistryTwin, two\.Reg"):
        lookup("RegistryTwin")
    assert lookup("RegistryTwin", {"RegistryTwin": first}) is first


def test_an_unknown_class_names_the_nearest_and_the_way_out():
    register(type("RegistryKnown", (), {}))
    with pytest.raises(ValueError, match=r"Unknown class 'RegistryKnwon'\. Did you mean 'RegistryKnown'\?") as caught:
        lookup("RegistryKnwon")
    assert "custom_objects={'RegistryKnwon': the class}" in str(caught.value)
