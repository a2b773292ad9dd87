"""Makes videos, in memory, of real faces that walk through one picture: each is cut out of its clip and laid over one background.

Who is where, and how much of a face others hide, is known for every picture: the truth that face ids are held to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]

WIDTH: Final = 640
HEIGHT: Final = 480
# The cut-out around a face, in widths of the face: half its width, half its height, and how far its middle lies above the face's.
CUT_HALF_WIDTH: Final = 0.74
CUT_HALF_HEIGHT: Final = 1.0
CUT_RAISE: Final = 0.12
FACE_HALF_HEIGHT: Final = 0.62


@dataclass(frozen=True)
class Cut:
    """Where the face is in a clip: pictures `first` to `last`, shown to and fro; `places`: picture, and x, y, width of the face in px."""

    first: int
    last: int
    places: tuple[tuple[float, float, float, float], ...]

    def place(self, number: int) -> tuple[float, float, float]:
        numbers, *columns = np.array(self.places).T
        x, y, width = (float(np.interp(number, numbers, column)) for column in columns)
        return x, y, width


CARPHONE: Final = Cut(0, 50, ((0, 88, 69, 46), (15, 85, 67, 46), (30, 82, 69, 47), (45, 77, 71, 48), (60, 79, 66, 48)))
ACTOR: Final = Cut(60, 300, ((0, 207, 178, 100),))
SPEAKER: Final = Cut(0, 74, ((0, 154, 182, 106),))


class Person:
    """One clip's face. `shown(tick)` is its picture at that tick of the video, the face in the middle and `FACE_PX` wide.

    With `skin` the clip's colours are scaled so that the middle of the face has this colour on average: clips come from different
    cameras and lights, people in one room do not.
    """

    FACE_PX: Final = 200

    def __init__(self, path: Path, cut: Cut, *, skin: tuple[float, float, float] | None = None) -> None:
        self.name = path.stem
        half = (round(CUT_HALF_WIDTH * self.FACE_PX), round(CUT_HALF_HEIGHT * self.FACE_PX))
        self._pictures: list[Picture] = []
        with av.open(str(path)) as container:
            for number, frame in enumerate(container.decode(video=0)):
                if number > cut.last:
                    break
                if number >= cut.first:
                    x, y, width = cut.place(number)
                    zoom = self.FACE_PX / width
                    matrix = np.array(((zoom, 0, half[0] - zoom * x), (0, zoom, half[1] - zoom * (y - CUT_RAISE * width))))
                    self._pictures.append(
                        cv2.warpAffine(
                            frame.to_ndarray(format="rgb24"),
                            matrix,
                            (2 * half[0], 2 * half[1]),
                            flags=cv2.INTER_CUBIC,
                            borderMode=cv2.BORDER_REPLICATE,
                        )
                    )
        if skin is not None:
            inner = self.FACE_PX // 4
            middles = [picture[half[1] : half[1] + 2 * inner, half[0] - inner : half[0] + inner] for picture in self._pictures]
            gain = np.array(skin) / np.median(middles, axis=(0, 1, 2))
            self._pictures = [np.clip(picture * gain, 0, 255).astype(np.uint8) for picture in self._pictures]

    def shown(self, tick: int) -> Picture:
        there = len(self._pictures) - 1
        place = tick % (2 * there)
        return self._pictures[place if place <= there else 2 * there - place]


@dataclass(frozen=True)
class Key:
    """At `secs` the face's middle is at x, y px and the face is `face_px` wide."""

    secs: float
    x: float
    y: float
    face_px: float


@dataclass(frozen=True)
class Walk:
    """A person's way, straight between keys; in the picture from the first to the last key, except between the secs of `absences`."""

    person: Person
    keys: tuple[Key, ...]
    absences: tuple[tuple[float, float], ...] = ()

    def at(self, secs: float) -> Key | None:
        if not self.keys[0].secs <= secs <= self.keys[-1].secs or any(start < secs < end for start, end in self.absences):
            return None
        times = [key.secs for key in self.keys]
        values = np.array([(key.x, key.y, key.face_px) for key in self.keys]).T
        x, y, face_px = (float(np.interp(secs, times, column)) for column in values)
        return Key(secs, x, y, face_px)


@dataclass(frozen=True)
class Truth:
    """A face that is in a picture: whose, where, how wide, and which part of it nobody hides and the picture holds, 0..1."""

    walk: int
    x: float
    y: float
    face_px: float
    visible: float


@dataclass(frozen=True)
class Shot:
    """A picture with its truths."""

    time_nanos: int
    rgb: Picture
    truths: tuple[Truth, ...]


@dataclass(frozen=True)
class CrossingVideo:
    """Walks, the last one in front of all others. `noise` is the sensor's, a standard deviation in units of 0..255; between the secs of
    `black` nothing is to be seen.
    """

    walks: tuple[Walk, ...]
    secs: float
    fps: float = 25.0
    noise: float = 0.0
    black: tuple[float, float] = (-1.0, -1.0)
    light: tuple[float, float] = (1.0, 1.0)  # gain at the left and the right edge of the picture

    def shots(self) -> Iterator[Shot]:
        """The pictures in order."""
        random = np.random.default_rng(3)
        background = _background()
        grain = random.standard_normal((HEIGHT, WIDTH, 3), np.float32) * np.float32(self.noise)
        gain = np.linspace(*self.light, WIDTH, dtype=np.float32)[None, :, None]
        for tick in range(round(self.secs * self.fps)):
            secs = tick / self.fps
            canvas = background.copy()
            # Owner of each pixel of the picture, for what is hidden: -1 background.
            owner = np.full((HEIGHT, WIDTH), -1, np.int8)
            seen: list[tuple[int, Key]] = []
            for number, walk in enumerate(self.walks):
                key = walk.at(secs)
                if key is not None:
                    _lay(canvas, owner, walk.person.shown(tick), key, number)
                    seen.append((number, key))
            if self.light != (1.0, 1.0):
                canvas *= gain
            if self.black[0] <= secs < self.black[1]:
                canvas[:] = 0
                seen = []
            if self.noise:
                # One field of noise, shifted at random: making a new one for each picture takes longer than the network.
                canvas += np.roll(grain, random.integers(grain.size))
            truths = tuple(Truth(number, key.x, key.y, key.face_px, _visible(owner, key, number)) for number, key in seen)
            yield Shot(round(secs * 1e9), np.clip(canvas, 0, 255).astype(np.uint8), truths)


def _background() -> npt.NDArray[np.float32]:
    random = np.random.default_rng(7)
    coarse = random.uniform(60, 190, (9, 12, 3)).astype(np.float32)
    smooth: npt.NDArray[np.float32] = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return smooth


def _lay(canvas: npt.NDArray[np.float32], owner: npt.NDArray[np.int8], picture: Picture, key: Key, number: int) -> None:
    height, width = picture.shape[:2]
    zoom = key.face_px / Person.FACE_PX
    corner_x = key.x - zoom * width / 2
    corner_y = key.y - CUT_RAISE * key.face_px - zoom * height / 2  # the cut-out's middle lies above the face's
    left, top = max(int(corner_x), 0), max(int(corner_y), 0)
    right, bottom = min(int(corner_x + zoom * width) + 2, WIDTH), min(int(corner_y + zoom * height) + 2, HEIGHT)
    if right <= left or bottom <= top:
        return
    matrix = np.array(((zoom, 0, corner_x - left), (0, zoom, corner_y - top)))
    size = (right - left, bottom - top)
    moved = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR)
    alpha = cv2.warpAffine(_oval(height, width), matrix, size, flags=cv2.INTER_LINEAR)
    window = canvas[top:bottom, left:right]
    window += (moved - window) * alpha[..., None]
    owner[top:bottom, left:right][alpha > 0.5] = number


@cache
def _oval(height: int, width: int) -> npt.NDArray[np.float32]:
    oval = np.zeros((height, width), np.float32)
    cv2.ellipse(oval, (width // 2, height // 2), (width // 2 - 6, height // 2 - 6), 0, 0, 360, 1.0, -1)
    soft: npt.NDArray[np.float32] = cv2.GaussianBlur(oval, (0, 0), 3)
    return soft


def _visible(owner: npt.NDArray[np.int8], key: Key, number: int) -> float:
    grid = np.linspace(-1, 1, 25)
    across, down = np.meshgrid(grid, grid)
    inside = across**2 + down**2 <= 1
    x = np.rint(key.x + across[inside] * key.face_px / 2).astype(int)
    y = np.rint(key.y + down[inside] * key.face_px * FACE_HALF_HEIGHT).astype(int)
    held = (x >= 0) & (x < WIDTH) & (y >= 0) & (y < HEIGHT)
    return float((owner[y[held], x[held]] == number).sum() / inside.sum())


def crossing(
    left: Person,
    right: Person,
    *,
    speed: float = 1.0,
    left_in_front: bool = False,
    left_px: float = 130,
    right_px: float = 130,
    up_px: float = 0,
    absent_secs: float | None = None,
    fps: float = 25.0,
    noise: float = 0.0,
    light: tuple[float, float] = (1.0, 1.0),
) -> CrossingVideo:
    """Two people change sides, one in front of the other. Then, for `absent_secs`, who began left is out of the picture, and comes back
    in the middle. At speed 1 the faces pass each other at 460 px/s: behind the other for 0.3 s, half hidden for 0.55 s.
    """
    y, over = 235.0, 0.3 + 1.6 / speed
    end = over + 0.2
    first = [Key(0, 130, y, left_px), Key(0.3, 140, y, left_px), Key(over, 510, y - up_px, left_px), Key(end, 510, y - up_px, left_px)]
    second = [Key(0, 510, y - up_px, right_px), Key(0.3, 500, y - up_px, right_px), Key(over, 130, y, right_px)]
    absences: tuple[tuple[float, float], ...] = ()
    if absent_secs is not None:
        out = end + 0.25
        back = out + absent_secs
        end = back + 0.5
        first += [Key(out + 0.15, 760, y - up_px, left_px), Key(back, 330, 250, left_px), Key(end, 370, 235, left_px)]
        absences = ((out, back),)
    second.append(Key(end, 130, y, right_px))
    walks = (Walk(left, tuple(first), absences), Walk(right, tuple(second)))
    return CrossingVideo(walks[::-1] if left_in_front else walks, end, fps=fps, noise=noise, light=light)


def turning_back(one: Person, other: Person) -> CrossingVideo:
    """Two people come together until one hides the other, and go back to where they came from: their ways foretell the opposite."""
    ways = ((170, 300, 300, 170), (470, 330, 330, 470))
    times = (0, 0.8, 1.1, 1.9)
    walks = [tuple(Key(secs, x, 235, 130) for secs, x in zip(times, way, strict=True)) for way in ways]
    return CrossingVideo((Walk(one, walks[0]), Walk(other, walks[1])), 1.9)


def swap_in_the_dark(one: Person, other: Person, *, dark_secs: float, noise: float = 0.0) -> CrossingVideo:
    """Two people stand still; the picture goes black, and then each is where the other was."""
    start, end = 0.6, 0.6 + dark_secs
    walks = []
    for x, to_x in ((175, 465), (465, 175)):
        walks.append((Key(0, x, 235, 130), Key(start, x, 235, 130), Key(start + 0.01, to_x, 235, 130), Key(end + 0.6, to_x, 235, 130)))
    return CrossingVideo((Walk(one, walks[0]), Walk(other, walks[1])), end + 0.6, noise=noise, black=(start, end))


def covering(behind: Person, before: Person) -> CrossingVideo:
    """One stands still; another comes a little later, and stays in front."""
    still = Walk(behind, (Key(0, 320, 240, 120), Key(1.9, 320, 240, 120)))
    way = Walk(before, (Key(0.3, 560, 240, 140), Key(0.8, 320, 240, 140), Key(1.9, 320, 240, 140)))
    return CrossingVideo((still, way), 1.9)


def truth_of(center: Sequence[float], truths: Sequence[Truth], *, reach: float = 0.5, clear: float = 0.25) -> int | None:
    """Whose face has its middle there; None where nobody is within `reach` widths, or another in view is as near but for `clear`.

    While one face slides behind another the network now and then lays a mesh over half of each: such a face is nobody's.
    """
    ways = sorted(
        (float(np.hypot(center[0] - truth.x, center[1] - truth.y)) / truth.face_px, truth.walk) for truth in truths if truth.visible >= 0.2
    )
    if not ways or ways[0][0] > reach or (len(ways) > 1 and ways[1][0] - ways[0][0] < clear):
        return None
    return ways[0][1]
