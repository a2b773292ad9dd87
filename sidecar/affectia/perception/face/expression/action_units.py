"""Facial action units (FACS; Ekman, Friesen and Hager 2002) of a face, out of blendshapes and of distances between landmarks.

Which shape and which distance speaks for which unit, from where to where, and what speaks against it is a table, `action_units.toml`; this
module turns it into three matrices, once. How far a unit can be told at all from a picture's landmarks stands in its remark there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.perception.face.expression.face_geometry import FEATURES

TABLE: Final = "action_units.toml"
CLOSED_SECS: Final = "closed_secs"
"""What a term may be of besides shapes and distances: seconds since both eyes shut, 0 while one is open."""

_INPUTS: Final = (*registry.BLENDSHAPES, *FEATURES, CLOSED_SECS)
_PLACE: Final = {name: place for place, name in enumerate(_INPUTS)}
_PAIRS: Final = (("Left", "Right"), ("_left", "_right"))
_SIDES: Final = {"weaker": 0.0, "mean": 0.5, "stronger": 1.0}
_FACTORS: Final = ("terms", "needs", "suppress")  # three numbers 0..1 per unit, whose product is the intensity
_UNIT_KEYS: Final = frozenset({*_FACTORS, "cap", "remark"})
_TERM_KEYS: Final = frozenset({"of", "from", "to", "gain", "sides"})
_UNITS: Final = len(registry.ACTION_UNITS)


@dataclass(frozen=True, slots=True)
class ActionUnitTable:
    """`action_units.toml` as arrays, for T terms of N inputs (shapes, distances, seconds).

    A term is a ramp from 0 to 1 on each side of the face: `weights` (2 T, N) and `offsets` (2 T,), left sides first; `stronger` (T,) is
    the share of the stronger side. `factors` (3 * 28, T) and `constants` (3 * 28,) make evidence, need and suppression of the terms;
    `caps` (28,) is what a unit reaches at most.
    """

    weights: NDArray[np.float64]
    offsets: NDArray[np.float64]
    stronger: NDArray[np.float64]
    factors: NDArray[np.float64]
    constants: NDArray[np.float64]
    caps: NDArray[np.float64]


class ActionUnits:
    """Intensities of the action units. Without state; any thread."""

    def __init__(self, table: ActionUnitTable | None = None) -> None:
        self._table = table or load_table()
        self._terms = len(self._table.stronger)

    def intensities(
        self, shapes: NDArray[np.floating], deviations: NDArray[np.floating], *, closed_secs: float = 0.0
    ) -> NDArray[np.float32]:
        """(28,) 0..1 in registry order; 0.1, 0.3, 0.5, 0.7, 0.9 are about what a FACS coder writes as A to E.

        `shapes` (52,) 0..1 in registry order, `deviations` (F,) cm from the person's rest as of `face_reference`; `closed_secs` since both
        eyes shut, 0 while one is open.
        """
        table = self._table
        ramps = table.weights @ np.concatenate((shapes, deviations, (closed_secs,)))
        ramps += table.offsets
        _limit(ramps)
        left, right = ramps[: self._terms], ramps[self._terms :]
        terms = np.minimum(left, right)
        terms += table.stronger * np.abs(left - right)
        factors = table.factors @ terms
        factors += table.constants
        _limit(factors)
        evidence, need, free = factors.reshape(3, _UNITS)
        intensities: NDArray[np.float32] = (table.caps * evidence * need * free).astype(np.float32)
        return intensities


def _limit(values: NDArray[np.float64]) -> None:
    np.minimum(values, 1.0, out=values)  # a third of the time of np.clip on so few numbers
    np.maximum(values, 0.0, out=values)


@dataclass(frozen=True, slots=True)
class _Term:
    """One row of the table: the ramp's inputs per side, where it begins and ends, and what it counts for."""

    left: Mapping[str, float]
    right: Mapping[str, float]
    start: float
    end: float
    gain: float
    stronger: float


def load_table(text: str | None = None) -> ActionUnitTable:
    """The table of the package, or another text in the same form; ConfigError names what is wrong in it."""
    source = (resources.files("affectia.perception.face.expression") / TABLE).read_text(encoding="utf-8") if text is None else text
    try:
        rows = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{TABLE} is no TOML: {error}") from None
    for name in rows:
        if name not in registry.ACTION_UNITS:
            raise ConfigError(f"action unit {name!r} is unknown, expected a name of the registry: {TABLE}")
    for name in registry.ACTION_UNITS:
        if name not in rows:
            raise ConfigError(f"action unit {name!r} is missing, expected one entry per unit of the registry: {TABLE}")
    listed = [
        (unit, factor, term)
        for unit, name in enumerate(registry.ACTION_UNITS)
        for factor, key in enumerate(_FACTORS)
        for term in _terms(name, _mapping(rows[name], name), key)
    ]
    return _table(listed, [_cap(name, rows[name]) for name in registry.ACTION_UNITS])


def _table(listed: Sequence[tuple[int, int, _Term]], caps: Sequence[float]) -> ActionUnitTable:
    count = len(listed)
    weights, offsets = np.zeros((2, count, len(_INPUTS))), np.zeros((2, count))
    factors, constants = np.zeros((3, _UNITS, count)), np.zeros((3, _UNITS))
    constants[1:] = 1.0  # a unit that needs nothing, and one that nothing suppresses
    for place, (unit, factor, term) in enumerate(listed):
        scale = 1.0 / (term.end - term.start)
        for side, inputs in enumerate((term.left, term.right)):
            for name, weight in inputs.items():
                weights[side, place, _PLACE[name]] += weight * scale
            offsets[side, place] = -term.start * scale
        factors[factor, unit, place] = -term.gain if _FACTORS[factor] == "suppress" else term.gain
        if _FACTORS[factor] == "needs":
            constants[factor, unit] = 0.0
    return ActionUnitTable(
        weights=weights.reshape(2 * count, -1),
        offsets=offsets.ravel(),
        stronger=np.array([term.stronger for _, _, term in listed]),
        factors=factors.reshape(3 * _UNITS, count),
        constants=constants.ravel(),
        caps=np.array(caps),
    )


def _mapping(row: object, name: str) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise ConfigError(f"action unit {name!r} is no table, expected terms and a remark: {TABLE}")
    unknown = sorted(set(row) - _UNIT_KEYS)
    if unknown:
        raise ConfigError(f"key {unknown[0]!r} of {name!r} is unknown, expected one of {', '.join(sorted(_UNIT_KEYS))}: {TABLE}")
    if not isinstance(row.get("remark"), str) or not row["remark"]:
        raise ConfigError(f"remark of {name!r} is missing, expected where the entry comes from and what it cannot tell: {TABLE}")
    if not row.get("terms"):
        raise ConfigError(f"{name!r} has no terms, expected at least one: {TABLE}")
    return row


def _cap(name: str, row: Mapping[str, Any]) -> float:
    cap = _number(row, "cap", name, 1.0)
    if not 0.0 < cap <= 1.0:
        raise ConfigError(f"cap of {name!r} is {cap}, expected a number above 0 and up to 1: {TABLE}")
    return cap


def _terms(name: str, row: Mapping[str, Any], key: str) -> list[_Term]:
    terms = row.get(key, [])
    if not isinstance(terms, list) or not all(isinstance(term, dict) for term in terms):
        raise ConfigError(f"{key} of {name!r} is no list of tables: {TABLE}")
    return [_term(name, term) for term in terms]


def _term(name: str, term: Mapping[str, Any]) -> _Term:
    unknown = sorted(set(term) - _TERM_KEYS)
    if unknown:
        raise ConfigError(f"key {unknown[0]!r} in a term of {name!r} is unknown, expected one of {', '.join(sorted(_TERM_KEYS))}: {TABLE}")
    of = term.get("of")
    given = {of: 1.0} if isinstance(of, str) else of
    if not isinstance(given, dict) or not given:
        raise ConfigError(f"a term of {name!r} is of {of!r}, expected a shape, a feature or a table of weights: {TABLE}")
    left: dict[str, float] = {}
    right: dict[str, float] = {}
    for part in given:
        weight = _number(given, part, name, 1.0)
        for side, inputs in zip(_both(name, part), (left, right), strict=True):
            inputs[side] = weight
    sides = term.get("sides", "mean")
    if sides not in _SIDES:
        raise ConfigError(f"sides in a term of {name!r} is {sides!r}, expected one of {', '.join(_SIDES)}: {TABLE}")
    start, end = _number(term, "from", name), _number(term, "to", name)
    if start == end:
        raise ConfigError(f"a term of {name!r} goes from {start} to {end}, expected two different numbers: {TABLE}")
    return _Term(left, right, start, end, _number(term, "gain", name, 1.0), _SIDES[sides])


def _both(name: str, part: str) -> tuple[str, str]:
    """The inputs of the left and of the right side that a name means: a pair without its side, or one input for both."""
    if part in _PLACE:
        return part, part
    for left, right in _PAIRS:
        if part + left in _PLACE and part + right in _PLACE:
            return part + left, part + right
    raise ConfigError(
        f"{part!r} in a term of {name!r} is unknown, expected a blendshape, a feature of face_geometry or {CLOSED_SECS}: {TABLE}"
    )


def _number(row: Mapping[str, Any], key: str, name: str, default: float | None = None) -> float:
    value = row.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise ConfigError(f"{key} of {name!r} is {value!r}, expected a number: {TABLE}")
    return float(value)
