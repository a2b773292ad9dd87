from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.rig import layer_names
from affectia.rig.override_layer import OverrideEntry, OverrideLayer
from affectia.signals.acting_layers import OverrideRows
from affectia.signals.pose_layer import CHANNELS
from tests.unit.fakes import SHAPE, nanos, slots

pytestmark = pytest.mark.unit

JAW, SMILE = SHAPE["jawOpen"], SHAPE["mouthSmileLeft"]
HEAD = layer_names.bone_channels("head")
BEGIN = 50 * NANOS_PER_SEC
FADE = 100 * NANOS_PER_MILLI
HIGH = float(np.float32(0.8))


def ask(layer: OverrideLayer, value: float = 0.8, weight: float = 1.0, *, at: int = BEGIN, channel: int = JAW, **more: object) -> None:
    how = {"adds": False, "hold": False, "fade_secs": 0.1, "slot": 0, **more}
    layer.apply(entries=[OverrideEntry(channel, value, weight)], now_nanos=at, **how)  # type: ignore[arg-type] # by name


def rows(layer: OverrideLayer, at: int, *which: int) -> OverrideRows | None:
    chosen = which or (0,)
    return layer.rows(slots(*chosen), nanos(*[at] * len(chosen)))


def shown(layer: OverrideLayer, at: int, channel: int = JAW, slot: int = 0) -> tuple[float, float, float]:
    """Share, value and what is added of one channel."""
    found = rows(layer, at, slot)
    return (
        (0.0, 0.0, 0.0)
        if found is None
        else (float(found.share[0, channel]), float(found.value[0, channel]), float(found.added[0, channel]))
    )


def result(layer: OverrideLayer, at: int, under: float = 0.0) -> float:
    """What becomes of a weight, as motion mixes it."""
    share, value, added = shown(layer, at)
    under += added
    return under + share * (value - under)


def curve(layer: OverrideLayer, start: int, secs: float, under: float = 0.0) -> npt.NDArray[np.float64]:
    """What becomes of a weight every millisecond."""
    return np.array([result(layer, start + step * NANOS_PER_MILLI, under) for step in range(round(1000 * secs))])


def test_nothing_is_overridden_until_somebody_asks() -> None:
    layer = OverrideLayer(4)
    assert not layer.active
    assert rows(layer, BEGIN) is None
    assert layer.names(0, BEGIN) == ()
    layer.apply(0, [], adds=False, hold=True, fade_secs=0, now_nanos=BEGIN)
    assert not layer.active


def test_it_fades_in_along_a_line_to_exactly_what_was_asked() -> None:
    layer = OverrideLayer(4)
    ask(layer, 0.8, 0.5)
    assert shown(layer, BEGIN)[0] == 0
    assert shown(layer, BEGIN + FADE // 4)[:2] == pytest.approx((0.125, 0.8))
    assert shown(layer, BEGIN + FADE // 2)[:2] == pytest.approx((0.25, 0.8))
    assert shown(layer, BEGIN + FADE)[:2] == (0.5, HIGH)
    found = rows(layer, BEGIN + FADE)
    assert found is not None
    assert np.count_nonzero(found.share) == 1
    assert not found.added.any()
    assert found.share.shape == found.value.shape == found.added.shape == (1, CHANNELS)
    assert found.share.dtype == found.value.dtype == found.added.dtype == np.float32


def test_it_ends_a_second_after_it_was_last_asked_for_and_fades_out() -> None:
    layer = OverrideLayer(4)
    ask(layer)
    ask(layer, at=BEGIN + 300 * NANOS_PER_MILLI)
    end = BEGIN + 300 * NANOS_PER_MILLI + NANOS_PER_SEC
    assert shown(layer, end)[0] == 1
    assert layer.names(0, end - 1) == ("jawOpen",)
    assert layer.names(0, end) == ()
    assert shown(layer, end + NANOS_PER_MILLI)[0] < 1
    assert shown(layer, end + FADE // 2)[0] == pytest.approx(0.5)
    assert layer.active
    assert rows(layer, end + FADE + 100) is None
    assert not layer.active


def test_without_a_fade_it_is_there_at_once_and_gone_after_exactly_a_second() -> None:
    layer = OverrideLayer(4)
    ask(layer, fade_secs=0.0)
    assert shown(layer, BEGIN) == (1, HIGH, 0)
    assert shown(layer, BEGIN + NANOS_PER_SEC - 1)[0] == 1
    assert layer.names(0, BEGIN + NANOS_PER_SEC - 2) == ("jawOpen",)
    assert rows(layer, BEGIN + NANOS_PER_SEC) is None
    assert not layer.active


def test_one_that_is_held_goes_on_until_it_is_released() -> None:
    layer = OverrideLayer(4)
    ask(layer, hold=True)
    later = BEGIN + 86_400 * NANOS_PER_SEC
    assert shown(layer, later)[:2] == (1, HIGH)
    assert layer.names(0, later) == ("jawOpen",)
    layer.release(0, [JAW], now_nanos=later)
    assert layer.names(0, later) == ()
    assert shown(layer, later)[0] == 1
    assert shown(layer, later + FADE // 4)[0] == pytest.approx(0.75)
    assert rows(layer, later + FADE + 100) is None


def test_one_that_was_held_and_is_asked_for_without_ends_by_itself() -> None:
    layer = OverrideLayer(4)
    ask(layer, hold=True)
    ask(layer, at=BEGIN + NANOS_PER_SEC)
    assert shown(layer, BEGIN + 2 * NANOS_PER_SEC)[0] == 1
    assert rows(layer, BEGIN + 2 * NANOS_PER_SEC + FADE + 100) is None


@pytest.mark.parametrize("asked_every_millis", [1, 7, 33, 900])
def test_who_asks_again_and_again_for_the_same_gets_the_same_fade(asked_every_millis: int) -> None:
    once, often = OverrideLayer(1), OverrideLayer(1)
    ask(once, hold=True)
    for millis in range(0, 900, asked_every_millis):
        ask(often, at=BEGIN + millis * NANOS_PER_MILLI, hold=True)
    for millis in range(900, 1000, 10):
        assert result(often, BEGIN + millis * NANOS_PER_MILLI) == result(once, BEGIN + millis * NANOS_PER_MILLI) == HIGH
    again = OverrideLayer(1)
    seen = []
    for millis in range(100):
        if millis % asked_every_millis == 0:
            ask(again, at=BEGIN + millis * NANOS_PER_MILLI)
        seen.append(result(again, BEGIN + millis * NANOS_PER_MILLI))
    np.testing.assert_allclose(seen, 0.8 * np.arange(100) / 100, atol=1e-5)


def test_another_value_is_moved_to_within_the_fade_and_the_weight_stays() -> None:
    layer = OverrideLayer(4)
    ask(layer, 0.2)
    change = BEGIN + 400 * NANOS_PER_MILLI
    ask(layer, 0.8, at=change)
    assert [shown(layer, change + part * FADE // 4)[1] for part in range(5)] == pytest.approx([0.2, 0.35, 0.5, 0.65, 0.8])
    assert {float(shown(layer, change + part * FADE // 4)[0]) for part in range(5)} == {1.0}


def test_no_step_whatever_is_asked_and_when() -> None:
    random = np.random.default_rng(3)
    layer = OverrideLayer(1)
    seen = []
    for step in range(8000):
        now = BEGIN + step * NANOS_PER_MILLI
        dice = random.random()
        if dice < 0.004:
            ask(layer, random.random(), random.random(), at=now, hold=bool(random.random() < 0.3))
        elif dice < 0.005:
            ask(layer, random.random() - 0.5, random.random(), at=now, adds=True)
        elif dice < 0.006:
            layer.release(0, None, now_nanos=now)
        seen.append(result(layer, now, under=0.3))
    # A weight, a value and what is added move at once, each by a hundredth of its way in a millisecond at most.
    assert np.abs(np.diff(seen)).max() < 0.045
    assert np.ptp(seen) > 0.4


def test_one_that_fades_out_comes_back_from_where_it_is() -> None:
    layer = OverrideLayer(1)
    ask(layer, 1.0, hold=True)
    gone = BEGIN + NANOS_PER_SEC
    layer.release(0, None, now_nanos=gone)
    ask(layer, 1.0, at=gone + FADE // 2, hold=True)
    assert shown(layer, gone + FADE // 2)[0] == pytest.approx(0.5)
    assert shown(layer, gone + FADE)[0] == pytest.approx(0.75)
    assert shown(layer, gone + 2 * FADE)[0] == 1


def test_one_that_came_back_after_it_was_gone_has_its_new_value_from_the_start() -> None:
    layer = OverrideLayer(1)
    ask(layer, 1.0)
    again = BEGIN + 5 * NANOS_PER_SEC
    assert rows(layer, again) is None
    ask(layer, 0.4, at=again)
    assert shown(layer, again + FADE // 2)[:2] == pytest.approx((0.5, 0.4))


def test_what_is_set_and_what_is_added_stand_beside_each_other() -> None:
    layer = OverrideLayer(1)
    ask(layer, 0.8, 0.5, fade_secs=0.0)
    ask(layer, -0.3, 0.5, fade_secs=0.0, adds=True, hold=True)
    assert shown(layer, BEGIN) == pytest.approx((0.5, 0.8, -0.15))
    assert layer.names(0, BEGIN) == ("jawOpen",)
    assert shown(layer, BEGIN + 2 * NANOS_PER_SEC) == pytest.approx((0, 0.8, -0.15))
    layer.release(0, [JAW], now_nanos=BEGIN + 2 * NANOS_PER_SEC)
    assert rows(layer, BEGIN + 2 * NANOS_PER_SEC) is None


def test_release_of_some_leaves_the_others() -> None:
    layer = OverrideLayer(1)
    ask(layer, hold=True, fade_secs=0.0)
    ask(layer, channel=SMILE, hold=True, fade_secs=0.0)
    for channel in HEAD:
        ask(layer, channel=channel, hold=True, fade_secs=0.0)
    assert layer.names(0, BEGIN) == ("jawOpen", "mouthSmileLeft", "head")
    layer.release(0, [JAW, *HEAD], now_nanos=BEGIN)
    assert layer.names(0, BEGIN) == ("mouthSmileLeft",)
    assert shown(layer, BEGIN, JAW)[0] == shown(layer, BEGIN, HEAD[0])[0] == 0
    assert shown(layer, BEGIN, SMILE)[0] == 1
    layer.release(0, [JAW], now_nanos=BEGIN)  # nothing of it is in force
    assert layer.active


def test_release_may_have_a_fade_of_its_own_and_is_not_made_longer_by_another() -> None:
    layer = OverrideLayer(1)
    ask(layer, hold=True)
    later = BEGIN + NANOS_PER_SEC
    layer.release(0, None, now_nanos=later, fade_secs=1.0)
    layer.release(0, None, now_nanos=later + NANOS_PER_SEC // 4, fade_secs=10.0)
    assert shown(layer, later + NANOS_PER_SEC // 2)[0] == pytest.approx(0.5)
    assert rows(layer, later + NANOS_PER_SEC + 1000) is None
    ask(layer, at=later + 2 * NANOS_PER_SEC, hold=True)
    layer.release(0, None, now_nanos=later + 3 * NANOS_PER_SEC, fade_secs=0.0)
    assert not layer.active, "without a fade nothing is in force any more, which is known at once"


def test_rows_are_those_that_have_any_each_at_its_own_time() -> None:
    layer = OverrideLayer(8)
    for slot in (1, 5, 6):
        ask(layer, 0.1 * slot, slot=slot, at=BEGIN, fade_secs=1.0)
    found = layer.rows(slots(6, 0, 1, 7, 5), nanos(BEGIN + NANOS_PER_SEC, BEGIN, BEGIN + NANOS_PER_SEC // 4, BEGIN, BEGIN))
    assert found is not None
    assert found.rows.tolist() == [0, 2, 4]
    assert found.share[:, JAW] == pytest.approx([1, 0.25, 0])
    assert found.value[:, JAW] == pytest.approx([0.6, 0.1, 0.5])


def test_forgotten_slots_have_none_and_the_others_go_on() -> None:
    layer = OverrideLayer(4)
    ask(layer, hold=True, slot=0)
    ask(layer, hold=True, slot=3)
    layer.forget(slots(0, 1))
    assert rows(layer, BEGIN + FADE, 0) is None
    assert layer.names(0, BEGIN) == ()
    assert layer.active
    assert shown(layer, BEGIN + FADE, slot=3)[0] == 1
    layer.forget(slots(3))
    assert not layer.active
    ask(layer, 0.4, slot=3, at=BEGIN + NANOS_PER_SEC)
    assert shown(layer, BEGIN + NANOS_PER_SEC + FADE, slot=3)[:2] == (1, float(np.float32(0.4)))


def test_of_a_channel_that_is_named_twice_the_last_counts() -> None:
    layer = OverrideLayer(1)
    entries = [OverrideEntry(JAW, 0.1), OverrideEntry(SMILE, 0.2), OverrideEntry(JAW, 0.9)]
    layer.apply(0, entries, adds=False, hold=False, fade_secs=0, now_nanos=BEGIN)
    assert shown(layer, BEGIN, JAW)[1] == float(np.float32(0.9))
    assert shown(layer, BEGIN, SMILE)[1] == float(np.float32(0.2))


def test_a_pose_of_before_it_was_asked_for_shows_nothing_of_it() -> None:
    layer = OverrideLayer(1)
    ask(layer, fade_secs=0.0)
    assert result(layer, BEGIN - 20 * NANOS_PER_MILLI, under=0.3) == 0.3
    assert result(layer, BEGIN, under=0.3) == HIGH


def test_what_is_shown_depends_on_the_time_and_not_on_how_often_it_is_asked() -> None:
    often, seldom = OverrideLayer(1), OverrideLayer(1)
    for layer in (often, seldom):
        ask(layer, 0.9, 0.7)
    curve(often, BEGIN, 1.05)
    assert result(often, BEGIN + 1050 * NANOS_PER_MILLI) == result(seldom, BEGIN + 1050 * NANOS_PER_MILLI) > 0
