from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from affectia.bake.performance_table import PerformanceTable, kind
from affectia.errors import ConfigError

pytestmark = pytest.mark.unit


def table(**found: Any) -> PerformanceTable:
    return PerformanceTable("override 2", found)


def test_values_come_as_they_are_or_as_they_would_be() -> None:
    made = table(value=1, name="jawOpen", idle=False, seed=3)
    assert made.number("value", 0, 1) == 1.0
    assert made.number("weight", 0, 1, 0.5) == 0.5
    assert (made.maybe("value", 0, 1), made.maybe("weight", 0, 1)) == (1.0, None)
    assert (made.text("name"), made.text("bone", "")) == ("jawOpen", "")
    assert (made.flag("idle", default=True), made.flag("other", default=True)) == (False, True)
    assert (made.whole("seed", 0, 9, 1), made.whole("more", 0, 9, 1)) == (3, 1)
    assert made.choice("name", ("jawOpen", "jawLeft")) == "jawOpen"
    assert (made.has("seed"), made.has("sead")) == (True, False)
    made.finish()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (2, "value of override 2 is 2, expected 0 to 1"),
        (float("nan"), "value of override 2 is nan, expected 0 to 1"),
        (True, "value of override 2 is true or false, expected 0 to 1"),
        ("1", "value of override 2 is a text, expected 0 to 1"),
        ([1], "value of override 2 is a list, expected 0 to 1"),
    ],
)
def test_number_that_cannot_be_is_refused_with_its_place(value: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{message}$"):
        table(value=value).number("value", 0, 1)
    with pytest.raises(ConfigError, match=f"^{message}$"):
        table(value=value).maybe("value", 0, 1)


def test_other_kinds_are_refused() -> None:
    made = table(seed=1.5, name=3, idle=1, lines={}, emotions=[])
    asks: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: made.whole("seed", 0, 9, 0), "seed of override 2 is a number, expected a whole number of 0 to 9"),
        (lambda: made.text("name"), "name of override 2 is a number, expected a text"),
        (lambda: made.flag("idle", default=True), "idle of override 2 is a number, expected true or false"),
        (lambda: made.tables("lines", "line", most=4), "lines of override 2 is a table, expected a list of tables"),
        (lambda: made.weights("emotions"), "emotions of override 2 is a list, expected a table of weights by name"),
        (lambda: made.number("value", 0, 1), "override 2 has no value, expected one"),
        (lambda: made.weights("value"), "override 2 has no value, expected one"),
    )
    for ask, message in asks:
        with pytest.raises(ConfigError, match=f"^{message}$"):
            ask()
    with pytest.raises(ConfigError, match="^seed of override 2 is 12, expected 0 to 9$"):
        table(seed=12).whole("seed", 0, 9, 0)
    with pytest.raises(ConfigError, match="^line 1 is a text, expected a table$"):
        table(lines=["x"]).tables("lines", "line", most=4)
    with pytest.raises(ConfigError, match="^lines of override 2 are 5, expected at most 4$"):
        table(lines=[{}] * 5).tables("lines", "line", most=4)


def test_tables_are_called_by_their_number() -> None:
    assert [each.what for each in table(lines=[{}, {}]).tables("lines", "line", most=4)] == ["line 1", "line 2"]
    assert table().tables("lines", "line", most=4) == []
    assert table(emotions={"happy": 1}).weights("emotions") == {"happy": 1}


def test_unknown_key_and_choice_are_answered_with_the_nearest() -> None:
    made = table(vaule=1)
    made.number("value", 0, 1, 0.0)
    made.number("weight", 0, 1, 0.0)
    with pytest.raises(ConfigError, match="^key of override 2 is 'vaule', expected one of value, weight, did you mean value$"):
        made.finish()
    with pytest.raises(ConfigError, match="^mode of override 2 is 'sett', expected one of set, add, did you mean set$"):
        table(mode="sett").choice("mode", ("set", "add"))


def test_kinds_have_words() -> None:
    values: tuple[Any, ...] = (None, {}, [], "", 1.0, False)
    assert [kind(value) for value in values] == ["null", "a table", "a list", "a text", "a number", "true or false"]
