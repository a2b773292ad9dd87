from __future__ import annotations

import pytest

from affectia.cli.act_arguments import read_numbers, split_argument, weights_by_name
from affectia.errors import ConfigError

pytestmark = pytest.mark.unit


def test_weights_have_names() -> None:
    assert weights_by_name(["happy=0.8", "sad=1"], what="emotion") == {"happy": 0.8, "sad": 1.0}
    assert weights_by_name([], what="emotion") == {}


@pytest.mark.parametrize("argument", ["happy", "=0.8", "", "happy=1,2"])
def test_a_weight_without_a_name_or_a_number_is_told(argument: str) -> None:
    with pytest.raises(ConfigError, match=f"^emotion is {argument!r}, expected NAME=NUMBER$"):
        weights_by_name([argument], what="emotion")


@pytest.mark.parametrize("numbers", ["", "x", "1,", "0.5;1"])
def test_what_is_no_number_is_told(numbers: str) -> None:
    with pytest.raises(ConfigError, match=f"^override head is {numbers!r}, expected a number, or several with commas between them$"):
        split_argument(f"head={numbers}", what="override")


def test_several_numbers_have_commas() -> None:
    assert split_argument("head=10,-20.5,0", what="override") == ("head", (10.0, -20.5, 0.0))
    assert read_numbers("1e2", what="place") == (100.0,)
