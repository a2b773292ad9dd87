"""How good each of the 52 shapes is: what the network gives and what is published, side by side.

Range over the clips, noise of a still picture with a camera's noise (Gaussian, sigma 5 of 255), change of a calm face with yaw, and
what `shape_repair.toml` in perception/face/expression says of each shape. Clips that are not in the cache are left out and named. With
`--faces DIR`, a
folder with FER+ as `valid.npz` and `train.npz` (`images` (n, 48, 48), `votes` (n, 10), `columns`), also how well each shape tells labelled
faces from neutral ones. `--write` puts the table into models/README.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.capture.video_file import VideoFileOptions, VideoFileSource
from affectia.clock import NANOS_PER_SEC, SystemClock
from affectia.errors import ModelMissing
from affectia.inference.model_store import ModelStore
from affectia.perception.face.expression import face_geometry
from affectia.perception.face.expression.face_reference import FaceReference, ReferenceOptions, load_table
from affectia.perception.face.expression.shape_repair import ShapeRepair
from affectia.perception.face.eyes import blink, gaze
from affectia.perception.face.eyes.blink import BlinkDetector
from affectia.perception.face.eyes.gaze import GazeEstimator
from affectia.perception.face.landmarks import head_mesh, head_pose
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.session.session_parts import FACE_MODEL
from affectia.signals.video_sample import VideoSample
from report import console
from shape_quality import COLUMNS, Curves, Measured, Pictures, between_markers, markdown, pairs, table

README = Path(__file__).resolve().parents[2] / "models" / "README.md"
CLIPS = ("carphone", "actor-expressions", "actor-expressions-2")
STILLS = (("carphone", 20), ("actor-expressions-2", 500))  # clip, frame: a face that is still
STILL_FRAMES = 120
SETTLING_FRAMES = 75  # 2.5 s: until the person's rest is known
STILL_HZ = 30
SIGMA = 5.0
FACES_OF_EACH = 250
FACE_SIDE_PX, BORDER_PX = 192, 64


class _Keeping:
    """A sink that keeps the pictures with their media times."""

    def __init__(self) -> None:
        self.samples: list[VideoSample] = []

    def put(self, item: VideoSample) -> None:
        raise AssertionError("every picture, in its own time")

    def put_when_empty(self, item: VideoSample, timeout_secs: float) -> bool:
        self.samples.append(VideoSample(item.media_time_nanos, item.media_time_nanos, item.rgb.copy()))
        return True


def pictures(path: Path) -> list[VideoSample]:
    """All pictures of a clip."""
    keeping = _Keeping()
    VideoFileSource(path, keeping, SystemClock(), VideoFileOptions(real_time=False))._run()  # on this thread
    return keeping.samples


class Watch:
    """The way of the shapes of one person: landmarks, lids, gaze, distances, deviations from the rest, repair."""

    def __init__(self, *, faces: int = 1, options: ReferenceOptions | None = None) -> None:
        self.landmarker = FaceLandmarker(ModelStore().path(FACE_MODEL), faces=faces)
        self.reference = FaceReference(options=options)
        self._blinks = BlinkDetector()
        self._gaze = GazeEstimator()
        self._repair = ShapeRepair()
        self._calm_limits = load_table().calm_limits

    def look(self, sample: VideoSample) -> tuple[NDArray[np.float64], NDArray[np.float64], float, bool] | None:
        """Shapes of the network, shapes as published, yaw, and whether nothing moves; None without a face."""
        faces = self.landmarker.faces(self.landmarker.detect(sample), sample)
        if not faces:
            return None
        face = faces[0]
        pose = head_pose.from_matrix(face.matrix)
        at_nanos, points = sample.captured_at_nanos, head_mesh.points_cm(face)
        away = self.reference.deviations(face_geometry.measure(points), face.blendshapes, pose, at_nanos)
        shapes = face.blendshapes.astype(np.float64)
        lids = self._blinks.step(points, face.blendshapes, pose, at_nanos)
        blink.write_shapes(shapes, lids)
        gaze.write_shapes(shapes, self._gaze.step(points, pose, lids, at_nanos, blendshapes=face.blendshapes).eyes_deg)
        published = self._repair.repaired(shapes, away, pose)
        calm = bool((face.blendshapes <= self._calm_limits).all())
        return face.blendshapes.astype(np.float64), published, float(pose.euler_deg[0]), calm

    def curves(self, samples: Iterator[VideoSample] | list[VideoSample], *, skip: int = 0) -> Curves:
        """What is seen in all samples but the first `skip`."""
        seen = [looked for looked in (self.look(sample) for sample in samples) if looked is not None][skip:]
        self.landmarker.close()
        network, published, yaw, calm = zip(*seen, strict=True)
        return Curves(np.array(network), np.array(published), np.array(yaw), np.array(calm))


def noisy(rgb: NDArray[np.uint8], count: int) -> Iterator[VideoSample]:
    """One picture again and again, as a camera would see it."""
    random = np.random.default_rng(7)
    for index in range(count):
        grains = random.normal(0.0, SIGMA, rgb.shape)
        picture = np.clip(rgb + grains, 0, 255).astype(np.uint8)
        at_nanos = index * NANOS_PER_SEC // STILL_HZ
        yield VideoSample(at_nanos, at_nanos, picture)


def labelled_faces(folder: Path) -> Pictures:
    """Shapes of up to `FACES_OF_EACH` faces of each emotion on which most annotators agree; every face a stranger."""
    import cv2

    images, labels = [], []
    for name in ("valid", "train"):
        data = np.load(folder / f"{name}.npz")
        votes, columns = data["votes"].astype(int), [str(column) for column in data["columns"]]
        best = votes.argmax(axis=1)
        sure = (votes.max(axis=1) >= 5) & (best < 8)
        images.append(data["images"][sure])
        labels.append(np.array(columns)[best[sure]])
    every, label = np.concatenate(images), np.concatenate(labels)
    chosen = np.concatenate([np.flatnonzero(label == name)[: FACES_OF_EACH * (1 + (name == "neutral"))] for name in np.unique(label)])
    # A rest that nobody has shown yet would hide most of what a stranger does; here strangers are what is compared.
    watch = Watch(options=ReferenceOptions(unknown_spreads=0.0))
    side_px = FACE_SIDE_PX + 2 * BORDER_PX
    nobody = np.full((side_px, side_px, 3), 127, np.uint8)
    network, published, kept = [], [], []
    for turn, place in enumerate(chosen):
        grey = cv2.resize(every[place], (FACE_SIDE_PX, FACE_SIDE_PX), interpolation=cv2.INTER_CUBIC)
        rgb = np.repeat(np.pad(grey, BORDER_PX, mode="edge")[:, :, None], 3, axis=2)
        at_nanos = 2 * turn * NANOS_PER_SEC
        watch.reference.reset()
        looked = watch.look(VideoSample(at_nanos, at_nanos, np.ascontiguousarray(rgb)))
        # An empty picture in between: the network must not take the next face for the last one in motion.
        watch.look(VideoSample(at_nanos + NANOS_PER_SEC, at_nanos + NANOS_PER_SEC, nobody))
        if looked is not None:
            network.append(looked[0])
            published.append(looked[1])
            kept.append(str(label[place]))
    watch.landmarker.close()
    return Pictures(np.array(network), np.array(published), np.array(kept))


def measure(faces: Path | None) -> Measured:
    """Look at all there is."""
    store = ModelStore()
    clips, stills, stills_of_two, sources = [], [], [], []
    for clip in CLIPS:
        try:
            samples = pictures(store.path(clip))
        except ModelMissing:
            console.print(f"{clip} is not in the cache and left out: affectia models pull {clip}")
            continue
        sources.append(clip)
        clips.append(Watch().curves(samples))
        for frame in (frame for name, frame in STILLS if name == clip):
            count = SETTLING_FRAMES + STILL_FRAMES
            stills.append(Watch().curves(noisy(samples[frame].rgb, count), skip=SETTLING_FRAMES))
            stills_of_two.append(Watch(faces=2).curves(noisy(samples[frame].rgb, count), skip=SETTLING_FRAMES))
    return Measured(clips, stills, stills_of_two, labelled_faces(faces) if faces else None, sources)


def section(measured: Measured, rows: list[list[str]]) -> str:
    """What stands in models/README.md between the markers."""
    faces = "none were given, so the column is empty"
    if measured.faces is not None:
        faces = f"{len(measured.faces.labels)} faces of FER+ on which five or more annotators of ten agree"
    return "\n".join(
        (
            f"Clips: {', '.join(f'`{clip}`' for clip in measured.sources)}. Labelled faces: {faces}.",
            "",
            "- **verdict** `network`: as the network says, but for what the turn of the head adds and the level of a resting face;",
            "  `repaired`: geometry fills in; `weak`: little to be relied on; `absent`: always 0.",
            "- **range** 1st to 99th percentile over the clips, of the side that reaches further. The clips do not show every",
            "  movement: a small range alone does not condemn a shape.",
            f"- **noise** RMS of a still picture with Gaussian noise of sigma 5 of 255, {STILL_FRAMES} frames, published value before",
            "  any filter, with the network set to one face and to two.",
            "- **movement / noise** range over noise, both published.",
            "- **change with yaw** of a calm face, largest difference of the medians of 5-degree bins: network -> published.",
            "- **response** to a label (faces): area under the curve against neutral faces, strangers all: network -> published; 0.5",
            "  is chance. Some of these faces were looked at when formulas were chosen, and some neutral ones when the pose terms were",
            "  fitted. The sum for `cheekSquint` contains `mouthSmile`, so part of its response is the smile's.",
            "- A value that rests at 0 has a noise of 0.000. Dead bands and gains were chosen while looking at these clips, too.",
            "",
            markdown(rows),
        )
    )


def main() -> None:
    """Measure, print, and write where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=Path, help="folder with FER+ as valid.npz and train.npz")
    parser.add_argument("--write", action="store_true", help="put the table into models/README.md")
    arguments, _ = parser.parse_known_args()
    began = time.perf_counter()
    measured = measure(arguments.faces)
    repairs = ShapeRepair().table
    verdicts = {name: (repairs.verdicts[places[0]], repairs.reasons[places[0]]) for name, places in pairs().items()}
    rows = table(measured, verdicts)
    widths = [max(len(row[column]) for row in [list(COLUMNS), *rows]) for column in range(len(COLUMNS) - 1)]
    for row in [list(COLUMNS), *rows]:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=False)))
    counts = {verdict: repairs.verdicts.count(verdict) for verdict in dict.fromkeys(repairs.verdicts)}
    print(f"{len(registry.BLENDSHAPES)} shapes: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    if arguments.write:
        README.write_text(between_markers(README.read_text(encoding="utf-8"), section(measured, rows)), encoding="utf-8")
        print("written into models/README.md")
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
