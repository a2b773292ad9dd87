"""Things that come before a face, painted: hands, cups, masks, microphones, sheets, hair, glasses. Each gives (colour, alpha)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from faces import Canvas, Faces
from numpy.typing import NDArray

Layer = NDArray[np.float32]
Painted = tuple[Layer, Layer]
Rng = np.random.Generator


class Painter:
    """Paints on canvases; textures are borrowed from other faces, turned and enlarged."""

    def __init__(self, faces: Faces, rng: Rng) -> None:
        self.faces = faces
        self.rng = rng

    def cover(self, canvas: Canvas, target: NDArray[np.floating], kinds: tuple[str, ...]) -> Painted:
        """Something of these kinds around a place of the canvas."""
        makers: dict[str, Callable[[Canvas, NDArray[np.floating]], Painted]] = {
            "hand": self.hand, "fist": self.fist, "cup": self.cup, "mask": self.mask, "microphone": self.microphone,
            "sheet": self.sheet, "hair": self.hair, "sunglasses": self.sunglasses, "glasses": self.glasses, "brim": self.brim,
        }  # fmt: skip
        color, alpha = makers[str(self.rng.choice(kinds))](canvas, target)
        blur = self.rng.uniform(0.4, 2.5)
        return cv2.GaussianBlur(color, (0, 0), self.rng.uniform(0.4, 2.0)), cv2.GaussianBlur(alpha, (0, 0), blur)

    def hand(self, canvas: Canvas, target: NDArray[np.floating]) -> Painted:
        """Fingers side by side, round in the light, with dark gaps, creases at the joints, nails and perhaps the back of the hand."""
        rng, unit = self.rng, canvas.span
        side = len(canvas.picture)
        width, count = unit * rng.uniform(0.12, 0.26), int(rng.integers(1, 6))
        angle = rng.uniform(0, 2 * np.pi)
        along, across = _axes(side, target + rng.normal(0, 0.08 * unit, 2), angle)
        tone = self._skin(canvas)
        color, alpha = np.full((side, side), tone, np.float32), np.zeros((side, side), np.float32)
        light = rng.uniform(-0.7, 0.7)
        reach = unit * rng.uniform(0.1, 0.8)
        for number in range(count):
            middle = (number - (count - 1) / 2) * width * rng.uniform(0.92, 1.08)
            tip = reach - abs(number - count / 2) * width * rng.uniform(0, 0.7)
            bend = rng.uniform(-0.1, 0.1)
            position = (across - middle - bend * along) / (width / 2)
            over = np.maximum(along - tip, 0) / (width / 2)
            inside = np.sqrt(position**2 + over**2)
            shade = 1 - rng.uniform(0.15, 0.5) * np.clip(position - light, -2, 2) ** 2 / 2
            finger = tone * rng.uniform(0.92, 1.08) * shade
            for joint in rng.uniform(0.25, 1.4, int(rng.integers(0, 4))):
                crease = np.exp(-(((along - tip + joint * unit * 0.5) / (0.02 * unit)) ** 2))
                finger = finger * (1 - rng.uniform(0.05, 0.35) * crease)
            if rng.random() < 0.4:
                nail = ((along - tip + 0.25 * width) / (0.45 * width)) ** 2 + (position / 0.65) ** 2 < 1
                finger = np.where(nail, finger * rng.uniform(1.05, 1.3), finger)
            mask = inside < 1
            color = np.where(mask, finger * (1 - 0.35 * np.clip(inside, 0, 1) ** 6), color)
            alpha = np.maximum(alpha, mask)
        if rng.random() < 0.5:  # the back of the hand, or the palm
            back = (along + unit * rng.uniform(0.0, 0.7)) / (unit * 0.6), across / (width * count * rng.uniform(0.5, 0.75) + 1)
            mask = (back[0] ** 2 + back[1] ** 2 < 1) & (alpha < 0.5)
            color = np.where(mask, tone * (1 - 0.2 * (back[0] - light) ** 2), color)
            alpha = np.maximum(alpha, mask)
        return self._grained(color, 0.06), alpha.astype(np.float32)

    def fist(self, canvas: Canvas, target: NDArray[np.floating]) -> Painted:
        """A palm or a fist: one round form with folds."""
        rng, unit = self.rng, canvas.span
        side = len(canvas.picture)
        along, across = _axes(side, target + rng.normal(0, 0.1 * unit, 2), rng.uniform(0, 2 * np.pi))
        a, b = unit * rng.uniform(0.3, 0.8), unit * rng.uniform(0.22, 0.6)
        inside = (np.abs(along) / a) ** 2.5 + (np.abs(across) / b) ** 2.5
        tone = self._skin(canvas)
        color = tone * (1 - 0.3 * np.clip(inside, 0, 1.2)) + tone * 0.25 * (along * rng.normal(0, 1) + across * rng.normal(0, 1)) / unit
        for _ in range(int(rng.integers(0, 5))):
            x, y = _axes(side, target + rng.normal(0, 0.25 * unit, 2), rng.uniform(0, 2 * np.pi))
            fold = np.exp(-(((y + 0.3 * x * x / unit) / (0.025 * unit)) ** 2)) * (np.abs(x) < unit * rng.uniform(0.1, 0.4))
            color = color * (1 - rng.uniform(0.1, 0.5) * fold)
        return self._grained(color, 0.08), (inside < 1).astype(np.float32)

    def cup(self, canvas: Canvas, target: NDArray[np.floating]) -> Painted:
        """A cup, a glass or a can: upright, shaded like a cylinder, with a rim."""
        rng, unit = self.rng, canvas.span
        side = len(canvas.picture)
        down, across = _axes(side, target - (0, unit * rng.uniform(-0.05, 0.35)), np.pi / 2 + rng.normal(0, 0.3))
        half = unit * rng.uniform(0.2, 0.5) * (1 - 0.2 * down / unit * rng.random())
        position = across / half
        mask = (np.abs(position) < 1) & (down + 0.12 * half * (1 - np.clip(position, -1, 1) ** 2) > 0)
        color = rng.uniform(20, 250) * (1 - rng.uniform(0.1, 0.6) * np.abs(position - rng.uniform(-0.7, 0.7))) + 10
        if rng.random() < 0.5:
            color = color + rng.uniform(-60, 60) * (np.abs(down - unit * rng.uniform(0.1, 0.6)) < unit * rng.uniform(0.02, 0.2))
        if rng.random() < 0.6:
            color = color * np.where(np.abs(down) < 0.05 * unit, rng.uniform(0.5, 1.5), 1)
        return self._grained(color, 0.03), (mask * rng.uniform(0.85, 1)).astype(np.float32)

    def mask(self, canvas: Canvas, target: NDArray[np.floating]) -> Painted:
        """A face mask or a scarf: everything below a bent line, plain or patterned, with folds."""
        rng, unit = self.rng, canvas.span
        side = len(canvas.picture)
        x = (np.arange(side) - target[0]) / unit
        edge = target[1] - unit * rng.uniform(0.2, 0.5) + unit * rng.uniform(-0.1, 0.6) * x**2 + unit * rng.normal(0, 0.1) * x
        rows = np.arange(side)[:, None]
        color = np.full((side, side), rng.uniform(15, 250), np.float32)
        color += rng.normal(0, 40) * (rows - edge[None]) / unit + rng.normal(0, 30) * x[None] ** 2 * 2
        for _ in range(int(rng.integers(0, 5))):
            fold = rows - edge[None] - unit * rng.uniform(0.1, 1)
            color *= 1 - rng.uniform(-0.2, 0.3) * np.exp(-((fold / (0.03 * unit)) ** 2))
        if rng.random() < 0.35:
            color = 0.5 * color + 0.5 * self._texture(side)
        return self._grained(color, 0.05), (rows > edge[None]).astype(np.float32)

    def microphone(self, canvas: Canvas, target: NDArray[np.floating]) -> Painted:
        """A dark ball with a mesh on a stick."""
        rng, unit = self.rng, canvas.span
        side = len(canvas.picture)
        along, across = _axes(side, target + rng.normal(0, 0.06 * unit, 2), np.pi / 2 + rng.normal(0, 0.6))
        radius = unit * rng.uniform(0.16, 0.4)
        ball = np.hypot(along * rng.uniform(0.8, 1), across) < radius
        stick = (along > 0) & (np.abs(across) < radius * rng.uniform(0.35, 0.8))
        pitch = unit * rng.uniform(0.03, 0.08)
        mesh = np.sin(along / pitch * 3) * np.sin(across / pitch * 3) * rng.uniform(0, 25)
        color = (
            rng.uniform(10, 120)
            + mesh
            - rng.uniform(0, 50) * (across / radius)
            + rng.uniform(0, 60) * (np.hypot(along + radius * 0.4, across) < radius * 0.3)
        )
        return self._grained(color, 0.05), (ball | stick).astype(np.float32)

    def sheet(self, canvas: Canvas, target: NDArray[np.floating]) -> Painted:
        """A phone, a book, a sheet: a turned rectangle with a plain or strange surface."""
        rng, unit = self.rng, canvas.span
        side = len(canvas.picture)
        along, across = _axes(side, target + rng.normal(0, 0.12 * unit, 2), rng.uniform(0, np.pi))
        mask = (np.abs(along) < unit * rng.uniform(0.25, 1)) & (np.abs(across) < unit * rng.uniform(0.18, 0.6))
        plain = np.full((side, side), rng.uniform(10, 250), np.float32) + rng.normal(0, 40) * along / unit
        color = plain if rng.random() < 0.4 else self._texture(side)
        return self._grained(color.astype(np.float32), 0.03), mask.astype(np.float32)

    def hair(self, canvas: Canvas, target: NDArray[np.floating]) -> Painted:
        """Strands hanging down to somewhere around the target."""
        rng, unit = self.rng, canvas.span
        side = len(canvas.picture)
        noise = rng.normal(0, 1, (8, side)).astype(np.float32)
        strands = cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)
        shear = np.array(((1, rng.normal(0, 0.5), rng.normal(0, 6)), (0, 1, 0)))
        strands = cv2.warpAffine(strands, shear, (side, side), borderMode=cv2.BORDER_REFLECT)
        length = target[1] + unit * rng.normal(0, 0.12) + unit * rng.uniform(-0.8, 0.8) * (np.arange(side) - target[0]) / unit
        length = length + cv2.GaussianBlur(rng.normal(0, 0.35 * unit, (1, side)).astype(np.float32), (0, 0), 2)[0]
        mask = (np.arange(side)[:, None] < length[None]) & (strands > rng.uniform(-2.5, -0.2))
        return (rng.uniform(5, 140) + strands * rng.uniform(4, 25)).astype(np.float32), mask.astype(np.float32)

    def sunglasses(self, canvas: Canvas, target: NDArray[np.floating]) -> Painted:
        """One dark lens with what the light leaves on it; the bridge goes right, to the nose."""
        rng, unit = self.rng, canvas.span
        inside, along, across = self._lens(canvas, target)
        color = rng.uniform(3, 70) + rng.normal(0, 25) * across / unit + rng.normal(0, 12) * along / unit
        if rng.random() < 0.5:  # a window in the glass
            x, y = _axes(len(canvas.picture), target + rng.normal(0, 0.15 * unit, 2), rng.normal(0, 0.6))
            color = color + rng.uniform(10, 130) * (
                (np.abs(x) < unit * rng.uniform(0.02, 0.15)) & (np.abs(y) < unit * rng.uniform(0.02, 0.12))
            )
        alpha = (inside < 1) * rng.uniform(0.8, 1)
        frame = (inside >= 0.9) & (inside < rng.uniform(1.05, 1.5))
        color = np.where(frame, rng.uniform(0, 90), color)
        return self._grained(color, 0.03), np.maximum(alpha, self._bar(frame, along, across, unit)).astype(np.float32)

    def glasses(self, canvas: Canvas, target: NDArray[np.floating]) -> Painted:
        """Clear glasses: a frame, a bridge, a breath of tint, perhaps a small glare. They hide nothing."""
        rng, unit = self.rng, canvas.span
        inside, along, across = self._lens(canvas, target)
        color = np.full(inside.shape, rng.choice((rng.uniform(0, 90), rng.uniform(120, 255))), np.float32)
        frame = (inside > 0.85) & (inside < rng.uniform(0.95, 1.3))
        alpha = self._bar(frame, along, across, unit) * rng.uniform(0.5, 1)
        alpha = np.maximum(alpha, (inside < 1) * rng.uniform(0, 0.12))
        if rng.random() < 0.4:
            x, y = _axes(len(inside), target + rng.normal(0, 0.16 * unit, 2), rng.normal(0, 0.6))
            glare = (np.abs(x) < unit * rng.uniform(0.02, 0.1)) & (np.abs(y) < unit * rng.uniform(0.01, 0.05)) & (inside < 1)
            color, alpha = np.where(glare, 235, color), np.maximum(alpha, glare * rng.uniform(0.3, 0.8))
        return color.astype(np.float32), alpha.astype(np.float32)

    def brim(self, canvas: Canvas, target: NDArray[np.floating]) -> Painted:
        """A hat, a headband or a headset coming down."""
        rng, unit = self.rng, canvas.span
        side = len(canvas.picture)
        line = target[1] + unit * rng.uniform(-0.35, 0.4) + rng.normal(0, 0.2) * (np.arange(side) - target[0])
        mask = np.arange(side)[:, None] < line[None]
        color = self._texture(side) * 0.3 + rng.uniform(5, 170) if rng.random() < 0.5 else np.full((side, side), rng.uniform(5, 220))
        return self._grained(color.astype(np.float32), 0.04), mask.astype(np.float32)

    def _lens(self, canvas: Canvas, target: NDArray[np.floating]) -> tuple[Layer, Layer, Layer]:
        rng, unit = self.rng, canvas.span
        place = target + (rng.normal(0, 0.04 * unit), rng.uniform(-0.06, 0.1) * unit)
        along, across = _axes(len(canvas.picture), place, rng.normal(0, 0.1))
        power = rng.uniform(2, 5)
        half, tall = unit * rng.uniform(0.22, 0.36), unit * rng.uniform(0.14, 0.28)
        inside = (np.abs(along) / half) ** power + (np.abs(across) / tall) ** power
        return inside.astype(np.float32), along, across

    def _bar(self, frame: NDArray[np.bool_], along: Layer, across: Layer, unit: float) -> NDArray[np.bool_]:
        width, height = unit * self.rng.uniform(0.01, 0.05), unit * self.rng.uniform(-0.15, 0.05)
        bar: NDArray[np.bool_] = frame | ((np.abs(across - height) < width) & (np.abs(along) > unit * 0.25))
        return bar

    def _skin(self, canvas: Canvas) -> float:
        return float(np.clip(np.median(canvas.picture) * self.rng.normal(1, 0.18), 15, 245))

    def _texture(self, side: int) -> Layer:
        """A piece of another face, turned and enlarged so far that it is none any more; or stripes; or clouds."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.5:
            image = self.faces.images[rng.integers(len(self.faces))]
            turn = cv2.getRotationMatrix2D((24, 24), rng.uniform(60, 300), rng.uniform(1.5, 4))
            turn[:, 2] += rng.uniform(-20, 20, 2) + side / 2 - 24
            return cv2.warpAffine(image, turn, (side, side), borderMode=cv2.BORDER_REFLECT).astype(np.float32)
        if kind < 0.7:
            along, across = _axes(side, np.array((side / 2, side / 2)), rng.uniform(0, np.pi))
            wave = np.sin(across * rng.uniform(0.1, 0.9)) + (np.sin(along * rng.uniform(0.1, 0.9)) if rng.random() < 0.4 else 0)
            return (rng.uniform(40, 210) + rng.uniform(10, 70) * np.sign(wave)).astype(np.float32)
        size = int(rng.integers(2, 16))
        clouds = cv2.resize(rng.uniform(0, 255, (size, size)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
        return np.asarray(clouds, np.float32)

    def _grained(self, color: NDArray[np.floating], share: float) -> Layer:
        side = len(color)
        grain = cv2.resize(self.rng.normal(0, 1, (side // 3, side // 3)).astype(np.float32), (side, side))
        return np.clip(color * (1 + share * self.rng.random() * grain), 0, 255).astype(np.float32)


@lru_cache
def _grid(side: int) -> tuple[Layer, Layer]:
    y, x = np.mgrid[:side, :side].astype(np.float32)
    return y, x


def _axes(side: int, place: NDArray[np.floating], angle: float) -> tuple[Layer, Layer]:
    """Coordinates of every pixel along a direction through a place, and across it."""
    y, x = _grid(side)
    x, y = x - np.float32(place[0]), y - np.float32(place[1])
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return x * cos + y * sin, y * cos - x * sin


def _step(depth: NDArray[np.floating]) -> NDArray[np.floating]:
    smooth: NDArray[np.floating] = 0.5 + 0.5 * np.tanh(depth / 2)
    return smooth


def share_covered(alpha: Layer, points: NDArray[np.floating], *, grow_px: float, hull: bool = False) -> float:
    """The share of a ring of points (grown) that a layer hides."""
    mask = np.zeros(alpha.shape, np.uint8)
    ring = np.round(points).astype(np.int32)
    cv2.fillPoly(mask, [cv2.convexHull(ring) if hull else ring], 1)
    cv2.polylines(mask, [cv2.convexHull(ring) if hull else ring], True, 1, max(int(2 * grow_px), 1))
    return float((alpha * mask).sum() / max(mask.sum(), 1))


def relit(canvas: Canvas, rng: Rng) -> Layer:
    """The face in another light: shadow edges, highlights, a drawn beard that leaves the lips free."""
    picture, side, unit = canvas.picture.copy(), len(canvas.picture), canvas.span
    if rng.random() < 0.35:
        _, across = _axes(side, rng.uniform(0.1, 0.9, 2) * side, rng.uniform(0, 2 * np.pi))
        soft = _step(across / (unit * rng.uniform(0.005, 0.3)))
        picture *= 1 + (rng.uniform(0.35, 0.9) - 1) * soft if rng.random() < 0.75 else 1 + rng.uniform(0.1, 0.5) * soft
    if rng.random() < 0.15:
        y = np.arange(side)[:, None]
        lips = np.zeros((side, side), np.float32)
        cv2.fillPoly(lips, [np.round(canvas.lips).astype(np.int32)], 1.0)
        lips = cv2.GaussianBlur(cv2.dilate(lips, None, iterations=2), (0, 0), 2)
        grown = _step((y - canvas.lips[:, 1].mean() + unit * rng.uniform(-0.25, 0.3)) / (unit * 0.04)) * (1 - lips)
        hair = rng.uniform(0.3, 0.8) + cv2.resize(rng.normal(0, 0.12, (side // 2, side // 2)).astype(np.float32), (side, side))
        picture *= 1 + (hair - 1) * grown
    return picture


def photographed(picture: Layer, rng: Rng, *, finer: int) -> NDArray[np.uint8]:
    """Down to the network's square, through the faults of a camera: blur, sharpening, contrast, noise, compression."""
    if rng.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 0.9) * finer)
    elif rng.random() < 0.4:
        picture = picture + rng.uniform(0.2, 1.5) * (picture - cv2.GaussianBlur(picture, (0, 0), 1.3 * finer))
    small = cv2.resize(picture, None, fx=1 / finer, fy=1 / finer, interpolation=cv2.INTER_AREA)
    small = 255 * np.clip(small / 255, 0, 1) ** rng.uniform(0.6, 1.6) * rng.uniform(0.5, 1.15) + rng.uniform(-10, 20)
    small = small + rng.normal(0, rng.uniform(0, 2) ** 2, small.shape)
    flat = np.clip(small, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        flat = cv2.imdecode(cv2.imencode(".jpg", flat, (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))))[1], cv2.IMREAD_GRAYSCALE)
    return flat
