"""A face that is made up: at rest it smiles a little, holds its brows up, its lids half shut and its head aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.signals.face_channels import ACTION_UNITS, ALL_ACTION_UNITS, BLINK, BLINK_BIT, GAZE, GAZE_BIT, SHAPES, TURN
from affectia.signals.face_observations import FaceObservations
from affectia.wire import rotation
from tests.unit.fakes import SHAPE

UNIT = {name: place for place, name in enumerate(registry.ACTION_UNITS)}

AT_REST = {
    "mouthSmileLeft": 0.15,
    "mouthSmileRight": 0.15,
    "browInnerUp": 0.2,
    "browOuterUpLeft": 0.2,
    "eyeBlinkLeft": 0.5,
    "eyeBlinkRight": 0.5,
    "eyeLookUpLeft": 0.12,
    "eyeLookUpRight": 0.12,
}
YAW_DEG = 12.0
GAZE_AT_REST = (0.1, -0.05)
FRAME_NANOS = NANOS_PER_SEC // 30
START_NANOS = NANOS_PER_SEC


def seen(
    at_nanos: int = START_NANOS,
    *,
    does: Mapping[str, float] | None = None,
    yaw_deg: float = 0.0,
    rest: Mapping[str, float] = AT_REST,
    rest_yaw_deg: float = YAW_DEG,
    fresh: bool = False,
) -> FaceObservations:
    """What is seen of it while it `does` something with its shapes, 0..1 of the way from its rest to the end."""
    row = np.zeros(len(SHAPE), np.float32)
    for name, value in rest.items():
        row[SHAPE[name]] = value
    for name, value in (does or {}).items():
        row[SHAPE[name]] += value * (1 - row[SHAPE[name]])
    turn = rotation.from_euler_deg(np.array((rest_yaw_deg + yaw_deg, 0.0, 0.0)))
    faces = FaceObservations.of_shapes(at_nanos, shapes=row[None], head_rotation=turn, head_position_cm=(1.0, 2.0, 50.0))
    faces.values[:, GAZE] = GAZE_AT_REST
    smile = row[SHAPE["mouthSmileLeft"]]
    faces.values[:, ACTION_UNITS.start + UNIT["au12_smile"]] = min(1.0, 1.2 * smile)
    faces.measured[:] = ALL_ACTION_UNITS | GAZE_BIT | BLINK_BIT
    faces.fresh[:] = fresh
    assert np.array_equal(faces.values[:, BLINK], faces.values[:, SHAPES][:, [SHAPE["eyeBlinkLeft"], SHAPE["eyeBlinkRight"]]])
    assert faces.values[0, TURN.stop - 1] > 0.9
    return faces


def resting(secs: float, *, blink_at: Sequence[int] = (20, 21, 22), start_nanos: int = START_NANOS) -> list[FaceObservations]:
    """Some seconds of it at rest, 30 pictures each; it blinks in some of them."""
    return [
        seen(start_nanos + place * FRAME_NANOS, does={"eyeBlinkLeft": 0.9, "eyeBlinkRight": 0.9} if place in blink_at else None)
        for place in range(round(secs * 30))
    ]


def nobody(count: int, *, start_nanos: int = START_NANOS) -> list[FaceObservations]:
    """So many pictures without a face."""
    return [FaceObservations.nobody(start_nanos + place * FRAME_NANOS) for place in range(count)]
