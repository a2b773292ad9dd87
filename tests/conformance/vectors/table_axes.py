"""Good avatar frames of one axis and one sign each, with what an engine must make of them.

Worked out by hand from section 4 of the specification. Half of 20 degrees is 10: sin 10 = 0.173648, cos 10 = 0.984808; times 32767
and rounded half up 5690 (16 3a, little-endian 3a16) and 32269 (7e 0d, 0d7e); -5690 is e9 c6 (c6e9). All three at once, Euler order YXZ:
x = s c c + c s s = 0.198108 (6491, 5b19), y = s c c - c s s = 0.138716 (4545, c111), z = s c c - c s s, too: 0.138716,
w = c c c + s s s = 0.960348 (31468, ec7a).
"""

from __future__ import annotations

from table import Good, entry, vary
from table_avatar import GROUPS_IDLE, HEADER, IDENTITY, REST

SIN, COS = 0.173648, 0.984808
BONE_PLACES = {"head": 4, "left_eye": 5, "right_eye": 6}
REST_BONE = [0, 0, 0, 32767]


def _turned(
    name: str, shows: str, bone: str, hex_xyzw: str, raw: list[int], *, degrees: tuple[int, int, int], engines: dict[str, list[float]]
) -> Good:
    place = BONE_PLACES[bone]
    bones = entry(
        9,
        "09 d84d 5848" + IDENTITY * place + hex_xyzw + IDENTITY * (8 - place),
        [raw if at == place else REST_BONE for at in range(9)],
    )
    pitch, yaw, roll = degrees
    return Good(
        name=name,
        message="avatar_frame",
        entries=vary(REST, bones),
        shows=shows,
        axes={"bone": bone, "pitch_deg": pitch, "yaw_deg": yaw, "roll_deg": roll} | engines,
    )


def _moved(name: str, shows: str, hex_xyz: str, raw: list[int], *, engines: dict[str, list[float]]) -> Good:
    translation = entry(10, "0a d84d 46" + hex_xyz, raw)
    return Good(
        name=name, message="avatar_frame", entries=(*HEADER, GROUPS_IDLE, translation), shows=shows, axes={"bone": "head"} | engines
    )


def _xyzw(avatar: list[float], unity: list[float], unreal: list[float]) -> dict[str, list[float]]:
    return {"avatar_xyzw": avatar, "unity_xyzw": unity, "unreal_xyzw": unreal}


def _cm(avatar: list[float], unity: list[float], unreal: list[float]) -> dict[str, list[float]]:
    return {"avatar_cm": avatar, "unity_cm": unity, "unreal_cm": unreal}


GOOD = [
    _turned(
        "head_pitch_down",
        "pitch +20: chin down",
        "head",
        "3a16 0000 0000 0d7e",
        [5690, 0, 0, 32269],
        degrees=(20, 0, 0),
        engines=_xyzw([SIN, 0, 0, COS], [SIN, 0, 0, COS], [0, SIN, 0, COS]),
    ),
    _turned(
        "head_pitch_up",
        "pitch -20: chin up",
        "head",
        "c6e9 0000 0000 0d7e",
        [-5690, 0, 0, 32269],
        degrees=(-20, 0, 0),
        engines=_xyzw([-SIN, 0, 0, COS], [-SIN, 0, 0, COS], [0, -SIN, 0, COS]),
    ),
    _turned(
        "head_yaw_left",
        "yaw +20: towards the subject's left",
        "head",
        "0000 3a16 0000 0d7e",
        [0, 5690, 0, 32269],
        degrees=(0, 20, 0),
        engines=_xyzw([0, SIN, 0, COS], [0, -SIN, 0, COS], [0, 0, -SIN, COS]),
    ),
    _turned(
        "head_yaw_right",
        "yaw -20: towards the subject's right",
        "head",
        "0000 c6e9 0000 0d7e",
        [0, -5690, 0, 32269],
        degrees=(0, -20, 0),
        engines=_xyzw([0, -SIN, 0, COS], [0, SIN, 0, COS], [0, 0, SIN, COS]),
    ),
    _turned(
        "head_roll_right",
        "roll +20: towards the right shoulder",
        "head",
        "0000 0000 3a16 0d7e",
        [0, 0, 5690, 32269],
        degrees=(0, 0, 20),
        engines=_xyzw([0, 0, SIN, COS], [0, 0, -SIN, COS], [-SIN, 0, 0, COS]),
    ),
    _turned(
        "head_roll_left",
        "roll -20: towards the left shoulder",
        "head",
        "0000 0000 c6e9 0d7e",
        [0, 0, -5690, 32269],
        degrees=(0, 0, -20),
        engines=_xyzw([0, 0, -SIN, COS], [0, 0, SIN, COS], [SIN, 0, 0, COS]),
    ),
    _turned(
        "head_pitch_yaw_roll",
        "20 degrees about each axis in Euler order YXZ",
        "head",
        "5b19 c111 c111 ec7a",
        [6491, 4545, 4545, 31468],
        degrees=(20, 20, 20),
        engines=_xyzw(
            [0.198108, 0.138716, 0.138716, 0.960348], [0.198108, -0.138716, -0.138716, 0.960348], [-0.138716, 0.198108, -0.138716, 0.960348]
        ),
    ),
    _turned(
        "left_eye_looks_left",
        "the subject's left eye alone, yaw +20",
        "left_eye",
        "0000 3a16 0000 0d7e",
        [0, 5690, 0, 32269],
        degrees=(0, 20, 0),
        engines=_xyzw([0, SIN, 0, COS], [0, -SIN, 0, COS], [0, 0, -SIN, COS]),
    ),
    _turned(
        "right_eye_looks_down",
        "the subject's right eye alone, pitch +20",
        "right_eye",
        "3a16 0000 0000 0d7e",
        [5690, 0, 0, 32269],
        degrees=(20, 0, 0),
        engines=_xyzw([SIN, 0, 0, COS], [SIN, 0, 0, COS], [0, SIN, 0, COS]),
    ),
    # 5 cm = 500 steps = 01 f4, little-endian f401; -500 is fe 0c, 0cfe.
    _moved("head_moves_left", "+x: to the subject's left", "f401 0000 0000", [500, 0, 0], engines=_cm([5, 0, 0], [-5, 0, 0], [0, -5, 0])),
    _moved("head_moves_right", "-x: to the right", "0cfe 0000 0000", [-500, 0, 0], engines=_cm([-5, 0, 0], [5, 0, 0], [0, 5, 0])),
    _moved("head_moves_up", "+y: up", "0000 f401 0000", [0, 500, 0], engines=_cm([0, 5, 0], [0, 5, 0], [0, 0, 5])),
    _moved("head_moves_down", "-y: down", "0000 0cfe 0000", [0, -500, 0], engines=_cm([0, -5, 0], [0, -5, 0], [0, 0, -5])),
    _moved("head_moves_forward", "+z: out of the face", "0000 0000 f401", [0, 0, 500], engines=_cm([0, 0, 5], [0, 0, 5], [5, 0, 0])),
    _moved("head_moves_back", "-z: back", "0000 0000 0cfe", [0, 0, -500], engines=_cm([0, 0, -5], [0, 0, -5], [-5, 0, 0])),
]
