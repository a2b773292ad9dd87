"""Which files of a folder are lines to be baked, which timing lies beside them, and where their tracks go."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from affectia.bake.track_format import TrackFormat
from affectia.errors import CaptureError, ConfigError

SOUND_SUFFIXES: Final = frozenset((
    ".wav", ".wave", ".w64", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".m4a", ".m4b", ".aac", ".aif", ".aiff", ".aifc", ".caf", ".au",
    ".snd", ".wv", ".wma", ".amr", ".ape", ".tta", ".ac3",
))  # fmt: skip
# What a timing file is called after its clip, in the order in which they are looked for: what can be nothing else comes first.
TIMING_SUFFIXES: Final = (".visemes.json", ".timing.json", ".words.json", ".phones.json", ".TextGrid", ".textgrid", ".tsv", ".json")


@dataclass(frozen=True, slots=True)
class ClipFile:
    """A line and what belongs to it; `problem` says why it cannot be baked, empty where it can."""

    clip: Path
    timing: Path | None
    result: Path
    problem: str = ""


def find_clips(folder: Path, *, out: Path, form: TrackFormat, recursive: bool = False, with_timing: bool = True) -> list[ClipFile]:
    """Every sound file of a folder by its suffix, in the order of names; results mirror the names into `out`.

    Hidden files are none. Raises CaptureError where the folder cannot be read or has no sound.
    """
    clips = sorted(_sounds(folder, recursive=recursive))
    if not clips:
        deeper = "" if recursive else "; --recursive looks into its folders"
        raise CaptureError(f"folder has no sound file, expected one at least{deeper}: {folder}")
    results = [out / clip.relative_to(folder).parent / result_name(clip, form) for clip in clips]
    taken = Counter(results)
    return [
        ClipFile(
            clip,
            timing_beside(clip) if with_timing else None,
            result,
            "" if taken[result] == 1 else f"another clip has the same name and would have the same result, expected one: {result.name}",
        )
        for clip, result in zip(clips, results, strict=True)
    ]


def result_name(clip: Path, form: TrackFormat) -> str:
    """The name of a clip's track: `hello.wav` becomes `hello.track`."""
    return clip.stem + form.suffix


def result_path(source: Path, out: str | Path | None, form: TrackFormat, *, others: Sequence[Path] = ()) -> Path:
    """Where the track of a single clip goes: beside it, into a folder (one that is there, or a text that ends as one), or to a file.

    Raises ConfigError where that is the source itself, or one of the `others` that it is made of.
    """
    if out is None:
        found = source.with_name(result_name(source, form))
    elif os.path.isdir(out) or str(out).endswith(("/", os.sep)):
        found = Path(out) / result_name(source, form)
    else:
        found = Path(out)
    return checked_apart(found, (source, *others))


def checked_apart(result: Path, sources: Sequence[Path]) -> Path:
    """The result itself; raises ConfigError where it is one of the files that it is made of."""
    if os.path.exists(result) and any(os.path.exists(source) and result.samefile(source) for source in sources):
        raise ConfigError(f"result would take the place of what it is made of, expected another file: {result}")
    return result


def timing_beside(clip: Path) -> Path | None:
    """The timing file of a clip's name in its folder, `hello.TextGrid` beside `hello.wav`; None where there is none."""
    named = (clip.with_name(clip.stem + suffix) for suffix in TIMING_SUFFIXES)
    return next((path for path in named if os.path.isfile(path)), None)  # which raises nothing, not for long names either


def _sounds(folder: Path, *, recursive: bool) -> list[Path]:
    def fail(error: OSError) -> None:
        reason = (error.strerror or type(error).__name__).lower()
        raise CaptureError(f"folder cannot be read ({reason}), expected one that this user may read: {error.filename}") from None

    found = []
    for place, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith(".")) if recursive else []
        sounds = (name for name in names if not name.startswith(".") and Path(name).suffix.lower() in SOUND_SUFFIXES)
        found += [Path(place) / name for name in sounds]
    return found
