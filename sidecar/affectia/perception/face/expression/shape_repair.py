"""Shapes that the network gets wrong: what a turned head adds goes out, and shapes that hardly move are filled in from the face's geometry.

What is done to which shape, and how far each can be trusted, is data: `shape_repair.toml`. Filling in has a dead band, so that a face at
rest shows nothing, and a cap, so that a wrong measurement never makes a grimace.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.perception.face.expression.face_geometry import FEATURES, MIRROR_SIGN
from affectia.perception.face.expression.face_reference import TERMS, pose_terms
from affectia.perception.face.landmarks.head_pose import HeadPose

TABLE: Final = "shape_repair.toml"
VERDICTS: Final = ("network", "repaired", "weak", "absent")
"""As the network says; geometry fills in; little to be relied on; the network has no such shape."""

_SHAPES: Final = registry.BLENDSHAPES
_INPUTS: Final = (*FEATURES, *_SHAPES)
_ODD_IN_YAW: Final = np.array((-1.0, 1.0, 1.0, 1.0, -1.0))
_KEYS: Final = frozenset({"verdict", "why", "pose", "left_more", "rest", "from", "dead", "full", "cap"})
_JAW_OPEN: Final = _SHAPES.index("jawOpen")
_MOUTH_CLOSE: Final = _SHAPES.index("mouthClose")

# Logits are taken of values at least this far from 0 and 1; what is nearer to 0 than this stays untouched.
_LOGIT_EDGE: Final = 0.002


@dataclass(frozen=True, slots=True)
class RepairTable:
    """The data of `shape_repair.toml`, over the 52 shapes S in registry order.

    `pose` (S, 5) and `offset` (S,) in logits of a score; `rest` (S,) the score of a resting face; `weights` (S, F + S) what of the
    deviations (cm) and of the shapes makes the geometry's value: above `dead` (S,) cm it grows to `cap` (S,) within `full` (S,) cm.
    """

    verdicts: tuple[str, ...]
    reasons: tuple[str, ...]
    pose: NDArray[np.float64]
    offset: NDArray[np.float64]
    rest: NDArray[np.float64]
    weights: NDArray[np.float64]
    dead: NDArray[np.float64]
    full: NDArray[np.float64]
    cap: NDArray[np.float64]
    most_logits: float
    pose_limits_deg: tuple[float, float]


class ShapeRepair:
    """Repairs the shapes of any face: no state, any thread."""

    def __init__(self, *, table: RepairTable | None = None) -> None:
        self.table = table or load_table()
        self._corrected = np.flatnonzero(self.table.pose.any(axis=1) | (self.table.offset != 0))
        self._pose = np.ascontiguousarray(self.table.pose[self._corrected])
        self._offset = self.table.offset[self._corrected]
        self._filled = np.flatnonzero(self.table.cap > 0)
        self._weights = np.ascontiguousarray(self.table.weights[self._filled])
        self._dead, self._full, self._cap = (values[self._filled] for values in (self.table.dead, self.table.full, self.table.cap))
        self._is_close = self._filled == _MOUTH_CLOSE

    def repaired(self, shapes: NDArray[np.floating], deviations: NDArray[np.float64], pose: HeadPose) -> NDArray[np.float64]:
        """(52,) 0..1 in registry order, of the network's shapes (52,), the deviations of `FaceReference` (F,) and the head's pose.

        Shapes of the eyes that the table does not name (blinks, looks) come out as they went in.
        """
        out = np.asarray(shapes, np.float64).copy()
        self._correct(out, pose)
        amounts = self._weights @ np.concatenate((deviations, out))
        amounts -= self._dead
        amounts /= self._full
        np.clip(amounts, 0.0, 1.0, out=amounts)
        amounts *= self._cap
        # Lips are together relative to an open jaw; their shape means nothing without it.
        np.multiply(amounts, out[_JAW_OPEN], out=amounts, where=self._is_close)
        out[self._filled] = np.maximum(out[self._filled], amounts)
        out[_MOUTH_CLOSE] = min(out[_MOUTH_CLOSE], out[_JAW_OPEN])
        np.clip(out, 0.0, 1.0, out=out)
        return out

    def _correct(self, out: NDArray[np.float64], pose: HeadPose) -> None:
        """Take out what the turn of the head and the network's own left-right bias add, in logits, and the level of a resting face.

        A score of almost 0 or 1 hardly changes by a shift of its logit, one in the middle does: as it is seen on turning faces.
        """
        table = self.table
        scores = out[self._corrected]
        shift = self._pose @ pose_terms(pose.euler_deg, table.pose_limits_deg)
        # It only takes out: to add what a turn hides would invent.
        np.clip(shift, 0.0, table.most_logits, out=shift)
        shift += self._offset
        bounded = np.clip(scores, _LOGIT_EDGE, 1.0 - _LOGIT_EDGE)
        # The logistic function of (logit - shift), without going through the logarithm.
        kept = bounded / (bounded + (1.0 - bounded) * np.exp(shift))
        out[self._corrected] = np.where(scores > _LOGIT_EDGE, kept, scores)
        out -= table.rest
        out /= 1.0 - table.rest
        np.maximum(out, 0.0, out=out)


def load_table(text: str | None = None) -> RepairTable:
    """The table of the package, or another text in the same form; ConfigError names what is wrong in it."""
    source = (resources.files("affectia.perception.face.expression") / TABLE).read_text(encoding="utf-8") if text is None else text
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{TABLE} is no TOML: {error}") from None
    rows: dict[str, tuple[str, Mapping[str, Any]]] = {}  # shape -> its side and its row
    for name, row in data.get("shapes", {}).items():
        for shape, side in _shapes_of(name):
            if shape in rows:
                raise ConfigError(f"shape {shape!r} has two rows, expected one: {TABLE}")
            rows[shape] = (side, row)
    missing = [shape for shape in _SHAPES if shape not in rows]
    if missing:
        raise ConfigError(f"shape {missing[0]!r} has no row, expected one for each shape: {TABLE}")
    limits = data.get("limits", {})
    ordered = [(shape, *rows[shape]) for shape in _SHAPES]
    for shape, _, row in ordered:
        _check(shape, row)
    left = np.array([{"Left": 1.0, "Right": -1.0}.get(side, 0.0) for _, side, _ in ordered])
    return RepairTable(
        verdicts=tuple(row["verdict"] for _, _, row in ordered),
        reasons=tuple(str(row.get("why", "")) for _, _, row in ordered),
        pose=np.array([np.multiply(row.get("pose", (0.0,) * TERMS), _ODD_IN_YAW if side == "Right" else 1.0) for _, side, row in ordered]),
        offset=_column(ordered, "left_more") / 2 * left,
        rest=_column(ordered, "rest"),
        weights=np.array([_weights(shape, side, row) for shape, side, row in ordered]),
        dead=_column(ordered, "dead"),
        full=_column(ordered, "full", otherwise=1.0),
        cap=_column(ordered, "cap"),
        most_logits=_limit(limits, "most_logits"),
        pose_limits_deg=(_limit(limits, "yaw_deg"), _limit(limits, "pitch_deg")),
    )


def _shapes_of(name: str) -> list[tuple[str, str]]:
    """The shapes that a row is for, with their sides: one, or the two of a pair."""
    if name in _SHAPES:
        return [(name, "")]
    pair = [(name + side, side) for side in ("Left", "Right")]
    if pair[0][0] not in _SHAPES:
        raise ConfigError(f"shape {name!r} is unknown, expected a blendshape, or a pair of them without Left and Right: {TABLE}")
    return pair


def _check(shape: str, row: Mapping[str, Any]) -> None:
    unknown = sorted(set(row) - _KEYS)
    if unknown:
        raise ConfigError(f"key {unknown[0]!r} of shape {shape!r} is unknown, expected one of {', '.join(sorted(_KEYS))}: {TABLE}")
    if row.get("verdict") not in VERDICTS:
        raise ConfigError(f"verdict of shape {shape!r} is {row.get('verdict')!r}, expected one of {', '.join(VERDICTS)}: {TABLE}")
    pose = row.get("pose", [0.0] * TERMS)
    if not isinstance(pose, list) or len(pose) != TERMS or not all(_is_number(value) for value in pose):
        raise ConfigError(f"pose of shape {shape!r} is {pose!r}, expected {TERMS} numbers: {TABLE}")
    for key, low, high in (("rest", 0.0, 0.5), ("dead", -1.0, 5.0), ("full", 0.01, 10.0), ("cap", 0.0, 1.0), ("left_more", -3.0, 3.0)):
        value = row.get(key, max(low, 0.0))
        if not _is_number(value) or not low <= value <= high:
            raise ConfigError(f"{key} of shape {shape!r} is {value!r}, expected {low:g} to {high:g}: {TABLE}")
    if ("from" in row) != (row.get("cap", 0.0) > 0):
        raise ConfigError(f"shape {shape!r} has one of from and cap, expected both or none: {TABLE}")


def _weights(shape: str, side: str, row: Mapping[str, Any]) -> NDArray[np.float64]:
    """(F + S,) what each input counts; names without a side mean the side of the shape."""
    weights = np.zeros(len(_INPUTS))
    for name, weight in row.get("from", {}).items():
        whole = next((given for given in (name, f"{name}_{side.lower()}", name + side) if given in _INPUTS), None)
        if whole is None or not _is_number(weight):
            raise ConfigError(f"from of shape {shape!r} has {name!r}, expected features or shapes with numbers: {TABLE}")
        place = _INPUTS.index(whole)
        mirrored = side == "Right" and place < len(FEATURES)
        weights[place] += weight * (MIRROR_SIGN[place] if mirrored else 1.0)
    return weights


def _column(ordered: list[tuple[str, str, Mapping[str, Any]]], key: str, *, otherwise: float = 0.0) -> NDArray[np.float64]:
    return np.array([float(row.get(key, otherwise)) for _, _, row in ordered])


def _limit(limits: Mapping[str, Any], key: str) -> float:
    value: Any = limits.get(key)
    if not _is_number(value) or not 0 < value <= 90:
        raise ConfigError(f"limit {key!r} is {value!r}, expected a number above 0, at most 90: {TABLE}")
    return float(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))
