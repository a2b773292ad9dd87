"""`affectia bake`: spoken lines into tracks of mouth shapes, one clip or a whole folder."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from typing import Annotated, Final

import typer

from affectia.bake.bake_job import BakeJob, run_job
from affectia.bake.bake_options import BakeOptions
from affectia.bake.bake_voice import BakeVoice
from affectia.bake.clip_files import checked_apart, result_path, timing_beside
from affectia.bake.track_format import TrackFormat
from affectia.bake.whole_file import write_whole
from affectia.cli.bake_report import clip_json, clip_lines
from affectia.errors import ConfigError

_LINE_HELP: Final = "A sound file (WAV, FLAC, OGG, MP3, M4A, a video, ...) or a folder of them. May be left out where --timing is given."
_TIMING_HELP: Final = "Visemes, phones or words with times, instead of what would be heard. Without it a file of the clip's name beside it."
_EMOTIONS_HELP: Final = (
    'Emotions along the line, a JSON list of {"at_secs": 0.4, "emotions": {"happy": 0.8}}. Brows and lids are in csv only.'
)
_OUT_HELP: Final = "The result, or the folder for it, with a / at its end where it is to be made. Without it: beside the clip."
_FORMAT_HELP: Final = "track: for engines, as protos/track.md says; json: curves by name; csv: in the column order of Live Link Face."


def bake(
    line: Annotated[Path | None, typer.Argument(metavar="LINE|FOLDER", help=_LINE_HELP, show_default=False)] = None,
    *,
    timing: Annotated[Path | None, typer.Option(metavar="FILE", help=_TIMING_HELP, show_default=False)] = None,
    no_timing: Annotated[bool, typer.Option("--no-timing", help="Listen to the sound even where a timing file lies beside it.")] = False,
    emotions: Annotated[Path | None, typer.Option(metavar="FILE", help=_EMOTIONS_HELP, show_default=False)] = None,
    out: Annotated[str | None, typer.Option("--out", "-o", metavar="PATH", help=_OUT_HELP, show_default=False)] = None,
    frame_rate: Annotated[int, typer.Option(help="Frames a second, 1 to 240.")] = BakeOptions().frame_rate_hz,
    form: Annotated[TrackFormat, typer.Option("--format", help=_FORMAT_HELP)] = TrackFormat.TRACK,
    language: Annotated[str, typer.Option(metavar="TAG", help="Of words with times, such as de.", show_default="en")] = "",
    recursive: Annotated[bool, typer.Option("--recursive", "-r", help="The folders of a folder too.")] = False,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Clips of a folder at a time.", show_default="cores - 1")] = None,
    force: Annotated[bool, typer.Option("--force", help="Bake again what is there already.")] = False,
    plot: Annotated[Path | None, typer.Option(metavar="PNG", help="Draw sound, visemes and mouth of one clip.", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="What came of it as JSON, a line for each clip.")] = False,
) -> None:
    """Turn spoken lines into tracks: the mouth's shapes at a fixed rate, for an engine that plays the sound itself.

    The same input makes the same bytes. Of a folder only what is missing or has changed is baked; a clip that cannot be read does not
    stop the others, and makes it end with 4.
    """
    options = BakeOptions(frame_rate_hz=frame_rate, language=language)
    if timing is not None and no_timing:
        raise ConfigError("--timing and --no-timing are both given, expected one of them at most")
    if plot is not None and importlib.util.find_spec("matplotlib") is None:
        raise ConfigError("--plot needs matplotlib, which is not installed; run `pip install affectia[demo]`")
    if line is not None and os.path.isdir(line):
        for_one = {"--timing": timing, "--emotions": emotions, "--plot": plot}
        for name in [name for name, given in for_one.items() if given is not None]:
            raise ConfigError(f"{name} is for one clip, and this is a folder: {line}")
        from affectia.cli.bake_folder import BakeFolder, bake_folder  # what one clip does not need, it does not wait for

        folder = BakeFolder(line, Path(out) if out else line, form, options, recursive=recursive, with_timing=not no_timing, force=force)
        raise typer.Exit(bake_folder(folder, processes=jobs, as_json=as_json))
    if line is None and timing is None:
        raise ConfigError("bake has neither a sound nor a timing, expected a sound file, a folder or --timing FILE")
    if line is not None and timing is None and not no_timing:
        timing = timing_beside(line)
    bake_clip_file(BakeJob(line, timing, form, options, emotions=emotions), out=out, plot=plot, as_json=as_json)


def bake_clip_file(job: BakeJob, *, out: str | None, plot: Path | None = None, as_json: bool = False) -> None:
    """Bake one clip, write its track, draw it where that is wanted, and say what came of it."""
    sources = [path for path in (job.clip, job.timing, job.emotions) if path is not None]
    source = sources[0]
    result = result_path(source, out, job.form, others=sources)
    if plot is not None:
        checked_apart(plot, sources)
    baked = run_job(job, BakeVoice())
    assert baked is not None
    write_whole(result, baked.content)
    if plot is not None:
        from affectia.cli.bake_plot import write_bake_plot  # matplotlib takes half a second

        write_bake_plot(plot, baked, title=source.name)
    if as_json:
        typer.echo(json.dumps(clip_json(source, result, facts=baked.facts)))
    else:
        typer.echo("\n".join(clip_lines(source, result, len(baked.content), baked.facts, timing=job.timing)))
