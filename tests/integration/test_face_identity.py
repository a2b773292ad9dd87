"""The real network on made videos of real faces that cross, leave and change places: who gets which row.

Set AFFECTIA_DATA_DIR to a folder with `grid/bbaf2n.mpg` of the GRID audiovisual corpus for pairs with a third person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from affectia.clock import NANOS_PER_SEC
from affectia.perception.face.identity.face_identity import FaceIdentity
from affectia.perception.face.identity.seen_person import place_of
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.signals.video_sample import VideoSample
from tests.integration.crossing_video import (
    ACTOR,
    CARPHONE,
    SPEAKER,
    CrossingVideo,
    Person,
    covering,
    crossing,
    swap_in_the_dark,
    truth_of,
    turning_back,
)

pytestmark = pytest.mark.integration

# Faces of one colour, as in one room under one light: what tells them apart is not the camera.
SKIN = (165.0, 125.0, 105.0)
SEEN = 0.5  # a face of which this part is to be seen should have a row soon
SOON_SECS = 0.3

Watch = Callable[..., "Report"]


@dataclass
class Report:
    """What became of each face. `wrong` are (secs, whose, row) of faces in another's row, `delays_secs` from when a face is to be seen
    again until it has its row.
    """

    pictures: int = 0
    wrong: list[tuple[float, int, int]] = field(default_factory=list)
    waited: int = 0
    missing: int = 0
    doubled: int = 0
    fresh: list[tuple[float, int, int | None]] = field(default_factory=list)  # secs, row, whose
    delays_secs: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        slowest = max(self.delays_secs, default=0.0)
        return (
            f"{self.pictures} pictures, {len(self.wrong)} faces in another's row, {self.waited} waited, {self.missing} missing, "
            f"{self.doubled} doubled, {len(self.fresh)} began, back after {slowest:.2f} s at most"
        )


@pytest.fixture(scope="module")
def man_in_car(carphone_path: Path) -> Person:
    return Person(carphone_path, CARPHONE, skin=SKIN)


@pytest.fixture(scope="module")
def actor(model_path: Callable[[str], Path]) -> Person:
    return Person(model_path("actor-expressions"), ACTOR, skin=SKIN)


@pytest.fixture(scope="module")
def speaker(data_path: Callable[[str], Path]) -> Person:
    return Person(data_path("grid/bbaf2n.mpg"), SPEAKER, skin=SKIN)


@pytest.fixture
def watch(face_landmarker_path: Path, record_property: Callable[[str, object], None]) -> Watch:
    """Looks at a video with a fresh landmarker, and holds each row against the truth."""

    def watched(video: CrossingVideo, *, faces: int = 2) -> Report:
        eye, identity, report = FaceLandmarker(face_landmarker_path, faces=faces), FaceIdentity(faces), Report()
        owners: dict[int, int | None] = {}
        hidden_until: dict[int, int | None] = {}
        for shot in video.shots():
            sample = VideoSample(shot.time_nanos, 0, shot.rgb)
            secs = shot.time_nanos / NANOS_PER_SEC
            found = eye.faces(eye.detect(sample), sample)
            rows = identity.assign(found, shot.rgb, time_nanos=shot.time_nanos, study_later=True)  # as the perceiver does
            identity.study()
            places = [place_of(face) for face in found]
            whose = [None if place is None else truth_of((place.x_px, place.y_px), shot.truths) for place in places]
            for who, row in zip(whose, rows, strict=True):
                if row in identity.fresh_rows:
                    owners[row] = who
                    report.fresh.append((secs, row, who))
                report.waited += row is None
                if row is not None and who is not None and owners[row] != who:
                    report.wrong.append((secs, who, row))
            placed = {who for who, row in zip(whose, rows, strict=True) if row is not None}
            visible = {truth.walk for truth in shot.truths if truth.visible >= SEEN}
            clear = [who for who in whose if who is not None]
            report.pictures += 1
            report.missing += len(visible - set(clear))
            report.doubled += len(clear) - len(set(clear))
            for walk in range(len(video.walks)):
                since = hidden_until.get(walk)
                if walk not in visible:
                    hidden_until[walk] = shot.time_nanos
                elif walk in placed:
                    if since is not None:
                        report.delays_secs.append((shot.time_nanos - since) / NANOS_PER_SEC)
                    hidden_until[walk] = None
        eye.close()
        record_property("report", str(report))
        print(report)
        return report

    return watched


def assert_nobody_is_changed_over(report: Report) -> None:
    assert report.wrong == [], str(report)
    assert [(row, secs) for secs, row, _ in report.fresh] == [(0, 0.0), (1, 0.0)], str(report)
    assert max(report.delays_secs, default=0.0) <= SOON_SECS, str(report)
    # The test says something only when the faces were found at all.
    assert report.missing < 0.1 * report.pictures, str(report)


def test_two_cross_then_one_leaves_for_less_than_a_second(watch: Watch, man_in_car: Person, actor: Person) -> None:
    report = watch(crossing(man_in_car, actor, absent_secs=0.8))
    assert len(report.delays_secs) == 2  # from behind the other, and from outside the picture
    assert_nobody_is_changed_over(report)


def test_the_other_one_in_front_faster_and_with_a_noisy_sensor(watch: Watch, man_in_car: Person, actor: Person) -> None:
    assert_nobody_is_changed_over(watch(crossing(man_in_car, actor, speed=1.8, left_in_front=True, noise=10, up_px=30)))


def test_a_small_face_behind_a_large_one_out_of_the_shade(watch: Watch, man_in_car: Person, actor: Person) -> None:
    assert_nobody_is_changed_over(watch(crossing(actor, man_in_car, left_px=95, right_px=150, light=(0.6, 1.15))))


def test_two_come_together_and_turn_back(watch: Watch, man_in_car: Person, actor: Person) -> None:
    assert_nobody_is_changed_over(watch(turning_back(man_in_car, actor)))


@pytest.mark.parametrize("dark_secs", [0.08, 0.5, 0.8])
def test_two_change_places_in_the_dark(watch: Watch, man_in_car: Person, actor: Person, dark_secs: float) -> None:
    assert_nobody_is_changed_over(watch(swap_in_the_dark(man_in_car, actor, dark_secs=dark_secs, noise=5)))


def test_two_pictures_of_one_person_that_cross_are_told_apart_by_their_ways(watch: Watch, man_in_car: Person) -> None:
    assert_nobody_is_changed_over(watch(crossing(man_in_car, man_in_car, speed=1.5)))


def test_who_was_away_for_more_than_a_second_begins_anew(watch: Watch, man_in_car: Person, actor: Person) -> None:
    report = watch(crossing(man_in_car, actor, speed=2.0, absent_secs=1.25))
    assert report.wrong == [], str(report)
    (secs, row, who), *more = report.fresh[2:]
    assert more == []
    assert (row, who) == (next(row for _, row, who in report.fresh if who == 0), 0)
    assert secs == pytest.approx(0.3 + 1.6 / 2.0 + 0.2 + 0.25 + 1.25, abs=SOON_SECS)


def test_with_one_row_somebody_else_is_noticed(watch: Watch, man_in_car: Person, actor: Person) -> None:
    """The network follows one face by itself, and slides from the one behind to the one in front without losing it for a picture."""
    report = watch(covering(man_in_car, actor), faces=1)
    assert [(row, who) for _, row, who in report.fresh] == [(0, 0), (0, 1)], str(report)
    assert len(report.wrong) <= SOON_SECS * 25, str(report)


@pytest.mark.slow
@pytest.mark.parametrize("first_in_front", [False, True])
def test_pairs_with_a_third_person(watch: Watch, man_in_car: Person, actor: Person, speaker: Person, first_in_front: bool) -> None:
    for other in (man_in_car, actor):
        assert_nobody_is_changed_over(watch(crossing(speaker, other, left_in_front=first_in_front, absent_secs=0.8)))
