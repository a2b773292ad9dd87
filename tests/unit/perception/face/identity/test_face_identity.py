"""Who gets which row: made faces, made pictures, made times."""

from __future__ import annotations

import dataclasses
import weakref

import numpy as np
import pytest

from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.perception.face.identity.face_identity import FaceIdentity
from affectia.perception.face.identity.seen_person import IdentityOptions
from affectia.perception.face.landmarks.detected_face import DetectedFace
from tests.unit.perception.face.made_people import Made, broken, picture

pytestmark = pytest.mark.unit

FPS = 25
STEP_NANOS = NANOS_PER_SEC // FPS
ANNA, BERT, CARL = 0, 5, 4


@pytest.fixture(autouse=True, params=[False, True], ids=["looks at once", "looks later"])
def studies(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every rule holds whether the closer look is taken in between or afterwards."""
    monkeypatch.setattr(Scene, "study_later", request.param)


class Scene:
    """Shows people to an identity, picture after picture."""

    study_later = False

    def __init__(self, rows: int = 2) -> None:
        self.identity = FaceIdentity(rows)
        self.time_nanos = 10 * NANOS_PER_SEC
        self.fresh: list[tuple[int, ...]] = []

    def show(self, *people: Made, hidden: tuple[Made, ...] = (), light: tuple[float, ...] = (1.0, 1.0, 1.0)) -> list[int | None]:
        """One picture later: `people` are there and found, `hidden` there and not found; the last one given is in front."""
        self.time_nanos += STEP_NANOS
        rgb = picture((*hidden, *people), light=light)
        faces = [made.face() for made in people]
        rows = self.identity.assign(faces, rgb, time_nanos=self.time_nanos, study_later=self.study_later)
        self.fresh.append(self.identity.fresh_rows)
        self.identity.study()
        return rows

    def stay(self, secs: float, *people: Made, light: tuple[float, ...] = (1.0, 1.0, 1.0)) -> list[list[int | None]]:
        return [self.show(*people, light=light) for _ in range(round(secs * FPS))]

    def fresh_since(self, count: int) -> list[int]:
        """All rows that began after so many pictures."""
        return [row for rows in self.fresh[count:] for row in rows]


def test_the_first_face_gets_the_first_row_and_is_new_once() -> None:
    scene = Scene()
    assert scene.stay(1, Made(ANNA, 200)) == [[0]] * FPS
    assert scene.fresh == [(0,)] + [()] * (FPS - 1)


def test_a_picture_without_faces_gives_nothing() -> None:
    scene = Scene()
    assert scene.show() == []
    assert scene.show(Made(ANNA, 200)) == [0]
    assert scene.show() == []
    assert scene.identity.fresh_rows == ()


def test_rows_stay_with_the_faces_whatever_order_they_come_in() -> None:
    scene = Scene()
    for x in range(0, 100, 10):
        assert scene.show(Made(ANNA, 100 + x), Made(BERT, 500 - x)) == [0, 1]
        assert scene.show(Made(BERT, 500 - x), Made(ANNA, 100 + x)) == [1, 0]


@pytest.mark.parametrize("wrong", [broken(), Made(ANNA, 300, size_px=0).face()])
def test_a_face_without_a_place_has_no_row_and_disturbs_nobody(wrong: DetectedFace) -> None:
    scene = Scene()
    scene.stay(0.4, Made(ANNA, 300))
    faces = [wrong, Made(ANNA, 300).face()]
    assert scene.identity.assign(faces, picture([Made(ANNA, 300)]), time_nanos=scene.time_nanos + STEP_NANOS) == [None, 0]
    assert scene.identity.assign([wrong], picture([]), time_nanos=scene.time_nanos + 2 * STEP_NANOS) == [None]


def test_a_second_result_on_the_same_face_has_no_row() -> None:
    scene = Scene()
    scene.show(Made(ANNA, 300))
    for _ in range(2 * FPS):
        assert scene.show(Made(ANNA, 300), Made(ANNA, 308, 236)) == [0, None]
    assert scene.show(Made(ANNA, 340), Made(ANNA, 301)) == [None, 0]  # the one that goes on as before is kept
    assert scene.fresh_since(1) == []


def test_with_more_faces_than_rows_those_who_were_there_stay() -> None:
    scene = Scene()
    scene.stay(0.4, Made(ANNA, 100), Made(BERT, 300))
    for _ in range(2 * FPS):
        assert scene.show(Made(CARL, 500), Made(BERT, 300), Made(ANNA, 100)) == [None, 1, 0]
    assert scene.fresh_since(1) == []


def test_who_waited_gets_the_row_of_somebody_who_has_been_gone_for_a_second() -> None:
    scene = Scene()
    scene.stay(0.4, Made(ANNA, 100), Made(BERT, 300), Made(CARL, 500))
    count = len(scene.fresh)
    rows = scene.stay(1.2, Made(BERT, 300), Made(CARL, 500))
    assert rows[: FPS - 1] == [[1, None]] * (FPS - 1)
    assert rows[FPS + 1 :] == [[1, 0]] * len(rows[FPS + 1 :])
    assert scene.fresh_since(count) == [0]


def test_somebody_else_gets_a_free_row_at_once() -> None:
    scene = Scene()
    scene.stay(0.4, Made(ANNA, 100))
    scene.stay(0.2)
    assert scene.show(Made(CARL, 500)) == [1]
    assert scene.show(Made(CARL, 500), Made(ANNA, 120)) == [1, 0]
    assert scene.fresh[-2:] == [(1,), ()]


@pytest.mark.parametrize("x", [100, 240, 560])
def test_who_comes_back_within_a_second_has_the_same_row_wherever(x: float) -> None:
    scene = Scene()
    scene.stay(0.4, Made(ANNA, 100), Made(BERT, 420))
    count = len(scene.fresh)
    scene.stay(0.9, Made(BERT, 420))
    assert scene.show(Made(BERT, 420), Made(ANNA, x)) == [1, 0]
    assert scene.fresh_since(count) == []


def test_who_comes_back_after_more_than_a_second_is_new() -> None:
    scene = Scene()
    scene.stay(0.4, Made(ANNA, 100), Made(BERT, 420))
    scene.stay(1.04, Made(BERT, 420))
    assert scene.show(Made(ANNA, 100), Made(BERT, 420)) == [0, 1]
    assert scene.identity.fresh_rows == (0,)


def test_after_a_long_gap_everybody_is_new() -> None:
    scene = Scene()
    scene.stay(0.4, Made(ANNA, 100), Made(BERT, 420))
    scene.time_nanos += 3600 * NANOS_PER_SEC
    assert scene.show(Made(BERT, 420)) == [0]
    assert scene.identity.fresh_rows == (0,)


def test_two_pictures_at_one_time_and_a_time_that_goes_back_are_borne() -> None:
    scene = Scene()
    people = (Made(ANNA, 100), Made(BERT, 420))
    scene.stay(0.4, *people)
    for step in (0, 0, -5 * STEP_NANOS, -NANOS_PER_SEC, 0):
        scene.time_nanos += step - STEP_NANOS
        assert scene.show(*people) == [0, 1]
    count = len(scene.fresh)
    assert scene.stay(0.4, *people) == [[0, 1]] * 10
    assert scene.fresh_since(count) == []
    scene.stay(1.04)
    scene.show(*people)
    assert scene.identity.fresh_rows == (0, 1)


def cross(scene: Scene, who: tuple[int, int], *, hidden_x: float = 70, turn_back: bool = False) -> list[tuple[bool, dict[int, int | None]]]:
    """The first walks to the right behind the second and is lost near it; (whether both were found, row by person's place) per picture."""
    seen = []
    for tick in range(64):
        along = tick if not turn_back or tick < 32 else 63 - tick
        behind, before = Made(who[0], 120 + 6 * along), Made(who[1], 500 - 6 * along)
        if abs(behind.x_px - before.x_px) < hidden_x:
            seen.append((False, {1: scene.show(before, hidden=(behind,))[0]}))
        elif tick < 32:
            rows = scene.show(behind, before)
            seen.append((True, {0: rows[0], 1: rows[1]}))
        else:  # afterwards in the other order
            rows = scene.show(before, behind)
            seen.append((True, {0: rows[1], 1: rows[0]}))
    return seen


@pytest.mark.parametrize("turn_back", [False, True])
@pytest.mark.parametrize("hidden_x", [40, 70, 110])
def test_two_who_cross_or_turn_back_keep_their_rows(hidden_x: float, turn_back: bool) -> None:
    scene = Scene()
    seen = cross(scene, (ANNA, BERT), hidden_x=hidden_x, turn_back=turn_back)
    assert [rows for _, rows in seen if any(row is not None and row != who for who, row in rows.items())] == []
    assert sum(row is None for _, rows in seen for row in rows.values()) <= 0.3 * FPS
    assert seen[-1] == (True, {0: 0, 1: 1})
    assert scene.fresh_since(1) == []


def test_two_who_look_the_same_are_told_apart_by_their_ways() -> None:
    scene = Scene()
    seen = cross(scene, (ANNA, ANNA))
    assert [rows for _, rows in seen if any(row is not None and row != who for who, row in rows.items())] == []
    assert seen[-1] == (True, {0: 0, 1: 1})


@pytest.mark.parametrize("dark_secs", [0.04, 0.2, 0.5, 0.96])
def test_two_who_change_places_in_the_dark_keep_their_rows(dark_secs: float) -> None:
    scene = Scene()
    scene.stay(0.6, Made(ANNA, 180), Made(BERT, 460))
    scene.stay(dark_secs)
    for rows in scene.stay(0.6, Made(BERT, 180), Made(ANNA, 460)):
        assert rows in ([1, 0], [None, None])
    assert rows == [1, 0]
    assert scene.fresh_since(1) == []


def test_two_who_change_places_from_one_picture_to_the_next_are_put_right() -> None:
    """A cut of a video: by place alone nothing has happened."""
    scene = Scene()
    scene.stay(0.6, Made(ANNA, 180), Made(BERT, 460))
    rows = scene.stay(0.6, Made(BERT, 180), Made(ANNA, 460))
    assert rows[6:] == [[1, 0]] * len(rows[6:])
    assert scene.fresh_since(1) == []


def test_what_is_not_clear_is_put_off_but_not_for_long() -> None:
    """Two who look the same come back, where neither of them was expected more than the other."""
    scene = Scene()
    scene.stay(0.6, Made(ANNA, 180), Made(ANNA, 460))
    scene.stay(0.5)
    rows = scene.stay(0.6, Made(ANNA, 320, 180), Made(ANNA, 320, 330))
    assert rows[:5] == [[None, None]] * 5
    assert all(sorted(found, key=str) == [0, 1] for found in rows[8:])
    assert len({tuple(found) for found in rows[8:]}) == 1
    assert scene.fresh_since(1) == []


def test_a_face_on_the_edge_of_another_waits_before_it_is_somebody_new() -> None:
    scene = Scene(3)
    scene.stay(0.4, Made(ANNA, 300))
    rows = scene.stay(0.6, Made(ANNA, 300), Made(CARL, 370))
    assert rows[:7] == [[0, None]] * 7
    assert rows[8:] == [[0, 1]] * len(rows[8:])


def test_with_one_row_another_face_in_view_is_not_taken_for_the_first() -> None:
    scene = Scene(1)
    scene.stay(0.6, Made(ANNA, 180))
    assert scene.stay(0.6, Made(BERT, 420)) == [[None]] * 15
    assert scene.stay(0.2, Made(ANNA, 190)) == [[0]] * 5  # the network looks at this one, then at that one
    rows = scene.stay(1.4, Made(BERT, 420))
    assert rows[: FPS - 1] == [[None]] * (FPS - 1)
    assert rows[FPS + 1 :] == [[0]] * len(rows[FPS + 1 :])
    assert scene.fresh_since(1) == [0]


def test_somebody_else_in_the_same_place_is_withheld_and_then_new() -> None:
    scene = Scene(1)
    scene.stay(0.6, Made(ANNA, 180))
    rows = scene.stay(1.2, Made(BERT, 182))
    noticed = rows.index([None])
    assert noticed <= 0.24 * FPS
    began = rows.index([0], noticed)
    assert began - noticed <= 0.6 * FPS
    assert rows[began:] == [[0]] * len(rows[began:])
    assert scene.fresh_since(1) == [0]


def test_whoever_turns_away_in_the_moment_of_doubt_comes_back() -> None:
    scene = Scene(1)
    scene.stay(0.6, Made(ANNA, 180))
    assert [None] in scene.stay(0.28, Made(BERT, 180)), "looks changed for a moment: else this shows nothing"
    rows = scene.stay(2.0, Made(ANNA, 180, turned=True))
    assert rows[-1] == [0]
    assert rows.count([None]) <= 0.6 * FPS


def test_what_waits_for_a_closer_look_is_let_go() -> None:
    scene = Scene(1)
    scene.stay(0.6, Made(ANNA, 180))
    rgb = np.full((480, 640, 3), 99, np.uint8)
    watched = weakref.ref(rgb)
    for later in range(1, 9):  # one of them is due for a closer look
        scene.identity.assign([Made(ANNA, 180).face()], rgb, time_nanos=scene.time_nanos + later * STEP_NANOS, study_later=True)
    scene.identity.release()
    del rgb
    assert watched() is None


def test_a_lamp_and_a_shade_make_nobody_another_person() -> None:
    scene = Scene(1)
    scene.stay(0.6, Made(ANNA, 180))
    assert scene.stay(0.6, Made(ANNA, 180), light=(1.0, 0.9, 0.7)) == [[0]] * 15
    assert scene.stay(0.6, Made(ANNA, 180), light=(0.4, 0.36, 0.28)) == [[0]] * 15
    assert scene.stay(0.6, Made(ANNA, 180), light=(0.02, 0.02, 0.02)) == [[0]] * 15
    assert scene.fresh_since(1) == []


def test_the_only_face_that_moves_fast_or_turns_away_is_never_put_off() -> None:
    scene = Scene(1)
    scene.stay(0.6, Made(ANNA, 180))
    assert scene.show(Made(ANNA, 250)) == [0]
    scene.show()
    assert scene.show(Made(ANNA, 330, 200)) == [0]
    scene.show()
    assert scene.show(Made(CARL, 330, 200, turned=True)) == [0]  # a profile looks like nobody
    assert scene.fresh_since(1) == []


def test_faces_half_outside_the_picture_are_followed() -> None:
    scene = Scene()
    scene.stay(0.6, Made(ANNA, 100), Made(BERT, 420))
    for x in range(100, -60, -10):
        assert scene.show(Made(ANNA, x), Made(BERT, 420)) == [0, 1]


def test_reset_forgets_everybody() -> None:
    scene = Scene()
    scene.stay(0.4, Made(ANNA, 100), Made(BERT, 420))
    scene.identity.reset()
    assert scene.show(Made(BERT, 420)) == [0]
    assert scene.identity.fresh_rows == (0,)


def test_no_row_is_given_twice_and_only_rows_that_exist() -> None:
    random = np.random.default_rng(2)
    scene = Scene(3)
    for _ in range(100):
        people = [
            Made(int(random.integers(5)), float(random.uniform(0, 640)), float(random.uniform(100, 400)), float(random.uniform(30, 200)))
            for _ in range(int(random.integers(0, 6)))
        ]
        given = [row for row in scene.show(*people) if row is not None]
        assert len(given) == len(set(given))
        assert set(given) <= {0, 1, 2}
        assert set(scene.identity.fresh_rows) <= {0, 1, 2}


def test_rows_and_options_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError, match="number of face rows is 0, expected at least 1"):
        FaceIdentity(0)
    with pytest.raises(ConfigError, match="patience_secs is 2.0"):
        dataclasses.replace(IdentityOptions(), patience_secs=2.0)
