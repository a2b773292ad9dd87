"""What a calibration makes of a face at rest, and what it costs.

The first pictures of each, a third of a second left out, are taken as the face at rest: of a still picture with a sensor's noise 90, of
a clip 20, for people of the GRID corpus are silent for a second. Of these: the mean of all shapes
and of all action units, the largest median of a shape, and the median turn of the head, each as it is seen and calibrated. A face that
moves too much is refused, and the reason stands in its row. Then what a tick's calibration takes for one avatar and for a crowd.
`--still NAME`, `--clip ID` (repeatable, also a path in AFFECTIA_DATA_DIR).
"""

from __future__ import annotations

import argparse
import os
import timeit
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import face_takes
from affectia.errors import SessionError
from affectia.rig.calibration_table import CalibrationTable
from affectia.session.calibration.calibration_learner import CalibrationLearner
from affectia.session.calibration.neutral_pose import turn_deg
from affectia.signals import face_channels
from affectia.signals.avatar_state import AvatarState
from affectia.signals.face_calibration import FaceCalibration
from affectia.signals.face_channels import ACTION_UNITS, SHAPES, TURN
from affectia.signals.groups import GROUPS, GroupStates
from face_takes import Take
from report import table

_CLIPS = ("carphone", "grid/bbaf2n.mpg", "grid/bbbm1s.mpg", "grid/bbie8n.mpg")
_STILL_FRAMES = 90
_CLIP_FRAMES = 20
_SETTLING = 10  # pictures in which perception gets used to a face
_CROWD = 500
_UNTURNED = np.array((0, 0, 0, 1), np.float32)


def clips() -> list[str]:
    """Those of the usual clips that there are here."""
    folder = os.environ.get("AFFECTIA_DATA_DIR", "")
    return [clip for clip in _CLIPS if "/" not in clip or (folder and (Path(folder) / clip).is_file())]


def state_of(values: NDArray[np.float32]) -> AvatarState:
    """The state of faces that are all fully there."""
    count = len(values)
    valid = np.ones((count, GROUPS), np.bool_)
    return AvatarState(
        values.copy(), np.zeros(count, np.uint32), GroupStates(valid, valid.astype(np.uint8), np.ones((count, GROUPS, 3), np.float32))
    )


def calibrated(made: FaceCalibration, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Some values of one face, calibrated."""
    faces = CalibrationTable(len(values))
    for slot in range(len(values)):
        faces.set(slot, made)
    state = state_of(values)
    faces.apply(np.arange(len(values)), state)
    return state.values


def rest_row(name: str, take: Take, frames: int) -> tuple[str, ...]:
    """A face at rest, seen and calibrated."""
    learner = CalibrationLearner(neutral_secs=30.0, range_secs=0.0)
    resting = take.seen[_SETTLING : _SETTLING + frames]
    for faces in resting:
        learner.note_neutral(faces)
    try:
        made = learner.learned(name="bench", alpha=1.0, made_unix_secs=0)
    except SessionError as error:
        return name, str(len(resting)), str(error).partition(",")[0], "", "", "", ""
    seen = np.concatenate([faces.values for faces in resting])
    both = (seen, calibrated(made, seen))
    cells = (
        [f"{values[:, SHAPES].mean():.4f}" for values in both],
        [f"{np.median(values[:, SHAPES], axis=0).max():.3f}" for values in both],
        [f"{values[:, ACTION_UNITS].mean():.4f}" for values in both],
        [f"{np.median(turn_deg(values[:, TURN], _UNTURNED)):.1f}" for values in both],
    )
    return name, str(len(resting)), f"{made.steadiness:.2f}", *(" -> ".join(pair) for pair in cells)


def cost_row(count: int) -> tuple[str, ...]:
    """Microseconds of a tick without and with a calibration of each avatar."""
    faces, slots, state = CalibrationTable(count), np.arange(count), state_of(face_channels.at_rest(count))
    runs = 20_000 if count == 1 else 400
    micros = []
    for made in (None, FaceCalibration(name="bench", head_rotation=np.array((0, 0.0998334, 0, 0.9950042), np.float32))):
        for slot in range(count):
            faces.set(slot, made)
        micros.append(min(timeit.repeat(lambda: faces.apply(slots, state), number=runs, repeat=5)) / runs * 1e6)
    return str(count), *(f"{value:.2f}" for value in micros)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--still", action="append")
    parser.add_argument("--clip", action="append")
    args = parser.parse_args()
    stills = [face_takes.of_still(name, 1, _STILL_FRAMES + _SETTLING) for name in args.still or face_takes.still_names()]
    rows = [rest_row(f"{take.name}, still", take, _STILL_FRAMES) for take in stills]
    rows += [rest_row(clip, face_takes.of_clip(clip, 1), _CLIP_FRAMES) for clip in args.clip or clips()]
    columns = ("face", "pictures", "steadiness", "mean shape", "largest median", "mean action unit", "head deg")
    table("a face at rest, seen -> calibrated", columns, rows)
    table("cost of a tick, us", ("avatars", "none has one", "each has one"), [cost_row(count) for count in (1, _CROWD)])


if __name__ == "__main__":
    main()
