"""A receiver's timeline behind bad networks: what is shown moves without jumps, and no later than it must be."""

from __future__ import annotations

import functools
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

if (BENCH := str(Path(__file__).resolve().parent.parent / "bench")) not in sys.path:  # where the torture lies, beside its table
    sys.path.insert(0, BENCH)

from timeline_torture import ALL, CASES, LARGEST_STEP, Case, Network, Played, face, play  # noqa: E402 - found only through the lines above

pytestmark = pytest.mark.integration

PLAYED = [case for case in CASES if case.options.mode == "adaptive"]
SECS = 20.0


@functools.cache
def played(case: Case, *, rate_hz: float = 30.0, display_hz: float = 60.0, seed: int = 1) -> Played:
    return play(face(SECS), case, rate_hz=rate_hz, display_hz=display_hz, seed=seed)


@pytest.mark.parametrize("rate_hz", [30.0, 60.0])
@pytest.mark.parametrize("case", PLAYED, ids=[case.name for case in PLAYED])
def test_no_network_makes_a_step_that_the_source_does_not_make(case: Case, rate_hz: float) -> None:
    found = played(case, rate_hz=rate_hz)
    assert float(np.nanmax(found.excess)) <= LARGEST_STEP
    assert float(np.nanmax(found.turn_excess)) <= LARGEST_STEP


@pytest.mark.parametrize("display_hz", [72.0, 90.0, 144.0])
def test_no_display_sees_a_step_that_the_source_does_not_make(display_hz: float) -> None:
    found = played(Case("", replace(ALL, gap_millis=300)), display_hz=display_hz)
    assert float(np.nanmax(found.excess)) <= LARGEST_STEP
    assert float(np.nanmax(found.turn_excess)) <= LARGEST_STEP


def test_the_measure_sees_a_pose_that_jumps() -> None:
    """A timeline that shows the newest frame as it comes is what a step looks like."""
    jumping = next(case for case in CASES if case.options.mode == "latest")
    found = played(replace(jumping, network=replace(ALL, gap_millis=300)))
    assert float(np.nanmax(found.excess)) > 2 * LARGEST_STEP


def test_loopback_has_no_delay() -> None:
    found = played(next(case for case in CASES if case.options.mode == "latest"))
    assert not found.delay_millis.any()
    # A frame of 30 a second is up to 33 ms old when the next one comes, 14 of them on its way.
    assert float(np.nanmax(found.lag_millis)) < 1000 / 30 + 14 + 1000 / 60 + 1


def test_delay_covers_the_jitter_and_little_more() -> None:
    found = played(Case("", Network(jitter_millis=50)))
    delay_millis = float(np.nanpercentile(found.delay_millis[found.now_nanos > found.now_nanos[0] + 5 * 10**9], 50))
    # One interval, 95 of 100 frames' jitter, and what publishing took: 33 + 50 + 14 at most.
    assert 1000 / 30 + 40 < delay_millis < 1000 / 30 + 50 + 14 + 1
    assert found.settled_secs < 1


def test_clean_network_is_one_interval_late() -> None:
    found = played(Case("", Network()))
    assert float(np.nanmax(found.delay_millis)) < 1000 / 30 + 14 + 1
    assert (found.lost, found.dropped, found.skipped) == (0, 0, 0)


def test_frames_that_were_overtaken_are_shown_all_the_same() -> None:
    jitter = Case("", Network(jitter_millis=50))
    found = played(jitter, rate_hz=60.0)
    # Of sixty frames a second with 50 ms of jitter, every third is overtaken by a later one.
    assert found.lost < 0.12 * len(found.sent)


def test_blinks_come_through() -> None:
    for case in PLAYED:
        kept = played(case).blinks_kept
        assert np.isnan(kept) or kept >= 0.9


def test_drift_of_the_clocks_is_followed() -> None:
    calm, drifting = (played(Case("", Network(jitter_millis=10, drift=drift))) for drift in (0.0, 200e-6))
    # 200 ppm are 4 ms in 20 s; the offset is renewed every 5 s.
    assert abs(float(np.nanmedian(drifting.lag_millis)) - float(np.nanmedian(calm.lag_millis))) < 3


def test_same_seed_shows_the_same() -> None:
    case = Case("", ALL)
    first, again, other = played(case), played(case), played(case, seed=3)
    assert first.shapes.tobytes() == again.shapes.tobytes()
    assert first.shapes.tobytes() != other.shapes.tobytes()
