"""Spoken sentences with times beside them: LJ Speech and its like (sound and TextGrid), GRID (film and word times)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from affectia.errors import CaptureError, ConfigError
from affectia.evaluate.viseme.reference import Clip, frame_count, labels, phone_clip, text_grid, word_times
from affectia.signals.audio_sample import VOICE_RATE_HZ

TEXT_GRID, ALIGN = ".TextGrid", ".align"
_SOUNDS: Final = (".wav", ".flac", ".ogg", ".mp3", ".m4a", ".mpg", ".mp4", ".avi", ".mkv", ".webm")


@dataclass(frozen=True, slots=True)
class SpokenFile:
    """One sentence: its sound and the file that says when what was said. `sound` is None where there is none of that name."""

    times: Path
    sound: Path | None

    @property
    def name(self) -> str:
        """Without a suffix."""
        return self.times.stem

    def clip(self) -> Clip:
        """Read both.

        Raises:
            CaptureError: the sound is missing or cannot be read, or the times make no sense.
        """
        if self.sound is None:
            raise CaptureError(f"sound is not there, expected one of {', '.join(_SOUNDS)} beside the times: {self.times}")
        try:
            text = self.times.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CaptureError(f"times cannot be read ({type(error).__name__}): {self.times}") from None
        pcm = read_sound(self.sound)
        try:
            return _READERS[self.times.suffix](self.name, pcm, text)
        except (ValueError, KeyError) as error:
            raise CaptureError(
                f"times cannot be read ({type(error).__name__}), expected a {self.times.suffix} file: {self.times}"
            ) from None


def spoken_files(folder: Path) -> list[SpokenFile]:
    """All sentences of a folder and the folders in it, by name; of one kind, TextGrids where there are both.

    Raises:
        ConfigError: there are none.
    """
    for suffix in (TEXT_GRID, ALIGN):
        if found := sorted(folder.rglob(f"*{suffix}")):
            return [SpokenFile(path, _sound_beside(path)) for path in found]
    raise ConfigError(f"folder has no times of what is said, looked for *{TEXT_GRID} (LJ Speech) and *{ALIGN} (GRID): {folder}")


def read_sound(path: Path) -> NDArray[np.float32]:
    """(n,) -1..1, mono at `VOICE_RATE_HZ`, from the first sample on; of a film its first sound track.

    Raises:
        CaptureError: there is none that can be read.
    """
    try:
        pieces = list(_resampled(path))
    except (FFmpegError, IndexError, ValueError) as error:
        raise CaptureError(f"sound cannot be decoded ({type(error).__name__}), expected a file with sound: {path}") from None
    if not pieces:
        raise CaptureError(f"file has no sound that can be decoded, expected some: {path}")
    return np.ascontiguousarray(np.concatenate(pieces), np.float32)


def _resampled(path: Path) -> Iterator[NDArray[np.float32]]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=VOICE_RATE_HZ)
    with av.open(f"file:{path.absolute()}", options={"protocol_whitelist": "file"}) as container:
        for frame in container.decode(audio=0):
            yield from (out.to_ndarray()[0] for out in resampler.resample(frame))
    yield from (out.to_ndarray()[0] for out in resampler.resample(None))


def _sound_beside(times: Path) -> Path | None:
    return next((path for suffix in _SOUNDS if (path := times.with_suffix(suffix)).is_file()), None)


def _of_text_grid(name: str, pcm: NDArray[np.float32], text: str) -> Clip:
    return phone_clip(name, pcm, text_grid(text))


def _of_word_times(name: str, pcm: NDArray[np.float32], text: str) -> Clip:
    return Clip(name, pcm, None, labels(word_times(text), frame_count(pcm)) == 1)


_READERS: Final[dict[str, Callable[[str, NDArray[np.float32], str], Clip]]] = {TEXT_GRID: _of_text_grid, ALIGN: _of_word_times}
