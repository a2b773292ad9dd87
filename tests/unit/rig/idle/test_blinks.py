from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from affectia.rig.idle import philox
from affectia.rig.idle.blinks import LEAST_SECS, MOST_SECS, SPREAD, Blinks, pose_lids
from affectia.rig.idle.event_draws import EventDraws
from affectia.rig.idle.idle_pose import IdlePose
from affectia.rig.idle.moods import load_moods
from affectia.rig.idle.moves import TRACKS, Moves, Track
from tests.unit.fakes import SHAPE, slots

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float64]
NEUTRAL = load_moods().blend(None, 1)


class Blinker:
    """One avatar's blinks, and how they went."""

    def __init__(self, *, per_min: float = 15.0, paired_share: float = 0.1, seed: int = 1) -> None:
        self.moves = Moves(1)
        self.blinks = Blinks(1, self.moves, per_min=per_min, paired_share=paired_share)
        self.draws = EventDraws(1, kinds=1)
        self.draws.open(0, philox.key_of("a", seed=seed))
        self.next = float(self.blinks.begin(slots(0), self.draws.take(slots(0), 0), NEUTRAL)[0])

    def blink(self, at: float | None = None) -> tuple[float, float]:
        """Blink when it is due, or earlier: start and duration."""
        start = self.next if at is None else at
        self.next = float(self.blinks.happen(slots(0), np.array([start]), self.draws.take(slots(0), 0), NEUTRAL)[0])
        return start, self.duration(start)

    def lids(self, secs: Floats) -> npt.NDArray[np.float32]:
        out = np.empty((len(secs), TRACKS), np.float32)
        self.moves.values(np.zeros(len(secs), np.intp), secs[:, None], out)
        return out[:, Track.LIDS_CLOSE] + out[:, Track.LIDS_OPEN]

    def duration(self, start: float) -> float:
        down = np.flatnonzero(self.lids(start + np.arange(0, 0.5, 0.001)) > 1e-3)
        return float((down[-1] - down[0]) * 0.001)


def many(count: int, **options: float) -> tuple[Floats, Floats]:
    """Starts and durations."""
    blinker = Blinker(**options)  # type: ignore[arg-type]
    found = np.array([blinker.blink() for _ in range(count)])
    return found[:, 0], found[:, 1]


def test_the_rate_is_what_was_asked_for_with_doubles_counted() -> None:
    for per_min, share in ((15.0, 0.1), (8.0, 0.0), (20.0, 0.4)):
        starts, _ = many(1500, per_min=per_min, paired_share=share)
        assert 60 * len(starts) / starts[-1] == pytest.approx(per_min, rel=0.06)


def test_intervals_are_log_normal() -> None:
    starts, _ = many(1500, paired_share=0)
    logs = np.log(np.diff(starts))
    assert logs.std() == pytest.approx(SPREAD, rel=0.08)
    assert logs.mean() == pytest.approx(math.log(4) - SPREAD**2 / 2, abs=0.05)
    z = (logs - logs.mean()) / logs.std()
    assert np.mean(np.abs(z) < 1) == pytest.approx(0.683, abs=0.04)
    assert np.mean(z**3) == pytest.approx(0, abs=0.25)  # intervals themselves lean by 2 and more
    assert np.mean(((np.diff(starts) - 4) / np.diff(starts).std()) ** 3) > 1


def test_a_tenth_of_the_intervals_ends_in_two() -> None:
    starts, durations = many(2000)
    pauses = np.diff(starts) - durations[:-1]
    close = pauses < 0.2
    assert np.count_nonzero(close) / (len(starts) - np.count_nonzero(close)) == pytest.approx(0.1, abs=0.025)
    assert pauses.min() > 0.04


def test_blinks_last_100_to_400_ms_and_close_more_quickly_than_they_open() -> None:
    _, durations = many(600)
    assert durations.min() >= LEAST_SECS - 0.01
    assert durations.max() <= MOST_SECS
    assert 0.15 < np.median(durations) < 0.22
    blinker = Blinker()
    start, duration = blinker.blink()
    lids = blinker.lids(start + np.arange(0, 0.5, 0.001))
    assert lids.max() == 1
    shut = np.flatnonzero(lids > 0.999)
    assert shut[0] * 0.001 < 0.55 * (duration - shut[-1] * 0.001)
    assert shut[-1] - shut[0] >= 33  # a frame of 30 a second shows it whole


def test_a_gaze_brings_a_blink_forward_and_the_average_stays() -> None:
    blinker, starts = Blinker(), [0.0]
    rng = np.random.default_rng(3)
    while len(starts) < 1500:
        early = starts[-1] + 1.5
        brought = early < blinker.next and rng.random() < 0.3 and bool(blinker.blinks.may_come(slots(0), np.array([early]))[0])
        starts.append(blinker.blink(early if brought else None)[0])
    assert 60 * len(starts) / starts[-1] == pytest.approx(15, rel=0.06)


def test_no_blink_is_brought_forward_right_after_one_or_between_two() -> None:
    blinker = Blinker(paired_share=1)
    start, duration = blinker.blink()
    assert not blinker.blinks.may_come(slots(0), np.array([start + duration + 0.1]))[0]
    assert not blinker.blinks.may_come(slots(0), np.array([start + duration + 5]))[0]  # the second one of the pair is due
    alone = Blinker(paired_share=0)
    start, duration = alone.blink()
    assert not alone.blinks.may_come(slots(0), np.array([start + duration + 0.1]))[0]
    assert alone.blinks.may_come(slots(0), np.array([start + duration + 0.6]))[0]


def test_a_rate_of_0_is_no_blink_at_all() -> None:
    blinker = Blinker(per_min=0)
    assert blinker.next == math.inf
    assert not blinker.blinks.may_come(slots(0), np.array([50.0]))[0]


def test_both_lids_go_down() -> None:
    pose = IdlePose()
    pose_lids(pose)
    table = pose.table()
    assert np.count_nonzero(table) == 4
    for track in (Track.LIDS_CLOSE, Track.LIDS_OPEN):
        assert table[track, SHAPE["eyeBlinkLeft"]] == table[track, SHAPE["eyeBlinkRight"]] == 1
