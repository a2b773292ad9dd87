from __future__ import annotations

import importlib.resources

import numpy as np
import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.rig.idle.moods import TABLE, Habit, load_moods

pytestmark = pytest.mark.unit


def text() -> str:
    return (importlib.resources.files("affectia.rig.idle") / TABLE).read_text(encoding="utf-8")


def weights(**shares: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    row = np.zeros((1, 8), np.float32)
    for name, share in shares.items():
        row[0, registry.EMOTIONS.index(name)] = share
    return row


def test_every_emotion_has_its_habits() -> None:
    moods = load_moods()
    assert moods.habits.shape == (8, len(Habit))
    assert len(moods.sources) == 8
    assert all(moods.sources)
    neutral, sad, fear = (moods.habits[registry.EMOTIONS.index(name)] for name in ("neutral", "sad", "fear"))
    assert neutral[Habit.BLINKS] == neutral[Habit.DRIFT] == neutral[Habit.BREATH_DEPTH] == neutral[Habit.GAZE_RANGE] == 1
    assert neutral[Habit.GAZE_PITCH_DEG] == 0
    assert sad[Habit.GAZE_PITCH_DEG] > 0
    assert fear[Habit.BLINKS] > 1
    assert fear[Habit.FIXATION_SECS] < neutral[Habit.FIXATION_SECS]
    assert not moods.habits.flags.writeable


def test_without_a_mood_all_is_neutral() -> None:
    moods = load_moods()
    np.testing.assert_array_equal(moods.blend(None, 3), np.tile(moods.habits[0], (3, 1)))
    np.testing.assert_array_equal(moods.blend(weights(), 1)[0], moods.habits[0])


def test_moods_are_blended_and_what_they_lack_is_neutral() -> None:
    moods = load_moods()
    neutral, happy, sad = moods.habits[:3]
    np.testing.assert_allclose(moods.blend(weights(happy=1), 1)[0], happy)
    np.testing.assert_allclose(moods.blend(weights(sad=0.25), 1)[0], neutral + 0.25 * (sad - neutral))
    np.testing.assert_allclose(moods.blend(weights(happy=2, sad=2), 1)[0], (happy + sad) / 2)


def test_weights_that_cannot_be_count_as_none() -> None:
    moods = load_moods()
    np.testing.assert_array_equal(moods.blend(weights(sad=float("nan"), fear=-1), 1)[0], moods.habits[0])


def test_a_row_does_not_depend_on_the_others() -> None:
    moods = load_moods()
    rows = np.random.default_rng(1).random((40, 8)).astype(np.float32)
    together = moods.blend(rows, 40)
    assert b"".join(moods.blend(row[None], 1).tobytes() for row in rows) == together.tobytes()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[happy]", "[hapy]", "mood is 'hapy', expected one of .*, did you mean happy"),
        ("drift = 1.3", "drifts = 1.3", "key of mood happy is 'drifts', expected one of .*, did you mean drift"),
        ("drift = 1.3", "drift = 3", "drift of mood 'happy' is 3, expected 0.2 to 2"),
        ("drift = 1.3", "", "drift of mood 'happy' is None, expected 0.2 to 2"),
        ("drift = 1.3", "drift = true", "drift of mood 'happy' is True"),
        ("breaths_per_min = 12.0", "breaths_per_min = nan", "breaths_per_min of mood 'sad' is nan, expected 12 to 18"),
        ('from = "set by eye: slow lids, looks down on others"', "", "mood 'contempt' does not say where it comes from"),
        ("[fear]", "[fear", "moods.toml is no TOML"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, said: str) -> None:
    assert old in text()
    with pytest.raises(ConfigError, match=said):
        load_moods(text().replace(old, new, 1))


def test_a_missing_mood_is_named() -> None:
    with pytest.raises(ConfigError, match="mood 'contempt' is None, expected a table"):
        load_moods(text()[: text().index("[contempt]")])
