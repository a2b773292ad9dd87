"""Which of an avatar's morph targets is which shape of a profile, and a profile made for that avatar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from affectia import registry
from affectia.registry import Group
from affectia.rig.morph_names import Meaning, meaning, meanings, own_part
from affectia.rig.profile import MOST_SHAPES, Level, Profile, ProfileShape
from affectia.rig.profile_file import PROFILE_NAMES, packaged_profile
from affectia.rig.profile_sources import BLINKS, MOODS, PLACES, SOURCE_COUNT, SOURCE_GROUPS
from affectia.rig.viseme_shapes import load_viseme_shapes

_VISEMES: Final = frozenset(range(len(registry.BLENDSHAPES), len(registry.BLENDSHAPES) + len(registry.VISEMES)))
_MOODS: Final = frozenset(range(MOODS.start, MOODS.stop))
_MOUTH: Final = frozenset(place for place in range(len(registry.BLENDSHAPES)) if SOURCE_GROUPS[place] == Group.MOUTH)
_EYES_CLOSED: Final = SOURCE_COUNT - 1
_JAW: Final = PLACES["jawOpen"]
_AA: Final = PLACES["aa"]
# Shapes that speech is made of: visemes do their part too. Lips that close over a jaw that visemes open would be one thing too many.
_SPEECH: Final = frozenset([*np.flatnonzero(load_viseme_shapes().shapes.max(axis=0) >= 0.25).tolist(), PLACES["mouthClose"]])
_FEELING: Final = frozenset(PLACES[name] for name in ("mouthSmileLeft", "browInnerUp", "browDownLeft"))
_LEAST_MOUTH_SHAPES: Final = 10
_LEAST_VISEMES: Final = 3


@dataclass(frozen=True, slots=True)
class MorphMatch:
    """What an avatar has of a profile.

    `matches` are (shape, morph) pairs of the profile's own shapes; `replaced` those of shapes that stand in for missing ones, of the
    profile or of another. `missing` are shapes that no morph is; `unused` morphs that nothing drives, known or not. `level` says how
    much of a mouth all of it shows. `fitted` is a profile in the avatar's own names; None where nothing matches.
    """

    profile: Profile
    level: Level
    matches: tuple[tuple[str, str], ...]
    replaced: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    fitted: Profile | None

    @property
    def covered(self) -> tuple[str, ...]:
        """The profile's own shapes that a morph is."""
        return tuple(dict.fromkeys(shape for shape, _ in self.matches))


def match_morphs(morphs: Sequence[str], profile: Profile | None = None) -> MorphMatch:
    """Match an avatar's morphs against a profile, or against each of the package; then the best is told.

    Best is which shows most of what is computed; then that of which least is missing; then the one whose own spelling it is, and of which
    more is there that it does not need; then the first.
    """
    names = _MorphNames(morphs)
    if profile is not None:
        return _Fit(names, profile).result()
    fits = [_Fit(names, packaged_profile(name)) for name in PROFILE_NAMES]
    return max(fits, key=_Fit.worth).result()


def match_every_profile(morphs: Sequence[str]) -> tuple[MorphMatch, ...]:
    """The match with each profile of the package, in their order."""
    names = _MorphNames(morphs)
    return tuple(_Fit(names, packaged_profile(name)).result() for name in PROFILE_NAMES)


class _MorphNames:
    """An avatar's morphs by what they may mean."""

    def __init__(self, morphs: Sequence[str]) -> None:
        self.names = tuple(dict.fromkeys(name for name in morphs if 1 <= len(name.encode()) <= registry.WIRE_MAX_NAME_BYTES))
        self.too_long = tuple(dict.fromkeys(name for name in morphs if len(name.encode()) > registry.WIRE_MAX_NAME_BYTES))
        self._by_key: dict[str, list[tuple[Meaning, str]]] = {}
        self._by_part: dict[str, list[str]] = {}
        for name in self.names:
            self._by_part.setdefault(own_part(name).lower(), []).append(name)
            for reading in meanings(name):
                self._by_key.setdefault(reading.key, []).append((reading, name))

    def of_shape(self, shape: str, used: Iterable[str]) -> tuple[list[str], int]:
        """The morphs that are a shape - of several meshes, where they share it - and how doubtful that is: 0 is its very name."""
        wanted, taken = meaning(shape), set(used)
        found = [
            (_doubt(reading, name, wanted, shape), place, name)
            for place, (reading, name) in enumerate(self._by_key.get(wanted.key, ()))
            if name not in taken
        ]
        if not found:
            return [], 0
        doubt, _, best = min(found)
        return [name for name in self._by_part[own_part(best).lower()] if name not in taken], doubt


def _doubt(reading: Meaning, name: str, wanted: Meaning, shape: str) -> int:
    if own_part(name) == shape or name == shape:
        return 0
    return 1 + 2 * reading.doubt + (reading.spelled != wanted.spelled)


@dataclass(slots=True)
class _Part:
    shape: ProfileShape
    morphs: list[str]


@dataclass
class _Fit:
    """One profile on one avatar."""

    names: _MorphNames
    profile: Profile
    parts: list[_Part] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    exact: int = 0
    used: set[str] = field(default_factory=set)
    shown: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for shape in self.profile.shapes:
            morphs, doubt = self.names.of_shape(shape.name, self.used)
            if not morphs:
                self.missing.append(shape.name)
                continue
            self.exact += doubt == 0
            self._add(_Part(shape, morphs))

    def worth(self) -> tuple[int, float, int, int]:
        known = sum(bool(self.names.of_shape(shape.name, self.used)[0]) for shape in self.profile.stand_ins)
        return len(self.shown), len(self.parts) / len(self.profile.shapes), self.exact, known

    def result(self) -> MorphMatch:
        own = list(self.parts)
        # Shapes first; where they are too few for a mouth, visemes; where these are too few as well, whatever opens it.
        self._complete(without=_VISEMES)
        if self._level() != "shapes":
            if self._can_speak():
                # A lone jaw would open the mouth that visemes open once more.
                self._begin_with([part for part in own if not _main_sources(part.shape) <= _SPEECH])
                self._complete(without=_SPEECH)
            else:
                self._complete(without=frozenset())
        matches, replaced = _pairs(own), _pairs([part for part in self.parts if not any(part is mine for mine in own)])
        level = self._level()
        unused = (*[name for name in self.names.names if name not in self.used], *self.names.too_long)
        fitted = self._fitted(level) if self.parts else None
        return MorphMatch(self.profile, level, matches, replaced, tuple(self.missing), unused, fitted)

    def _can_speak(self) -> bool:
        """Whether there are enough visemes for a mouth."""
        for shapes in _SPEAKERS:
            found = [shape for shape in shapes if self.names.of_shape(shape.name, ())[0]]
            if len(found) >= _LEAST_VISEMES and any(_AA in _main_sources(shape) for shape in found):
                return True
        return False

    def _begin_with(self, parts: Sequence[_Part]) -> None:
        self.parts, self.used, self.shown = [], set(), set()
        for part in parts:
            self._add(part)

    def _complete(self, *, without: frozenset[int]) -> None:
        """Add what stands in: the profile's own stand-ins first, then what other profiles know."""
        others = [packaged_profile(name) for name in PROFILE_NAMES]
        for donor in (self.profile.stand_ins, *[shapes for other in others for shapes in (other.shapes, other.stand_ins)]):
            self._complete_from(donor, without)

    def _complete_from(self, donor: Sequence[ProfileShape], without: frozenset[int]) -> None:
        """Add what shows something that nothing shows so far: nothing may be moved twice, but by two that do the same (both cheeks)."""
        covered, added = self.shown | self._done_otherwise() | without, list[frozenset[int]]()
        for shape in donor:
            main = _main_sources(shape)
            if not main or main & covered or any(main & other and main != other for other in added):
                continue
            morphs, _ = self.names.of_shape(shape.name, self.used)
            if morphs:
                self._add(_Part(shape, morphs))
                added.append(main)

    def _done_otherwise(self) -> set[int]:
        """Sources that need no morph of their own: shapes, visemes and moods move the same face, and only one of them may."""
        level, done = self._level(), set[int]()
        if level == "visemes":
            done |= _SPEECH
        if level == "jaw":
            done |= _VISEMES | {_JAW}
        if self.shown >= _FEELING:
            done |= _MOODS
        return done

    def _level(self) -> Level:
        if _JAW in self.shown and len(self.shown & _MOUTH) >= _LEAST_MOUTH_SHAPES:
            return "shapes"
        if _AA in self.shown and sum(map(_is_viseme, [part.shape for part in self.parts])) >= _LEAST_VISEMES:
            return "visemes"
        return "jaw" if self.shown & {_JAW, _AA} else "none"

    def _add(self, part: _Part) -> None:
        self.parts.append(part)
        self.used.update(part.morphs)
        self.shown |= _sources(part.shape)

    def _fitted(self, level: Level) -> Profile:
        shapes = [replace(part.shape, name=name) for part in self.parts for name in part.morphs][:MOST_SHAPES]
        tongue = PLACES["tongueOut"] in self.shown
        return Profile(
            name=f"{self.profile.name}-avatar",
            title=f"an avatar with {len(shapes)} shapes, by {self.profile.name}",
            level=level,
            shapes=tuple(shapes),
            tongue=tongue,
            mirrored=self.profile.mirrored,
            resting=self.profile.resting,
        )


def _pairs(parts: Iterable[_Part]) -> tuple[tuple[str, str], ...]:
    return tuple((part.shape.name, name) for part in parts for name in part.morphs)


def _sources(shape: ProfileShape) -> set[int]:
    """What a shape shows: the sources that raise it; both lids where it closes both."""
    found = {place for place, factor in shape.row if factor > 0}
    return found | set(BLINKS) if _EYES_CLOSED in found else found


def _main_sources(shape: ProfileShape) -> frozenset[int]:
    """What it is there for: of a vowel not the consonants that it does besides."""
    most = max((factor for _, factor in shape.row), default=0)
    main = {place for place, factor in shape.row if factor > 0 and factor >= most / 2}
    return frozenset(main | set(BLINKS) if _EYES_CLOSED in main else main)


def _is_viseme(shape: ProfileShape) -> bool:
    main = _main_sources(shape)
    return bool(main) and main <= _VISEMES


_SPEAKERS: Final = tuple(
    tuple(shape for shape in packaged_profile(name).shapes if _is_viseme(shape)) for name in ("oculus-visemes", "vrm1", "vrm0")
)
