"""Sees faces in pictures: the landmark network, who is who, what each face does, and how its person seems to feel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from affectia.clock import Clock
from affectia.perception.face.emotion.face_emotion import FaceEmotion
from affectia.perception.face.emotion.seen_face import SeenFace
from affectia.perception.face.emotion.track_emotion import TrackedFace, TrackEmotion
from affectia.perception.face.face_analysis import FaceAnalysis
from affectia.perception.face.identity.face_identity import FaceIdentity
from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.perception.face.landmarks.head_pose import NETWORK_FOV_DEG
from affectia.perception.face.quality.face_occlusion import CoverNetwork
from affectia.signals.emotion_observations import EmotionObservations
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


@dataclass(frozen=True, slots=True)
class _Seen:
    """A face of the last picture that waits to be finished."""

    row: int
    analysis: FaceAnalysis
    face: SeenFace
    confidence: NDArray[np.float32]


class FacePerceiver:
    """One video track's perceiver: `faces` rows, each a person for as long as that person is there; one thread at a time.

    `emotion` may be shared with other tracks; `with_voice`: the session has a voice, so faces are also read without their mouths.
    """

    def __init__(
        self,
        landmarker: Landmarker,
        clock: Clock,
        *,
        faces: int = 1,
        vertical_fov_deg: float = NETWORK_FOV_DEG,
        emotion: FaceEmotion | None = None,
        with_voice: bool = False,
    ) -> None:
        self._landmarker = landmarker
        self._clock = clock
        self._identity = FaceIdentity(faces)
        cover = CoverNetwork()
        self._rows = [FaceAnalysis(vertical_fov_deg=vertical_fov_deg, cover=cover) for _ in range(faces)]
        self._emotion: TrackEmotion | None = None
        if emotion is not None and emotion.is_on:
            self._emotion = TrackEmotion(emotion, clock, rows=faces, with_voice=with_voice)
        self._seen: list[_Seen] = []
        self._seen_nanos: int | None = None  # when the picture was there that waits to be finished
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
            if self._emotion is not None:
                self._emotion.note_fresh(fresh)
        self._seen = []
        self._seen_nanos = time_nanos
        for face, row in zip(faces, rows, strict=True):
            if row is None:
                continue
            analysis = self._rows[row]
            reading = analysis.observe(face, sample.rgb, time_nanos=time_nanos, values=seen.values[row])
            seen.found[row] = True
            seen.confidence[row] = reading.confidence
            seen.measured[row] = reading.measured
            self._seen.append(_Seen(row, analysis, SeenFace(sample.rgb, face.landmarks_px, seen.values[row]), reading.confidence))
        return replace(seen, perceived_in_nanos=self._clock.now_nanos() - began, network_nanos=answered - began)

    def finish(self) -> EmotionObservations | None:
        """Do what could wait until the observations were on their way; how the people seem to feel, where it is the turn of that."""
        self._identity.study()
        qualities = [seen.analysis.study() for seen in self._seen]
        self.notice = next(filter(None, (quality.notice for quality in qualities)), "")
        time_nanos, emotion = self._seen_nanos, self._emotion
        faces, self._seen, self._seen_nanos = self._seen, [], None
        if emotion is None or time_nanos is None or not emotion.is_due(time_nanos):
            return None
        # Of this picture and not of the one before, as the observations have to make do with; but no better than those say.
        trusts = [np.minimum(seen.confidence, quality.confidence) for seen, quality in zip(faces, qualities, strict=True)]
        tracked = {seen.row: TrackedFace(seen.face, trust) for seen, trust in zip(faces, trusts, strict=True)}
        return emotion.read(tracked, captured_at_nanos=time_nanos)

    def release(self) -> None:
        """Let the last picture go without finishing."""
        self._identity.release()
        for analysis in self._rows:
            analysis.release()
        self._seen, self._seen_nanos = [], None

    def forget(self) -> None:
        """Drop everything that was learned of people: looks, faces at rest, the last picture."""
        self._identity.reset()
        for analysis in self._rows:
            analysis.reset()
        if self._emotion is not None:
            self._emotion.reset()
        self._seen, self._seen_nanos = [], None
        self.notice = ""

    def close(self) -> None:
        """Free the network."""
        self._landmarker.close()
