"""Sees faces in pictures: the landmark network, who is who, and what each face does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from affectia.clock import Clock
from affectia.perception.face.face_analysis import FaceAnalysis
from affectia.perception.face.identity.face_identity import FaceIdentity
from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.perception.face.landmarks.head_pose import NETWORK_FOV_DEG
from affectia.perception.face.quality.face_occlusion import CoverNetwork
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample


class Landmarker(Protocol):
    """Finds faces; `detect` is the network's own call."""

    def detect(self, sample: VideoSample) -> Any:
        """Run the network on one sample."""
        ...

    def faces(self, result: Any, sample: VideoSample) -> list[DetectedFace]:
        """The faces in what `detect` said."""
        ...

    def close(self) -> None:
        """Free the network."""
        ...


class FacePerceiver:
    """One video track's perceiver: `faces` rows, each a person for as long as that person is there; one thread at a time."""

    def __init__(self, landmarker: Landmarker, clock: Clock, *, faces: int = 1, vertical_fov_deg: float = NETWORK_FOV_DEG) -> None:
        self._landmarker = landmarker
        self._clock = clock
        self._identity = FaceIdentity(faces)
        cover = CoverNetwork()
        self._rows = [FaceAnalysis(vertical_fov_deg=vertical_fov_deg, cover=cover) for _ in range(faces)]
        self._seen: list[FaceAnalysis] = []
        self.notice = ""

    def perceive(self, sample: VideoSample) -> FaceObservations:
        """See the faces in one sample, each in the row of its person."""
        began = self._clock.now_nanos()
        result = self._landmarker.detect(sample)
        answered = self._clock.now_nanos()
        faces = self._landmarker.faces(result, sample)
        time_nanos = sample.captured_at_nanos
        seen = FaceObservations.nobody(time_nanos, len(self._rows))
        rows = self._identity.assign(faces, sample.rgb, time_nanos=time_nanos, study_later=True)
        for fresh in self._identity.fresh_rows:
            self._rows[fresh].reset()
            seen.fresh[fresh] = True
        self._seen = []
        for face, row in zip(faces, rows, strict=True):
            if row is None:
                continue
            analysis = self._rows[row]
            reading = analysis.observe(face, sample.rgb, time_nanos=time_nanos, values=seen.values[row])
            seen.found[row] = True
            seen.confidence[row] = reading.confidence
            seen.measured[row] = reading.measured
            self._seen.append(analysis)
        return replace(seen, perceived_in_nanos=self._clock.now_nanos() - began, network_nanos=answered - began)

    def finish(self) -> None:
        """Do what could wait until the observations were on their way."""
        self._identity.study()
        notices = [analysis.study().notice for analysis in self._seen]
        self.notice = next(filter(None, notices), "")

    def release(self) -> None:
        """Let the last picture go without finishing."""
        self._identity.release()
        for analysis in self._rows:
            analysis.release()
        self._seen = []

    def forget(self) -> None:
        """Drop everything that was learned of people: looks, faces at rest, the last picture."""
        self._identity.reset()
        for analysis in self._rows:
            analysis.reset()
        self._seen = []
        self.notice = ""

    def close(self) -> None:
        """Free the network."""
        self._landmarker.close()
