"""One sentence as a picture: what was said, and what each system shows. For looking at; never committed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402 - the line above decides what it draws on
import numpy as np  # noqa: E402

from affectia import registry  # noqa: E402
from affectia.evaluate.viseme.reference import FRAMES_PER_SEC, Clip  # noqa: E402
from affectia.evaluate.viseme.track import Track, of_labels  # noqa: E402
from affectia.signals.audio_sample import VOICE_RATE_HZ  # noqa: E402


def draw(path: Path, clip: Clip, tracks: Mapping[str, Track], *, from_secs: float = 0.0, secs: float = 3.0) -> None:
    """Sound, how far every mouth is open, and the weights of each track with the reference as a line over them."""
    labels = clip.labels if clip.labels is not None else np.zeros(clip.frames, np.int64)
    figure, axes = plt.subplots(len(tracks) + 2, 1, figsize=(15, 2.3 * (len(tracks) + 2)), sharex=True, layout="constrained")
    axes[0].plot(np.arange(len(clip.pcm)) / VOICE_RATE_HZ, clip.pcm, lw=0.4, color="grey")
    axes[0].set_title(f"{clip.name}: sound")
    at_secs = np.arange(clip.frames) / FRAMES_PER_SEC
    axes[1].plot(at_secs, of_labels(labels).mouth_open, color="black", drawstyle="steps-post", label="reference")
    for name, track in tracks.items():
        axes[1].plot(at_secs, track.mouth_open, lw=1, label=name)
    axes[1].set_title("how far the mouth is open")
    axes[1].legend(loc="upper right", fontsize=7)
    for axis, (name, track) in zip(axes[2:], tracks.items(), strict=True):
        axis.imshow(
            track.weights.T,
            aspect="auto",
            origin="lower",
            vmin=0,
            vmax=1,
            cmap="Blues",
            extent=(0, clip.frames / FRAMES_PER_SEC, -0.5, 14.5),
        )
        axis.plot(at_secs, np.where(labels >= 0, labels, np.nan), color="red", lw=1, drawstyle="steps-post")
        axis.set_yticks(range(len(registry.VISEMES)), registry.VISEMES, fontsize=6)
        axis.set_title(f"{name} (red: reference)")
    axes[-1].set_xlim(from_secs, from_secs + secs)
    axes[-1].set_xlabel("seconds")
    figure.savefig(path, dpi=80)
    plt.close(figure)
