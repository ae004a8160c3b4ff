import math

import numpy as np
import pytest

from chat.call_settings import CallSettings, call_settings
from curation.errors import ConfigurationError


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ({}, CallSettings()),
        ({"temperature": None, "top_p": None, "seed": None, "max_tokens": None}, CallSettings()),
        ({"temperature": 1, "max_tokens": 1}, CallSettings(temperature=1.0, max_tokens=1)),
        ({"seed": np.int64(7), "top_k": np.int32(3)}, CallSettings(seed=7, top_k=3)),
        ({"temperature": np.float32(0.5), "top_p": 1}, CallSettings(temperature=0.5)),
        ({"seed": -1}, CallSettings(seed=-1)),
        ({"seed": 10**400}, CallSettings(seed=10**400)),
    ],
)
def test_what_is_asked_of_a_call(asked, read):
    found = call_settings(asked)
    assert found == read
    assert all(type(value) in (int, float) for value in found.given().values())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", -0.1),
        ("temperature", math.inf),
        ("temperature", math.nan),
        ("temperature", "warm"),
        pytest.param("temperature", 10**400, id="temperature-beyond-floats"),
        ("top_p", 0),
        ("top_p", 1.01),
        ("top_k", -1),
        ("top_k", 2.5),
        ("seed", 1.0),
        ("seed", "one"),
        ("max_tokens", 0),
        ("max_tokens", 10.0),
    ],
)
def test_a_value_that_is_not_possible_is_named_with_what_is(name, value):
    with pytest.raises(ConfigurationError) as caught:
        call_settings({name: value})
    assert caught.value.what == f"{name} = {value!r} is not possible."
    assert caught.value.fix.startswith("Give a")


def test_a_setting_that_does_not_exist_is_not_passed_over():
    with pytest.raises(ConfigurationError, match="no setting 'temprature'") as caught:
        call_settings({"temprature": 0.7})
    assert "temperature, top_p, top_k, seed, max_tokens, stop" in caught.value.fix


def test_only_what_differs_from_the_defaults_is_given():
    assert CallSettings().given() == {}
    asked = {"temperature": 0.7, "top_p": 1.0, "seed": 0, "max_tokens": 1}
    assert call_settings(asked).given() == {"temperature": 0.7, "seed": 0, "max_tokens": 1}


@pytest.mark.parametrize(("temperature", "draws"), [(0, False), (1e-9, False), (0.01, True), (2, True)])
def test_a_temperature_that_leaves_one_token_draws_none(temperature, draws):
    assert CallSettings(temperature=temperature).draws is draws
