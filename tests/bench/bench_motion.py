"""What smoothing does to a real face: jitter before and after, and how late the result is, per region.

Jitter is the RMS of the difference between consecutive frames over the range p95 - p5 of the same shape, the median over the shapes of
a region that move at all. Lag is the shift in time at which the smoothed curve fits the raw one best. `--clip ID` (repeatable).
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.capture.video_file import VideoFileOptions, VideoFileSource
from affectia.clock import NANOS_PER_SEC, SystemClock
from affectia.inference.model_store import ModelStore
from affectia.motion.smoother import Smoother, SmootherOptions
from affectia.perception.face.landmarker import FaceLandmarker
from affectia.rig.face_rig import FaceRig
from affectia.session.session_manager import FACE_MODEL
from affectia.signals.avatar_state import AvatarState
from affectia.signals.face_observations import FaceObservations
from affectia.signals.groups import GroupStates
from affectia.signals.video_sample import VideoSample
from report import console, table

_MOVES = 0.05  # a shape whose range is below this says nothing about jitter


class _Keeping:
    """A sink that looks at every picture and keeps what was seen."""

    def __init__(self, landmarker: FaceLandmarker) -> None:
        self._landmarker = landmarker
        self.seen: list[tuple[int, FaceObservations]] = []

    def put(self, item: VideoSample) -> None:
        raise AssertionError("every picture, in its own time")

    def put_when_empty(self, item: VideoSample, timeout_secs: float) -> bool:
        at_media_time = VideoSample(item.media_time_nanos, item.media_time_nanos, item.rgb)
        faces = self._landmarker.perceive(at_media_time)
        if faces.found.all():
            self.seen.append((item.media_time_nanos, faces))
        return True


def observations(clip: str) -> tuple[NDArray[np.int64], list[FaceObservations]]:
    """Every face of a clip with its media time."""
    clock = SystemClock()
    landmarker = FaceLandmarker(ModelStore().path(FACE_MODEL), clock)
    keeping = _Keeping(landmarker)
    source = VideoFileSource(ModelStore().path(clip), keeping, clock, VideoFileOptions(real_time=False))
    source._run()  # on this thread: the bench waits for the end anyway
    landmarker.close()
    return np.array([time for time, _ in keeping.seen], np.int64), [faces for _, faces in keeping.seen]


def curves(times: NDArray[np.int64], seen: list[FaceObservations], slowness: float) -> NDArray[np.float32]:
    """(frames, channels) of one avatar, smoothed."""
    rig, smoother = FaceRig(), Smoother(1, SmootherOptions())
    slots, slow = np.zeros(1, np.intp), np.array([slowness], np.float32)
    rows = []
    for time, faces in zip(times, seen, strict=True):
        state = AvatarState(faces.blendshapes, faces.head_rotation, faces.head_position_cm, GroupStates.unknown(1))
        rows.append(smoother.moved(slots, np.array([time + NANOS_PER_SEC]), rig.weights(state), slow).channels[0].copy())
    return np.array(rows)


def jitter(curve: NDArray[np.float32]) -> float:
    """RMS of steps over the range."""
    return float(np.sqrt(np.mean(np.diff(curve) ** 2)) / max(1e-9, np.percentile(curve, 95) - np.percentile(curve, 5)))


def lag_millis(times: NDArray[np.int64], raw: NDArray[np.float32], smooth: NDArray[np.float32]) -> float:
    """The shift at which the raw curve, seen that much earlier, is nearest to the smoothed one."""
    secs = (times - times[0]) / NANOS_PER_SEC
    shifts = np.arange(0, 0.3, 0.002)
    misses = [float(np.mean((np.interp(secs - shift, secs, raw) - smooth)[10:] ** 2)) for shift in shifts]
    return float(shifts[int(np.argmin(misses))] * 1000)


def regions() -> dict[str, list[int]]:
    """Channels by region."""
    found: dict[str, list[int]] = {"blink": [], "eyes": [], "brows": [], "mouth": []}
    for place, (name, group) in enumerate(zip(registry.BLENDSHAPES, registry.BLENDSHAPE_GROUPS, strict=True)):
        found["blink" if name.startswith("eyeBlink") else registry.GROUPS[group]].append(place)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", action="append")
    for clip in parser.parse_args().clip or ["carphone"]:
        times, seen = observations(clip)
        raw, smooth = curves(times, seen, 0.0), curves(times, seen, 1.0)
        rows = []
        for region, places in regions().items():
            moving = [p for p in places if np.percentile(raw[:, p], 95) - np.percentile(raw[:, p], 5) > _MOVES]
            if not moving:
                continue
            before, after = (float(np.median([jitter(curve[:, p]) for p in moving])) for curve in (raw, smooth))
            lag = float(np.median([lag_millis(times, raw[:, p], smooth[:, p]) for p in moving]))
            rows.append((region, str(len(moving)), f"{before:.3f}", f"{after:.3f}", f"{after / before:.2f}", f"{lag:.0f}"))
        console.print(f"clip {clip}: {len(times)} frames with a face")
        table("smoothing", ("region", "shapes that move", "jitter raw", "smoothed", "ratio", "lag ms"), rows)


if __name__ == "__main__":
    main()
