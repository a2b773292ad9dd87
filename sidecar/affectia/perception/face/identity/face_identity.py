"""Which avatar row a face belongs to: the same one while people cross, hide each other, and leave the picture for a moment.

The network gives faces in an order that means nothing, loses the face behind when two cross, and may lay two results on one face. From one
picture to the next a face is known by its place. As soon as that does not answer it - after a gap, near another face, with more faces than
rows - place, size and looks are weighed together, place the less the longer the gap was. An answer that is not clear is put off for a
moment: a face that comes back late does less harm than two people whose avatars are changed over.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.perception.face.identity import face_appearance, face_matching
from affectia.perception.face.identity.face_matching import NEVER
from affectia.perception.face.identity.seen_person import IdentityOptions, Place, SeenPerson, place_of
from affectia.perception.face.landmarks.detected_face import DetectedFace

_ALONE: Final = 1e4  # a face rather takes any row that can be its own than none


@dataclass(slots=True)
class _View:
    """A face of this picture that has a place: `index` among those given, `is_near` another one."""

    index: int
    face: DetectedFace
    place: Place
    is_near: bool = False
    waiting_since_nanos: int = 0
    row: int | None = None

    @property
    def is_partial(self) -> bool:
        """Whether its looks may be but half its own."""
        return self.is_near or not face_appearance.is_fair(self.face)


@dataclass(frozen=True, slots=True)
class _Stranger:
    """A face that had no row in a picture a moment ago."""

    place: Place
    since_nanos: int
    last_nanos: int


class FaceIdentity:
    """One video track's faces. One thread at a time, samples in order. Looks are kept in memory only, and go with the row."""

    def __init__(self, rows: int, options: IdentityOptions | None = None) -> None:
        if rows < 1:
            raise ConfigError(f"number of face rows is {rows}, expected at least 1")
        self._options = options or IdentityOptions()
        self._people: list[SeenPerson | None] = [None] * rows
        self._strangers: list[_Stranger] = []
        self._fresh: list[int] = []
        self._fresh_since: list[int] = []  # in `study`, to be told by the next `assign`
        self._unstudied: tuple[list[_View], NDArray[np.uint8], int] | None = None
        self._last_nanos = 0  # of the picture before

    @property
    def fresh_rows(self) -> tuple[int, ...]:
        """Rows in which the last `assign` saw a new person begin: whatever is kept per face starts anew."""
        return tuple(self._fresh)

    def reset(self) -> None:
        """Forget everybody."""
        self._people = [None] * len(self._people)
        self._strangers = []
        self._fresh, self._fresh_since = [], []
        self._unstudied = None

    def assign(
        self, faces: Sequence[DetectedFace], rgb: NDArray[np.uint8], *, time_nanos: int, study_later: bool = False
    ) -> list[int | None]:
        """For each face its row, none twice. `rgb` (h, w, 3) is the picture in which the faces were found, at `time_nanos`.

        None for a broken face, a second result on another's face, more faces than rows, and while it is not clear whose the face is.
        Where nothing is in question a closer look may wait for `study`, if the caller says so.
        """
        self._fresh, self._fresh_since = self._fresh_since, []
        self._unstudied = None
        self._release(time_nanos)
        views = self._views(faces, time_nanos)
        if self._follow(views, time_nanos):
            self._strangers = []
            due = [view for view in views if self._wants_looks(view, time_nanos)]
            self._unstudied = (due, rgb, time_nanos) if due and study_later else None
            looks = [face_appearance.measure(rgb, view.face) if view in due and not study_later else None for view in views]
        else:
            looks = [face_appearance.measure(rgb, view.face) for view in views]
            self._weigh(views, looks, time_nanos)
        for view, look in zip(views, looks, strict=True):
            self._see(view, look, time_nanos)
        self._mark_doubt(time_nanos)
        self._last_nanos = time_nanos
        rows: list[int | None] = [None] * len(faces)
        for view in views:
            person = None if view.row is None else self._people[view.row]
            # Followed all the while, but unlike itself: nobody sees it on this person's avatar before that is settled.
            rows[view.index] = view.row if person and person.strange_since_nanos is None else None
        return rows

    def release(self) -> None:
        """Let the picture go without a closer look."""
        self._unstudied = None

    def study(self) -> None:
        """Take the closer look that `assign` left for later, and let the picture go."""
        if self._unstudied is not None:
            views, rgb, time_nanos = self._unstudied
            self._unstudied = None
            told, self._fresh = self._fresh, []
            for view in views:
                self._recognise(view, face_appearance.measure(rgb, view.face), time_nanos)
            self._fresh, self._fresh_since = told, self._fresh

    def _release(self, time_nanos: int) -> None:
        for row, person in enumerate(self._people):
            if person is not None:
                person.was_missed = person.last_nanos < self._last_nanos
                person.last_nanos = min(person.last_nanos, time_nanos)  # if time went back, a row would be kept for ever
                if time_nanos - person.last_nanos > self._options.keep_secs * NANOS_PER_SEC:
                    self._people[row] = None

    def _views(self, faces: Sequence[DetectedFace], time_nanos: int) -> list[_View]:
        views: list[_View] = []
        for index, face in enumerate(faces):
            place = place_of(face)
            if place is None:
                continue
            view = _View(index, face, place)
            double = next((number for number, other in enumerate(views) if self._is_one_face(view, other)), None)
            if double is None:
                views.append(view)
            elif self._nearest(place, time_nanos) < self._nearest(views[double].place, time_nanos):
                views[double] = view
        for one, other in itertools.combinations(views, 2):
            if one.place.away(other.place) < self._options.near:
                one.is_near = other.is_near = True
        return views

    def _is_one_face(self, one: _View, other: _View) -> bool:
        most = self._options.same_face
        if one.place.away(other.place) > 2 * most:
            return False
        apart = one.face.landmarks_px[:, :2] - other.face.landmarks_px[:, :2]
        mean_px = float(np.sqrt(np.einsum("ij,ij->i", apart, apart)).mean())
        return mean_px < most * max(one.place.size_px, other.place.size_px)

    def _nearest(self, place: Place, time_nanos: int) -> float:
        return min((person.expected(time_nanos).away(place) for person in self._people if person), default=math.inf)

    def _follow(self, views: list[_View], time_nanos: int) -> bool:
        """Give each face its row by place alone; False, with no row given, when that does not answer it."""
        rows: list[int] = []
        for view in views:
            close = [row for row, person in enumerate(self._people) if person and person.is_steady(view.place, time_nanos)]
            if len(close) != 1 or close[0] in rows:
                return False
            person = self._people[close[0]]
            if person is None or person.in_doubt or person.strange_since_nanos is not None:
                return False
            rows.append(close[0])
        for view, row in zip(views, rows, strict=True):
            view.row = row
        return True

    def _weigh(self, views: list[_View], looks: list[NDArray[np.float32] | None], time_nanos: int) -> None:
        """Give rows by all that is known."""
        options = self._options
        known = [(row, person) for row, person in enumerate(self._people) if person]
        fits = [
            [person.fit(view.place, look, time_nanos, is_partial=view.is_partial) for _, person in known]
            for view, look in zip(views, looks, strict=True)
        ]
        costs = [[fit.cost if fit.is_steady or fit.evidence <= options.most_cost else NEVER for fit in line] for line in fits]
        found = face_matching.matched(costs, alone=_ALONE)
        margins = face_matching.margins(costs, found, alone=_ALONE)
        for number, (view, column) in enumerate(zip(views, found, strict=True)):
            view.waiting_since_nanos = self._waiting_since(view.place, time_nanos)
            is_patient = time_nanos - view.waiting_since_nanos < options.patience_secs * NANOS_PER_SEC
            if column is None:
                if not (view.is_near and is_patient):
                    view.row = self._begin(view.place, looks[number], time_nanos)
                continue
            (row, person), fit = known[column], fits[number][column]
            is_clear = margins[number] >= options.clear_margin
            is_only = len(views) == len(known) == 1 and person.gap_secs(time_nanos) <= options.patience_secs
            sure_cost = options.only_cost if is_only else options.sure_cost
            if fit.is_steady or (is_clear and fit.evidence <= sure_cost) or not is_patient:
                view.row = row
                person.in_doubt = person.in_doubt and not (is_clear and not view.is_near)
        self._strangers = [old for old in self._strangers if time_nanos - old.last_nanos <= options.steady_secs * NANOS_PER_SEC]
        self._strangers += [_Stranger(view.place, view.waiting_since_nanos, time_nanos) for view in views if view.row is None]

    def _waiting_since(self, place: Place, time_nanos: int) -> int:
        step = 2 * self._options.steady_step
        return min((old.since_nanos for old in self._strangers if old.place.away(place) < step), default=time_nanos)

    def _begin(self, place: Place, looks: NDArray[np.float32] | None, time_nanos: int, row: int | None = None) -> int | None:
        """A new person in this row, or in the first free one; None when there is none."""
        if row is None:
            row = next((number for number, person in enumerate(self._people) if person is None), None)
        if row is not None:
            self._people[row] = SeenPerson(place, looks, time_nanos, self._options)
            self._fresh.append(row)
        return row

    def _wants_looks(self, view: _View, time_nanos: int) -> bool:
        person = None if view.row is None else self._people[view.row]
        return person is not None and person.wants_looks(time_nanos) and not view.is_partial

    def _see(self, view: _View, looks: NDArray[np.float32] | None, time_nanos: int) -> None:
        person = None if view.row is None else self._people[view.row]
        if person is None or view.row in self._fresh:
            return
        person.see(view.place, time_nanos, is_near=view.is_near or person.in_doubt)
        since_nanos = person.strange_since_nanos
        if view.is_partial and since_nanos is not None and time_nanos - since_nanos >= self._options.strange_secs * NANOS_PER_SEC:
            person.strange_since_nanos = None  # it never was away, and turned as it is its looks cannot tell: it is believed
        self._recognise(view, looks, time_nanos)

    def _recognise(self, view: _View, looks: NDArray[np.float32] | None, time_nanos: int) -> None:
        person = None if view.row is None else self._people[view.row]
        if person is None or looks is None or view.is_partial:
            return
        if person.recognise(looks, time_nanos, is_sure=not person.in_doubt):
            person.strange_since_nanos = None
        elif person.strange_since_nanos is None:
            # Somebody else is in its place, as after a cut; whether that is one of the others is asked from now on.
            person.strange_since_nanos = time_nanos
            for other in self._people:
                if other:
                    other.in_doubt = True
        elif time_nanos - person.strange_since_nanos >= self._options.strange_secs * NANOS_PER_SEC:
            self._begin(view.place, looks, time_nanos, view.row)

    def _mark_doubt(self, time_nanos: int) -> None:
        people = [(person, person.expected(time_nanos)) for person in self._people if person]
        for (one, one_place), (other, other_place) in itertools.combinations(people, 2):
            if one_place.away(other_place) < self._options.near:
                one.in_doubt = other.in_doubt = True
