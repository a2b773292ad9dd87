"""Faces drawn for tests: landmarks in the places of a face, and pictures with a mouth, eyes and brows at these places."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from affectia.perception.face.landmarks import head_pose
from affectia.perception.face.landmarks.detected_face import LANDMARKS, DetectedFace
from affectia.perception.face.landmarks.head_pose import HeadPose
from affectia.perception.face.quality import face_occlusion as places

Picture = npt.NDArray[np.uint8]
SKIN = 150


def detected(center: tuple[float, float] = (160, 120), size_px: float = 130.0, *, picture: tuple[int, int] = (240, 320)) -> DetectedFace:
    """A face that looks into the camera, in a picture of (height, width)."""
    golden = math.pi * (3 - math.sqrt(5))
    number = np.arange(LANDMARKS)
    radius, angle = np.sqrt((number + 0.5) / LANDMARKS), number * golden
    points = np.stack((0.4 * radius * np.cos(angle), 0.5 * radius * np.sin(angle), np.zeros(LANDMARKS)), axis=1)
    for ring, x, y, wide, tall in (
        (places.LIPS, 0.0, 0.22, 0.14, 0.04),
        (places.RIGHT_EYE, -0.19, -0.1, 0.075, 0.03),
        (places.LEFT_EYE, 0.19, -0.1, -0.075, 0.03),
        (places.RIGHT_BROW, -0.19, -0.19, 0.1, 0.02),
        (places.LEFT_BROW, 0.19, -0.19, -0.1, 0.02),
    ):
        turn = np.linspace(0, 2 * math.pi, len(ring), endpoint=False)
        points[ring] = np.stack((x - wide * np.cos(turn), y + tall * np.sin(turn), 0 * turn), axis=1)
    points[10], points[152] = (0, -0.5, 0), (0, 0.5, 0)
    pixels = (points * size_px + (*center, 0)).astype(np.float32)
    return DetectedFace(pixels, np.zeros(52, np.float32), np.eye(4), picture[1], picture[0])


def painted(face: DetectedFace, *, skin: int = SKIN, around: int = 110) -> Picture:
    """The picture of such a face: skin, dark eyes and brows, lips, some grain to be in focus on."""
    rng = np.random.default_rng(3)
    grey = np.full((face.height_px, face.width_px), around, np.float32)
    center, size = face.center_px, face.size_px
    cv2.ellipse(grey, tuple(int(v) for v in center), (int(0.4 * size), int(0.5 * size)), 0, 0, 360, float(skin), -1)
    grey += cv2.GaussianBlur(rng.normal(0, 10, grey.shape).astype(np.float32), (0, 0), 0.8)
    for ring, share in (
        (places.LIPS, 0.6),
        (places.RIGHT_EYE, 0.35),
        (places.LEFT_EYE, 0.35),
        (places.RIGHT_BROW, 0.4),
        (places.LEFT_BROW, 0.4),
    ):
        cv2.fillPoly(grey, [np.round(face.landmarks_px[ring, :2]).astype(np.int32)], float(skin * share))
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def looking(*, yaw_deg: float = 0.0, pitch_deg: float = 0.0) -> HeadPose:
    """A head straight before the camera, turned to its left, and up or down."""
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
    turn = np.array(((math.cos(yaw), 0, math.sin(yaw)), (0, 1, 0), (-math.sin(yaw), 0, math.cos(yaw))))
    nod = np.array(((1, 0, 0), (0, math.cos(pitch), -math.sin(pitch)), (0, math.sin(pitch), math.cos(pitch))))
    matrix = np.eye(4)
    matrix[:3, :3] = turn @ nod
    matrix[:3, 3] = (0, 0, -50)
    return head_pose.from_matrix(matrix)
