"""How each emotion changes idle life, as data: `moods.toml`, checked when it is loaded."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import IntEnum
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import errors, registry
from affectia.errors import ConfigError

TABLE: Final = "moods.toml"


class Habit(IntEnum):
    """What a mood changes; its name in lower case is its key in the table."""

    BLINKS = 0  # times as many
    BLINK_SECS = 1  # the usual duration
    FIXATION_SECS = 2  # how long the gaze usually rests
    GLANCE_CHANCE = 3  # that it goes away from where it was, at the end of such a rest
    GAZE_RANGE = 4  # times as far
    GAZE_PITCH_DEG = 5  # where it rests, down
    DRIFT = 6  # times as far
    POSTURE_SECS = 7  # how long a posture usually lasts
    BREATHS_PER_MIN = 8
    BREATH_DEPTH = 9  # times as deep


_RANGES: Final = {
    Habit.BLINKS: (0.2, 3.0),
    Habit.BLINK_SECS: (0.1, 0.3),
    Habit.FIXATION_SECS: (0.25, 3.0),
    Habit.GLANCE_CHANCE: (0.0, 0.5),
    Habit.GAZE_RANGE: (0.2, 2.0),
    Habit.GAZE_PITCH_DEG: (-10.0, 10.0),
    Habit.DRIFT: (0.2, 2.0),
    Habit.POSTURE_SECS: (6.0, 60.0),
    Habit.BREATHS_PER_MIN: (12.0, 18.0),
    Habit.BREATH_DEPTH: (0.3, 2.0),
}
_KEYS: Final = tuple(habit.name.lower() for habit in Habit)


@dataclass(frozen=True, slots=True)
class Moods:
    """The table: `habits` (8, habits) in the order of the registry's emotions; `sources` say where a row comes from."""

    habits: NDArray[np.float64]
    sources: tuple[str, ...]

    def blend(self, weights: NDArray[np.float32] | None, count: int) -> NDArray[np.float64]:
        """(count, habits) of (count, 8) weights of emotions, 0 or more; what they lack to 1, and all where there are none, is neutral."""
        if weights is None:
            return np.broadcast_to(self.habits[0], (count, len(Habit)))
        # An instant of an event that is no number would never come: so no weight may be none.
        given = np.where(np.isfinite(weights), np.maximum(weights, 0), 0).astype(np.float64)
        share = given / np.maximum(given.sum(axis=1, keepdims=True), 1)
        # Row by row: a product of whole matrices rounds differently with their size, and an avatar's life is its own.
        blended: NDArray[np.float64] = self.habits[0] + (share[:, None] @ (self.habits - self.habits[0]))[:, 0]
        return blended


def load_moods(text: str | None = None) -> Moods:
    """The table of the package, or another text in the same form; ConfigError names what is wrong in it."""
    source = (resources.files("affectia.rig.idle") / TABLE).read_text(encoding="utf-8") if text is None else text
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{TABLE} is no TOML: {error}") from None
    for name in data:
        if name not in registry.EMOTIONS:
            raise errors.not_one_of("mood", name, registry.EMOTIONS)
    rows = [_checked_row(name, data.get(name)) for name in registry.EMOTIONS]
    habits = np.array([[row[key] for key in _KEYS] for row in rows], np.float64)
    habits.setflags(write=False)
    return Moods(habits, tuple(row["from"] for row in rows))


def _checked_row(name: str, row: Any) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise ConfigError(f"mood {name!r} is {row!r}, expected a table: {TABLE}")
    for key in row:
        if key not in (*_KEYS, "from"):
            raise errors.not_one_of(f"key of mood {name}", key, (*_KEYS, "from"))
    for habit, (low, high) in _RANGES.items():
        key, value = _KEYS[habit], row.get(_KEYS[habit])
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ConfigError(f"{key} of mood {name!r} is {value!r}, expected {low:g} to {high:g}: {TABLE}")
    if not isinstance(row.get("from"), str) or not row["from"]:
        raise ConfigError(f"mood {name!r} does not say where it comes from, expected a text in from: {TABLE}")
    return row
