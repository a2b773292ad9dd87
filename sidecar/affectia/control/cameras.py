"""The cameras of this machine, as the control service tells of them."""

from __future__ import annotations

from affectia.capture.camera_fault import CameraFault
from affectia.capture.camera_list import FoundCamera
from affectia.control.status_codes import printable
from affectia.v1 import device_pb2

_STATES = {
    None: device_pb2.CAMERA_STATE_READY,
    CameraFault.BUSY: device_pb2.CAMERA_STATE_BUSY,
    CameraFault.NO_PERMISSION: device_pb2.CAMERA_STATE_NO_PERMISSION,
}


def camera_message(camera: FoundCamera) -> device_pb2.Camera:
    """A camera that is there; names that are no Unicode are told with question marks."""
    return device_pb2.Camera(
        index=camera.index,
        name=printable(camera.name),
        width=camera.width_px,
        height=camera.height_px,
        busy=camera.busy,
        rate_hz=camera.rate_hz,
        state=_STATES.get(camera.fault, device_pb2.CAMERA_STATE_NO_ANSWER),
        next_step=camera.next_step,
        modes=[
            device_pb2.CameraMode(
                pixel_format=printable(mode.pixel_format), width=mode.width_px, height=mode.height_px, rate_hz=mode.rate_hz
            )
            for mode in camera.modes
        ],
    )
