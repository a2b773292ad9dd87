from __future__ import annotations

import pytest

from affectia.capture.camera_fault import CameraFault
from affectia.capture.camera_list import FoundCamera
from affectia.capture.camera_v4l2 import CameraMode
from affectia.control.cameras import camera_message
from affectia.v1 import device_pb2

pytestmark = pytest.mark.unit


def test_a_camera_that_is_ready() -> None:
    modes = (CameraMode("MJPG", 1280, 720, 30.0), CameraMode("YUYV", 640, 480, 0.0))
    assert camera_message(FoundCamera(2, "Good Cam", 640, 480, 30.0, modes=modes)) == device_pb2.Camera(
        index=2,
        name="Good Cam",
        width=640,
        height=480,
        rate_hz=30.0,
        state=device_pb2.CAMERA_STATE_READY,
        modes=[
            device_pb2.CameraMode(pixel_format="MJPG", width=1280, height=720, rate_hz=30.0),
            device_pb2.CameraMode(pixel_format="YUYV", width=640, height=480),
        ],
    )


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (CameraFault.BUSY, device_pb2.CAMERA_STATE_BUSY),
        (CameraFault.NO_PERMISSION, device_pb2.CAMERA_STATE_NO_PERMISSION),
        (CameraFault.NO_ANSWER, device_pb2.CAMERA_STATE_NO_ANSWER),
    ],
)
def test_a_camera_that_is_not(fault: CameraFault, state: int) -> None:
    message = camera_message(FoundCamera(2, "Good Cam", fault=fault))
    assert (message.state, message.next_step, message.width) == (state, fault.next_step(), 0)
    assert message.busy == (fault is CameraFault.BUSY)


def test_a_name_that_is_no_unicode_can_be_told() -> None:
    assert camera_message(FoundCamera(0, "caf\udce9")).name == "caf?"
