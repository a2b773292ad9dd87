"""A person's resting face, learnt slowly, and how far a face is from it.

Two faces at rest differ more than one face at rest and in a mild expression, so distances mean little by themselves. The reference
starts from the median of several thousand resting faces (`face_features.toml`), moves to the person's own while that looks at rest, and
stays within what is plausible for any person: a smile that is held for a minute, one bad frame or somebody else's hand must not become
the rest.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.perception.face.expression.face_geometry import FEATURES
from affectia.perception.face.landmarks.head_pose import HeadPose

TABLE: Final = "face_features.toml"
TERMS: Final = 5
"""Terms of the pose polynomial: yaw, pitch, yaw squared, pitch squared, yaw times pitch."""
POSE_UNIT_DEG: Final = 30.0
"""Angles are divided by this before they enter the polynomial."""

_REGIONS: Final = ("brows", "eyes", "mouth")


@dataclass(frozen=True, slots=True)
class ReferenceOptions:
    """How a person's rest is learnt. Angles in degrees, times in seconds, the rest in spreads (standard deviations between persons)."""

    most_yaw_deg: float = 15.0
    most_pitch_deg: float = 20.0
    prior_secs: float = 0.3  # the population's median counts like so many seconds of resting face
    memory_secs: float = 30.0
    plausible_spreads: float = 2.5
    familiar_secs: float = 2.0  # of resting face; from then on what is far from the rest hardly moves it
    far_spreads: float = 0.75
    far_weight: float = 0.02
    longest_step_secs: float = 0.1
    unknown_spreads: float = 1.5  # of deviation that a stranger's rest may account for; it goes to 0 within `familiar_secs`
    # Whole up to this yaw, nothing from that one on: what the network makes of the half of a face that it does not see is a guess, and
    # distances in it read as a raised nose wing, a cheek or a jaw pushed aside. Set on resting faces rendered at every angle.
    sure_yaw_deg: float = 20.0
    lost_yaw_deg: float = 40.0


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """The data of `face_features.toml`: per feature `rest` and `spread` (F,) in cm, `pose` (F, 5) in cm; what a calm face may show."""

    rest: NDArray[np.float64]
    spread: NDArray[np.float64]
    noise: NDArray[np.float64]
    pose: NDArray[np.float64]
    region: NDArray[np.intp]
    calm_limits: NDArray[np.float64] = field(repr=False)  # (3, 52) per region, the largest value of a shape at rest
    pose_limits_deg: tuple[float, float] = (40.0, 30.0)


def load_table(text: str | None = None) -> FeatureTable:
    """The table of the package, or another text in the same form; ConfigError names what is wrong in it."""
    source = (resources.files("affectia.perception.face.expression") / TABLE).read_text(encoding="utf-8") if text is None else text
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{TABLE} is no TOML: {error}") from None
    rows = data.get("features", {})
    # A pair of features has one row, of its left half; the right half is its mirror image.
    names = [name if name in rows else name.removesuffix("_left").removesuffix("_right") for name in FEATURES]
    unknown = sorted(set(rows) - set(names))
    if unknown:
        raise ConfigError(f"feature {unknown[0]!r} is unknown, expected one of face_geometry.FEATURES: {TABLE}")
    rest, spread, noise = (np.array([_number(rows, name, key) for name in names]) for key in ("rest", "spread", "noise"))
    pose = np.array([_numbers(rows, name, "pose", TERMS) for name in names])
    odd_in_yaw = np.array((-1.0, 1.0, 1.0, 1.0, -1.0))
    pose[[name.endswith("_right") for name in FEATURES]] *= odd_in_yaw
    if (spread <= 0).any() or (noise <= 0).any():
        worst = names[int(np.argmin(np.minimum(spread, noise)))]
        raise ConfigError(f"feature {worst!r} has a spread or noise that is not above 0: {TABLE}")
    region = np.array([_region(rows, name) for name in names])
    limits = _numbers({"limits": data.get("pose_limits_deg", {})}, "limits", "yaw_pitch", 2)
    return FeatureTable(rest, spread, noise, pose, region, _calm_limits(data.get("calm", {})), (limits[0], limits[1]))


def pose_terms(euler_deg: NDArray[np.float64], limits_deg: tuple[float, float]) -> NDArray[np.float64]:
    """(5,) the terms of the pose polynomial for yaw, pitch (and anything after); beyond the limits they stay what they are at the limit."""
    yaw = min(max(float(euler_deg[0]), -limits_deg[0]), limits_deg[0]) / POSE_UNIT_DEG
    pitch = min(max(float(euler_deg[1]), -limits_deg[1]), limits_deg[1]) / POSE_UNIT_DEG
    return np.array((yaw, pitch, yaw * yaw, pitch * pitch, yaw * pitch))


class FaceReference:
    """One person's rest. One thread at a time; `reset` when the face is another's."""

    def __init__(self, *, options: ReferenceOptions | None = None, table: FeatureTable | None = None) -> None:
        self._options = options or ReferenceOptions()
        self._table = table or load_table()
        self._rest = self._table.rest.copy()
        self._secs = np.zeros(len(_REGIONS))
        self._last_nanos: int | None = None
        reach = self._options.plausible_spreads * self._table.spread
        self._low, self._high = self._table.rest - reach, self._table.rest + reach
        self._far = self._options.far_spreads * self._table.spread
        self._unknown = self._options.unknown_spreads * self._table.spread

    @property
    def rest(self) -> NDArray[np.float64]:
        """(F,) cm, a copy of what is taken for this person's resting face."""
        return self._rest.copy()

    @property
    def rest_secs(self) -> float:
        """Seconds of resting face seen since the last reset, of the region that has been seen least."""
        return float(self._secs.min())

    def reset(self) -> None:
        """Forget the person."""
        self._rest[:] = self._table.rest
        self._secs[:] = 0.0
        self._last_nanos = None

    def deviations(
        self, features: NDArray[np.float64], shapes: NDArray[np.floating], pose: HeadPose, time_nanos: int
    ) -> NDArray[np.float64]:
        """(F,) cm from the rest of this person, apart from what the turn of the head alone does to a feature.

        `features` as of `face_geometry.measure`, `shapes` (52,) as the network gives them, in registry order. Times that do not rise, and
        gaps, count as a short step. Features that are not finite give 0 and teach nothing. As long as a person's rest is not known, what
        may be the person and not the expression is left out; so is, more and more, what is seen of a head that turns to its profile.
        """
        table = self._table
        away = features - table.pose @ pose_terms(pose.euler_deg, table.pose_limits_deg)
        away -= self._rest
        if not np.isfinite(away).all():
            away = np.where(np.isfinite(away), away, 0.0)
        else:
            self._learn(away, shapes, pose, time_nanos)
        unknown = np.maximum(0.0, 1.0 - self._secs / self._options.familiar_secs)
        if unknown.any():
            band = self._unknown * unknown[self._table.region]
            away -= np.clip(away, -band, band)
        options, yaw_deg = self._options, abs(float(pose.euler_deg[0]))
        if yaw_deg > options.sure_yaw_deg:
            away *= max(0.0, (options.lost_yaw_deg - yaw_deg) / (options.lost_yaw_deg - options.sure_yaw_deg))
        return away

    def _learn(self, away: NDArray[np.float64], shapes: NDArray[np.floating], pose: HeadPose, time_nanos: int) -> None:
        options = self._options
        last, self._last_nanos = self._last_nanos, time_nanos
        if last is None or abs(pose.euler_deg[0]) > options.most_yaw_deg or abs(pose.euler_deg[1]) > options.most_pitch_deg:
            return
        step_secs = min(max((time_nanos - last) / NANOS_PER_SEC, 0.0), options.longest_step_secs)
        calm = (shapes <= self._table.calm_limits).all(axis=1)
        # A running mean at first, with the population as its first sample; then one that forgets.
        self._secs += step_secs * calm
        gains = calm * step_secs / np.minimum(self._secs + options.prior_secs, options.memory_secs)
        weights = gains[self._table.region]
        familiar = (self._secs >= options.familiar_secs)[self._table.region]
        weights = np.where(familiar & (np.abs(away) > self._far), weights * options.far_weight, weights)
        self._rest += weights * away
        np.clip(self._rest, self._low, self._high, out=self._rest)


def _number(rows: Mapping[str, Any], name: str, key: str) -> float:
    value = rows.get(name, {}).get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise ConfigError(f"{key} of feature {name!r} is {value!r}, expected a number: {TABLE}")
    return float(value)


def _numbers(rows: Mapping[str, Any], name: str, key: str, count: int) -> Sequence[float]:
    values = rows.get(name, {}).get(key)
    if not isinstance(values, list) or len(values) != count or not all(isinstance(value, int | float) for value in values):
        raise ConfigError(f"{key} of {name!r} is {values!r}, expected {count} numbers: {TABLE}")
    return [float(value) for value in values]


def _region(rows: Mapping[str, Any], name: str) -> int:
    region = rows[name].get("region")
    if region not in _REGIONS:
        raise ConfigError(f"region of feature {name!r} is {region!r}, expected one of {', '.join(_REGIONS)}: {TABLE}")
    return _REGIONS.index(region)


def _calm_limits(calm: Mapping[str, Mapping[str, float]]) -> NDArray[np.float64]:
    limits = np.full((len(_REGIONS), len(registry.BLENDSHAPES)), np.inf)
    for region, shapes in calm.items():
        for name, limit in shapes.items():
            if region not in _REGIONS or name not in registry.BLENDSHAPES:
                raise ConfigError(f"calm limit {region}.{name} is unknown, expected a region and a blendshape: {TABLE}")
            limits[_REGIONS.index(region), registry.BLENDSHAPES.index(name)] = float(limit)
    return limits
