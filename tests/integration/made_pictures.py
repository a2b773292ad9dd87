"""Makes pictures that no camera should deliver, and real faces turned to any angle: what perception is held to on bad input."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.stream import VideoStream

from affectia.perception.face.landmarks import head_mesh
from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.perception.face.landmarks.head_pose import NETWORK_FOV_DEG

Picture = npt.NDArray[np.uint8]

MESH: Final = 468  # landmarks without the irises
# The outline of MediaPipe's face mesh.
OVAL: Final = np.array(
    (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377)
    + (152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)
)
# Rings around the outline, of hair, ears and throat: how far out in sizes of the outline, how far back in cm, and from where in the
# picture their colours are: above the face out of the hair, elsewhere from within the face, for there its own picture shows the wall.
RINGS: Final = ((1.08, 3.0, 1.14, 1.0), (1.14, 7.0, 1.28, 0.9))
TIME_BASE: Final = Fraction(1, 1000)


def flat(level: int, *, width: int = 320, height: int = 240) -> Picture:
    return np.full((height, width, 3), level, np.uint8)


def noise(random: np.random.Generator, *, grain_px: int = 1, width: int = 320, height: int = 240) -> Picture:
    """Each pixel any colour; `grain_px` > 1: blobs of that size."""
    coarse = random.integers(0, 256, (-(-height // grain_px), -(-width // grain_px), 3), np.uint8)
    blobs: Picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return blobs


def checkerboard(square_px: int, *, width: int = 320, height: int = 240) -> Picture:
    y, x = np.mgrid[:height, :width] // square_px
    return np.repeat((((x + y) % 2) * 255).astype(np.uint8)[..., None], 3, axis=2)


def smiley(*, side: int = 300) -> Picture:
    """A yellow disc with two dots and an arc."""
    picture, middle = flat(255, width=side, height=side), side // 2
    cv2.circle(picture, (middle, middle), round(0.4 * side), (250, 210, 40), -1, cv2.LINE_AA)
    for x in (0.37, 0.63):
        cv2.ellipse(picture, (round(x * side), round(0.4 * side)), (side // 22, side // 14), 0, 0, 360, (20, 20, 20), -1, cv2.LINE_AA)
    cv2.ellipse(picture, (middle, round(0.52 * side)), (side // 5, side // 6), 0, 15, 165, (20, 20, 20), side // 40, cv2.LINE_AA)
    return picture


def large_eyes(*, side: int = 300) -> Picture:
    """A pointed face with eyes as comics draw them: a third of the face, no nose to speak of."""
    picture = flat(180, width=side, height=side)
    skin, hair, dark = (250, 220, 200), (60, 40, 110), (30, 20, 40)
    cv2.ellipse(picture, (side // 2, round(0.42 * side)), (round(0.34 * side), round(0.36 * side)), 0, 0, 360, hair, -1, cv2.LINE_AA)
    outline = np.array(((0.24, 0.4), (0.28, 0.62), (0.42, 0.8), (0.5, 0.84), (0.58, 0.8), (0.72, 0.62), (0.76, 0.4), (0.5, 0.2)))
    cv2.fillPoly(picture, [np.round(outline * side).astype(np.int32)], skin, cv2.LINE_AA)
    for x in (0.37, 0.63):
        middle = (round(x * side), round(0.52 * side))
        cv2.ellipse(picture, middle, (round(0.075 * side), round(0.1 * side)), 0, 0, 360, (255, 255, 255), -1, cv2.LINE_AA)
        cv2.ellipse(picture, middle, (round(0.055 * side), round(0.09 * side)), 0, 0, 360, (70, 110, 200), -1, cv2.LINE_AA)
        cv2.circle(picture, middle, round(0.03 * side), dark, -1, cv2.LINE_AA)
        cv2.circle(picture, (middle[0] - side // 60, middle[1] - side // 30), side // 50, (255, 255, 255), -1, cv2.LINE_AA)
        cv2.ellipse(picture, middle, (round(0.085 * side), round(0.105 * side)), 0, 200, 340, dark, side // 60, cv2.LINE_AA)
        brow = (middle[0], round(0.42 * side))
        cv2.ellipse(picture, brow, (round(0.08 * side), round(0.03 * side)), 0, 200, 340, hair, side // 75, cv2.LINE_AA)
    cv2.line(picture, (side // 2, round(0.66 * side)), (round(0.49 * side), round(0.68 * side)), (220, 170, 150), 2, cv2.LINE_AA)
    cv2.ellipse(picture, (side // 2, round(0.73 * side)), (side // 24, side // 50), 0, 0, 180, (170, 60, 60), 2, cv2.LINE_AA)
    return picture


def toon(*, side: int = 300) -> Picture:
    """A face with the proportions of a person, in flat colours with soft shades: nose, ears, brows, lips."""
    picture = flat(120, width=side, height=side)
    skin, shade, hair, dark = (225, 175, 140), (195, 140, 110), (70, 45, 30), (25, 20, 20)

    def oval(x: float, y: float, wide: float, tall: float, color: tuple[int, int, int], start: int = 0, end: int = 360) -> None:
        center, axes = (round(x * side), round(y * side)), (round(wide * side), round(tall * side))
        cv2.ellipse(picture, center, axes, 0, start, end, color, -1, cv2.LINE_AA)

    oval(0.5, 0.4, 0.29, 0.32, hair)
    for x in (0.23, 0.77):
        oval(x, 0.52, 0.04, 0.07, shade)
    oval(0.5, 0.52, 0.25, 0.33, skin)
    oval(0.5, 0.28, 0.23, 0.13, hair, 180, 360)
    for x in (0.4, 0.6):
        oval(x, 0.47, 0.05, 0.022, (245, 245, 245))
        oval(x, 0.47, 0.021, 0.021, (80, 60, 40))
        oval(x, 0.47, 0.009, 0.009, dark)
        cv2.ellipse(picture, (round(x * side), round(0.47 * side)), (side // 20, side // 45), 0, 180, 360, dark, 2, cv2.LINE_AA)
        cv2.ellipse(picture, (round(x * side), round(0.42 * side)), (side // 16, side // 50), 0, 190, 350, hair, side // 60, cv2.LINE_AA)
    oval(0.5, 0.6, 0.035, 0.02, shade)
    oval(0.5, 0.55, 0.015, 0.06, (235, 190, 155))
    oval(0.5, 0.7, 0.075, 0.02, (175, 85, 80))
    cv2.line(picture, (round(0.43 * side), round(0.7 * side)), (round(0.57 * side), round(0.7 * side)), (110, 40, 40), 2, cv2.LINE_AA)
    blurred: Picture = cv2.GaussianBlur(picture, (0, 0), 1.2)
    return blurred


def placed(picture: Picture, *, zoom: float, center: tuple[float, float], width: int = 640, height: int = 480) -> Picture:
    """A picture made smaller on a grey canvas, its middle at `center` px; many pixels are averaged into one, as a lens does."""
    wide, tall = round(picture.shape[1] * zoom), round(picture.shape[0] * zoom)
    small = cv2.resize(picture, (wide, tall), interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC)
    canvas = flat(120, width=width, height=height)
    left, top = round(center[0] - wide / 2), round(center[1] - tall / 2)
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + wide, width), min(top + tall, height)
    canvas[y0:y1, x0:x1] = small[y0 - top : y1 - top, x0 - left : x1 - left]
    return canvas


def with_noise(picture: Picture, random: np.random.Generator, *, sigma: float = 5.0) -> Picture:
    """A sensor's noise; sigma in units of 0..255."""
    grains = random.normal(0, sigma, picture.shape)
    return np.clip(picture + grains, 0, 255).astype(np.uint8)


class TurnedFace:
    """A real face as a textured mesh, turned to any angle and put back before the blurred picture that it came from.

    The mesh is the landmarks in centimetres, with rings of hair and throat around it; the projection is a camera's, of the view that
    MediaPipe assumes. A turn is absolute: 0, 0 looks into the camera. What the mesh turns away from the camera is not drawn.
    """

    def __init__(self, picture: Picture, face: DetectedFace) -> None:
        points = head_mesh.points_cm(face)[:MESH]
        outline = points[OVAL]
        middle = outline.mean(axis=0)
        rings = [middle + (outline - middle) * out - (0.0, 0.0, back_cm) for out, back_cm, _, _ in RINGS]
        self._points = np.concatenate((points, *rings))
        self._size = (picture.shape[1], picture.shape[0])
        self._focal_px = picture.shape[0] / 2 / math.tan(math.radians(NETWORK_FOV_DEG / 2))
        matrix = face.matrix
        # Where the origin of the mesh is in camera space: the landmark of the bridge of the nose tells.
        bridge = 168
        depth = -face.matrix[2, 3] + float(face.landmarks_px[bridge, 2]) * -matrix[2, 3] / self._focal_px
        x, y = (face.landmarks_px[bridge, :2] - (self._size[0] / 2, self._size[1] / 2)) * (1, -1) * depth / self._focal_px
        axes = matrix[:3, :3]
        self._origin = np.array((x, y, -depth)) - axes @ points[bridge]
        around_px = face.landmarks_px[OVAL, :2].astype(np.float64)
        middle_px = around_px.mean(axis=0)
        height = outline[:, 1] - middle[1]
        is_hair = np.clip(height / height.max() * 2 - 0.5, 0, 1)[:, None]
        colors = [middle_px + (around_px - middle_px) * (hair * is_hair + skin * (1 - is_hair)) for _, _, hair, skin in RINGS]
        self._texture = np.concatenate((face.landmarks_px[:MESH, :2], *colors))
        self._triangles = _triangles(_projected_flat(self._points))
        self._picture = picture
        self._background = cv2.GaussianBlur(picture, (0, 0), picture.shape[0] / 24)

    def picture(self, *, yaw_deg: float, pitch_deg: float = 0.0, roll_deg: float = 0.0) -> Picture:
        """Positive yaw to the subject's left, positive pitch looks down."""
        places, depths = self._projected(_axes(yaw_deg, pitch_deg, roll_deg))
        corners = places[self._triangles]
        one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        areas = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
        facing = np.flatnonzero(areas > 0.05)
        order = facing[np.argsort(-depths[self._triangles[facing]].mean(axis=1))]  # the furthest first
        width, height = self._size
        owner = np.full((height, width), -1, np.int32)
        fixed = np.round(corners * 16).astype(np.int32)
        for number in order:
            cv2.fillConvexPoly(owner, fixed[number], int(number), cv2.LINE_8, 4)
        y, x = np.nonzero(owner >= 0)
        number = owner[y, x]
        # Where in its triangle each pixel lies, and the same place in the texture.
        off = np.stack((x, y), axis=1) - corners[number, 0]
        first = (off[:, 0] * two[number, 1] - off[:, 1] * two[number, 0]) / areas[number]
        second = (one[number, 0] * off[:, 1] - one[number, 1] * off[:, 0]) / areas[number]
        source = self._texture[self._triangles[number]]
        found = source[:, 0] + first[:, None] * (source[:, 1] - source[:, 0]) + second[:, None] * (source[:, 2] - source[:, 0])
        maps = np.full((2, height, width), -1, np.float32)
        maps[:, y, x] = found.T
        turned = cv2.remap(self._picture, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        alpha = cv2.GaussianBlur((owner >= 0).astype(np.float32), (0, 0), 1.0)[..., None] * (owner >= 0)[..., None]
        mixed: Picture = (turned * alpha + self._background * (1 - alpha)).astype(np.uint8)
        return mixed

    def _projected(self, axes: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """(points, 2) px and (points,) cm from the camera."""
        points = self._points @ axes.T + self._origin
        depths = -points[:, 2]
        flat = points[:, :2] * (1, -1) * (self._focal_px / depths)[:, None] + (self._size[0] / 2, self._size[1] / 2)
        return flat, depths


def _projected_flat(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Points seen from far in front, y down."""
    return points[:, :2] * (1, -1)


def _axes(yaw_deg: float, pitch_deg: float, roll_deg: float) -> npt.NDArray[np.float64]:
    yaw, pitch, roll = (math.radians(angle) for angle in (yaw_deg, pitch_deg, roll_deg))
    about_y = np.array(((math.cos(yaw), 0, math.sin(yaw)), (0, 1, 0), (-math.sin(yaw), 0, math.cos(yaw))))
    about_x = np.array(((1, 0, 0), (0, math.cos(pitch), -math.sin(pitch)), (0, math.sin(pitch), math.cos(pitch))))
    about_z = np.array(((math.cos(roll), -math.sin(roll), 0), (math.sin(roll), math.cos(roll), 0), (0, 0, 1)))
    axes: npt.NDArray[np.float64] = about_y @ about_x @ about_z
    return axes


def _triangles(flat: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """(n, 3) a Delaunay triangulation, corners in the order that is clockwise on a picture."""
    scaled = (flat - flat.min(axis=0)) * 100 + 10
    extent = scaled.max(axis=0) + 10
    division = cv2.Subdiv2D((0, 0, int(extent[0]) + 1, int(extent[1]) + 1))
    division.insert([(float(x), float(y)) for x, y in scaled])
    corners = np.asarray(division.getTriangleList(), np.float64).reshape(-1, 3, 2)
    inside = ((corners >= 0) & (corners <= extent)).all(axis=(1, 2))
    away = np.abs(corners[inside][:, :, None] - scaled[None, None]).sum(axis=3)
    triangles: npt.NDArray[np.intp] = away.argmin(axis=2)
    one, two = (flat[triangles[:, corner]] - flat[triangles[:, 0]] for corner in (1, 2))
    turns_back = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0] < 0
    triangles[turns_back] = triangles[turns_back][:, ::-1]
    return triangles


def decoded(path: Path, wanted: Iterable[int], *, enlarge: int = 1) -> list[Picture]:
    """Pictures of a clip by their numbers, in rising order, each enlarged by a whole factor."""
    numbers = set(wanted)
    found: list[Picture] = []
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number in numbers:
                found.append(frame.reformat(frame.width * enlarge, frame.height * enlarge, "rgb24").to_ndarray().astype(np.uint8))
            if number >= max(numbers):
                break
    return found


def write_variable(path: Path, pictures: Sequence[Picture], times_secs: Sequence[float]) -> Path:
    """A file whose pictures are due at these times, whole milliseconds: of a variable rate where the steps are not equal."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "18", "preset": "veryfast"})
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = TIME_BASE
        for picture, secs in zip(pictures, times_secs, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
            frame.pts, frame.time_base = round(secs / TIME_BASE), TIME_BASE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
