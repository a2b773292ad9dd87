"""Real faces rendered at every angle, through the real network and the whole pipeline: a face that turns does not smile.

Set AFFECTIA_DATA_DIR to a folder with `grid/*.mpg` of the GRID audiovisual corpus for turned faces of three more people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.registry import Bone
from affectia.signals.face_channels import ACTION_UNITS
from affectia.signals.video_sample import VideoSample
from tests.integration.made_pictures import TurnedFace, decoded, with_noise
from tests.integration.watched_pictures import BROWS, EYES, HEAD, MOUTH, OF_GROUP, RATE_HZ, Watch, watcher
from tests.unit.fakes import SHAPE

pytestmark = pytest.mark.integration

Floats = npt.NDArray[np.floating]

SIDEWAYS = [SHAPE[name] for name in ("mouthLeft", "mouthRight", "jawLeft", "jawRight")]


@pytest.fixture(scope="module")
def watch(face_landmarker_path: Path) -> Watch:
    return watcher(face_landmarker_path)


@dataclass(frozen=True)
class Turn:
    """What was seen of a face that was rendered at an angle, the medians while it holds still; None where it was lost."""

    angle_deg: int
    values: Floats
    euler_deg: Floats
    confidence: Floats


HOLD, WAY = 5, 3  # pictures


def median(rows: Floats) -> npt.NDArray[np.float64]:
    middle: npt.NDArray[np.float64] = np.median(rows.astype(np.float64), axis=0)
    return middle


def turns(watch: Watch, face: TurnedFace, *, axis: str, to_deg: int) -> dict[int, Turn | None]:
    """The face turned from the camera to an angle and held every 10 degrees on the way."""
    angles = [0.0] * 14
    stops = {0: len(angles) - HOLD}
    sign = 1 if to_deg > 0 else -1
    for stop in range(10, abs(to_deg) + 1, 10):
        angles += [sign * (stop - 10 + 10 * (step + 1) / (WAY + 1)) for step in range(WAY)] + [float(sign * stop)] * HOLD
        stops[sign * stop] = len(angles) - HOLD
    seen = watch(face.picture(**{"yaw_deg": 0.0, f"{axis}_deg": angle}) for angle in angles)
    found: dict[int, Turn | None] = {}
    for angle, start in stops.items():
        held = [number for number in range(start + 2, start + HOLD) if seen.found[number, 0]]
        found[angle] = Turn(angle, *(median(part[held, 0]) for part in (seen.values, seen.euler_deg, seen.confidence))) if held else None
    return found


def table(name: str, axis: str, found: dict[int, Turn | None]) -> str:
    """What the tests below judge, a row for each angle."""
    front = found[0]
    assert front is not None
    rows = [f"{name}, {axis}: seen deg; largest change of mouth, brows, eyes shapes and of action units; confidence eyes brows mouth head"]
    for angle, turn in found.items():
        if turn is None:
            rows.append(f"{angle:4d}: nobody")
            continue
        change = turn.values - front.values
        shown = []
        for group in (MOUTH, BROWS, EYES):
            place = max(OF_GROUP[group], key=lambda shape: abs(change[shape]))
            shown.append(f"{change[place]:+.2f} {registry.BLENDSHAPES[place]}")
        units = change[ACTION_UNITS]
        shown.append(f"{units[np.abs(units).argmax()]:+.2f} {registry.ACTION_UNITS[int(np.abs(units).argmax())]}")
        seen_deg = turn.euler_deg[0 if axis == "yaw" else 1]
        rows.append(f"{angle:4d}: {seen_deg:+5.0f}; {', '.join(shown)}; {np.round(turn.confidence, 2)}")
    return "\n".join(rows)


def frontal(model: Path, path: Path, number: int, *, enlarge: int = 1) -> TurnedFace:
    """The face of a clip's picture, which must look about into the camera, as a mesh that can be turned."""
    eye = FaceLandmarker(model)
    pictures = decoded(path, range(max(0, number - 8), number + 1), enlarge=enlarge)
    samples = [VideoSample(step * NANOS_PER_SEC // RATE_HZ, 0, picture) for step, picture in enumerate(pictures)]
    faces = [eye.faces(eye.detect(sample), sample) for sample in samples]
    eye.close()
    return TurnedFace(pictures[-1], faces[-1][0])


def assert_a_turn_is_no_expression(found: dict[int, Turn | None], *, sideways: float) -> None:
    front = found[0]
    assert front is not None
    mouth = np.setdiff1d(OF_GROUP[MOUTH], SIDEWAYS)
    smile = [SHAPE[f"{name}{side}"] for name in ("mouthSmile", "mouthFrown", "cheekSquint", "noseSneer") for side in ("Left", "Right")]
    for angle, turn in found.items():
        if abs(angle) > 40:
            continue
        if turn is None:
            assert abs(angle) == 40, f"lost at {angle}"
            continue
        change = np.abs(turn.values - front.values)
        if abs(angle) <= 30:
            assert change[mouth].max() < 0.15, f"at {angle}: {registry.BLENDSHAPES[mouth[change[mouth].argmax()]]}"
            assert change[SIDEWAYS].max() < sideways, f"at {angle}"
        assert change[smile].max() < 0.15, f"a smile or a sneer at {angle}"
    for angle, turn in found.items():
        if abs(angle) > 50 and turn is not None:
            assert (turn.confidence[:HEAD] < front.confidence[:HEAD] - 0.1).all(), f"at {angle}"


@pytest.fixture(scope="module")
def actors_mesh(face_landmarker_path: Path, model_path: Callable[[str], Path]) -> TurnedFace:
    return frontal(face_landmarker_path, model_path("actor-expressions"), 30)


@pytest.mark.parametrize("to_deg", [70, -70])
def test_a_head_that_turns_to_its_profile_shows_no_expression(watch: Watch, actors_mesh: TurnedFace, to_deg: int) -> None:
    found = turns(watch, actors_mesh, axis="yaw", to_deg=to_deg)
    print(table("actor", "yaw", found))
    # The network draws this man's mouth to his right as soon as he turns there, the score of it alone; GRID's speakers show nothing of it.
    assert_a_turn_is_no_expression(found, sideways=0.25)
    for angle, turn in found.items():
        if turn is not None and abs(angle) <= 40:
            assert turn.euler_deg[0] == pytest.approx(angle, abs=8)


@pytest.mark.parametrize("to_deg", [30, -30])
def test_a_head_that_nods_shows_no_expression(watch: Watch, actors_mesh: TurnedFace, to_deg: int) -> None:
    found = turns(watch, actors_mesh, axis="pitch", to_deg=to_deg)
    print(table("actor", "pitch", found))
    front = found[0]
    assert front is not None
    for angle, turn in found.items():
        assert turn is not None
        assert turn.euler_deg[1] == pytest.approx(angle, abs=8)
        assert np.abs(turn.values - front.values)[OF_GROUP[MOUTH]].max() < 0.3
        assert np.abs(turn.values - front.values)[OF_GROUP[BROWS]].max() < 0.2


@pytest.mark.slow
@pytest.mark.parametrize("to_deg", [70, -70])
@pytest.mark.parametrize("speaker", ["bbaf2n", "bgin3a", "brif6p"])
def test_speakers_who_turn_show_no_expression(
    watch: Watch, face_landmarker_path: Path, data_path: Callable[[str], Path], speaker: str, to_deg: int
) -> None:
    found = turns(watch, frontal(face_landmarker_path, data_path(f"grid/{speaker}.mpg"), 2, enlarge=2), axis="yaw", to_deg=to_deg)
    print(table(speaker, "yaw", found))
    assert_a_turn_is_no_expression(found, sideways=0.15)
    for angle, turn in found.items():
        if turn is not None and abs(angle) <= 40:
            assert turn.euler_deg[0] == pytest.approx(angle, abs=8)


@pytest.mark.parametrize("yaw_deg", [0.0, 55.0])
def test_a_noisy_sensor_does_not_shake_the_head(watch: Watch, actors_mesh: TurnedFace, yaw_deg: float) -> None:
    random = np.random.default_rng(4)
    way = [actors_mesh.picture(yaw_deg=yaw_deg * step / 12) for step in range(13)]
    seen = watch(with_noise(picture, random) for picture in way + way[-1:] * 40)
    assert seen.found.all()
    turns_of_head = seen.bones[-35:, 0, [Bone.NECK, Bone.HEAD]].astype(np.float64)
    # The angle between one picture's rotation and the next's; the neck and the head turn about the same axis.
    cosines = np.abs(np.einsum("pbi,pbi->pb", turns_of_head[1:], turns_of_head[:-1])).clip(0, 1)
    steps_deg = np.degrees(2 * np.arccos(cosines)).sum(axis=1)
    print(f"at {yaw_deg:g} degrees the head moves by {np.sqrt(np.square(steps_deg).mean()):.3f} degrees from picture to picture")
    assert np.sqrt(np.square(steps_deg).mean()) < 1.0
