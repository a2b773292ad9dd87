"""`affectia eval`: how good the networks are on a data set of yours, with figures, confusions and calibration."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from affectia.cli.eval_common import (
    Dataset,
    JsonTo,
    Limit,
    Plot,
    Provider,
    Seed,
    SetLayout,
    Split,
    exit_code,
    model_store,
    progress,
    stopped,
    write_json,
)  # fmt: skip
from affectia.cli.eval_plot import check_plot, write_eval_plot
from affectia.cli.eval_report import print_report
from affectia.cli.eval_viseme import viseme
from affectia.cli.sidecar_process import ended_like_ctrl_c
from affectia.errors import CaptureError, ConfigError
from affectia.evaluate.affect_figures import FACE_LOW_VALENCE, VOICE_LOW_VALENCE
from affectia.evaluate.emotion_run import EmotionRun
from affectia.evaluate.face_method import FER, open_face_method
from affectia.evaluate.face_run import FaceRun
from affectia.evaluate.labelled_set import LabelledSet
from affectia.evaluate.layouts.layout import FACE_LAYOUTS, VOICE_LAYOUTS, read_set
from affectia.evaluate.network_facts import has_seen
from affectia.evaluate.viseme.heard_visemes import speech_detector
from affectia.evaluate.voice_method import open_voice_method
from affectia.evaluate.voice_run import VoiceRun
from affectia.perception.face.emotion.crop_reader import CropReader
from affectia.perception.voice.emotion.speech_emotion_options import EDGE
from affectia.perception.voice.voice_engine import VoiceEngine

LANDMARKER: Final = "face_landmarker"

eval_app = typer.Typer(name="eval", help="How good the networks are on a data set of yours.", no_args_is_help=True)
eval_app.command()(viseme)


class Way(enum.StrEnum):
    """How faces get to the network."""

    CROPS = "crops"
    RUNTIME = "runtime"
    BOTH = "both"


FaceModel = Annotated[str, typer.Option("--model", metavar="fer|hsemotion|blendshapes|PATH", help="What reads the faces.")]
VoiceModel = Annotated[str, typer.Option("--model", metavar="edge|sensevoice|funasr|PATH", help="What listens to the voices.")]
WayOption = Annotated[Way, typer.Option("--path", help="Crops as they come, the way faces take at run time, or both.")]


@eval_app.command()
def fer(
    context: typer.Context,
    dataset: Dataset,
    *,
    model: FaceModel = FER,
    way: WayOption = Way.BOTH,
    layout: SetLayout = None,
    split: Split = None,
    limit: Limit = None,
    seed: Seed = 1,
    provider: Provider = "cpu",
    as_json: JsonTo = None,
    plot: Plot = None,
) -> None:
    """Score face emotion on pictures of faces.

    Layouts: ferplus (valid.npz, or fer2013.csv and fer2013new.csv), affectnet (Manually_Annotated, or val_set), rafdb (basic), folders (a
    folder for each emotion). Usual parts are valid, and test of RAF-DB.

    At run time a face is found, landmarks align it, and the network reads what is left; a crop in which none are found is read as it comes.

    Examples: affectia eval fer ferplus --plot fer.png; affectia eval fer my-faces --model blendshapes --limit 500
    """
    check_plot(plot)
    models = model_store(context)
    data = read_set(dataset, FACE_LAYOUTS, name=layout, split=split).sample(limit, seed=seed)
    method = open_face_method(model, models, provider=provider)
    if method.needs_landmarks and way is Way.CROPS:
        raise ConfigError(f"--path is crops, and {method.title} needs landmarks, expected --path runtime")
    looker = None if way is Way.CROPS else CropReader(models.path(LANDMARKER))
    try:
        run = FaceRun(method, looker, with_crops=way is not Way.RUNTIME)
        found = _answered(run.run, data)
    finally:
        if looker is not None:
            looker.close()
    advice = "faces that it learned from are no test"
    warnings = [*_seen_warning(method.trained_on, data, advice), *_notice(method.notice)]
    _tell("fer", data, found, method.title, method.trained_on, FACE_LOW_VALENCE, warnings, as_json=as_json, plot=plot)


@eval_app.command()
def ser(
    context: typer.Context,
    dataset: Dataset,
    *,
    model: VoiceModel = EDGE,
    layout: SetLayout = None,
    split: Split = None,
    limit: Limit = None,
    seed: Seed = 1,
    provider: Provider = "cpu",
    as_json: JsonTo = None,
    plot: Plot = None,
) -> None:
    """Score speech emotion on utterances.

    Layouts: emodb (wav), ravdess (Actor_01), cremad (AudioWAV), iemocap (Session1), nemo (samples), folders (a folder for each emotion).

    Voices are heard as at run time: a detector says where somebody speaks, windows slide, and the mean of the results is the answer.

    Examples: affectia eval ser CREMA-D --limit 1000 --seed 7; affectia eval ser my-voices --model sensevoice --json -
    """
    check_plot(plot)
    models = model_store(context)
    data = read_set(dataset, VOICE_LAYOUTS, name=layout, split=split).sample(limit, seed=seed)
    detector, notice = speech_detector(models)
    method = open_voice_method(model, models, provider=provider)
    try:
        found = _answered(VoiceRun(method.network, VoiceEngine(detector, None)).run, data)
    finally:
        method.network.close()
    advice = "figures with the speakers left out are in models/README.md, and models/training/ser makes them"
    warnings = [*_seen_warning(method.trained_on, data, advice), *_notice(method.network.notice), *_notice(notice)]
    _tell("ser", data, found, method.title, method.trained_on, VOICE_LOW_VALENCE, warnings, as_json=as_json, plot=plot)


def _answered(run: Callable[..., EmotionRun], data: LabelledSet) -> EmotionRun:
    """Run, with a bar; Ctrl-C ends the command.

    Raises:
        CaptureError: nothing could be answered.
    """
    try:
        with ended_like_ctrl_c(), progress("answering", len(data.items)) as step:
            found = run(data, step=step)
    except KeyboardInterrupt:
        raise stopped() from None
    if not any(view.answers.count for view in found.views):
        reasons = f"; {found.failures[0][1]}" if found.failures else ""
        told = f"{sum(found.left_out.values())} were left out, {len(found.failures)} could not be read{reasons}"
        raise CaptureError(f"nothing of {len(data.items)} items could be answered, expected some: {told}")
    return found


def _tell(
    task: str,
    data: LabelledSet,
    found: EmotionRun,
    title: str,
    trained_on: Sequence[str],
    low_valence: Sequence[str],
    warnings: Sequence[str],
    *,
    as_json: str | None,
    plot: Path | None,
) -> None:
    if plot is not None:
        write_eval_plot(plot, found.views, title=f"{title} on {data.corpus}")
    if as_json is not None:
        write_json(as_json, _described(task, data, found, title, trained_on, low_valence, warnings))
    if as_json != "-":
        learned = f"trained on {', '.join(trained_on)}" if trained_on else "what it was trained on is not known"
        heading = (f"{data.corpus} ({data.layout}): {len(data.items)} items; {title}, {learned}",)
        print_report(Console(highlight=False), found, heading=heading, low_valence=low_valence, warnings=warnings)
        if plot is not None:
            typer.echo(f"drawn: {plot}")
    raise typer.Exit(exit_code(found.failures))


def _described(
    task: str,
    data: LabelledSet,
    found: EmotionRun,
    title: str,
    trained_on: Sequence[str],
    low_valence: Sequence[str],
    warnings: Sequence[str],
) -> Mapping[str, Any]:
    return {
        "task": task,
        "dataset": data.corpus,
        "layout": data.layout,
        "items": len(data.items),
        "model": title,
        "trained_on": list(trained_on),
        "warnings": list(warnings),
        "left_out": dict(found.left_out),
        "views": [view.described(low_valence=low_valence) for view in found.views],
        "failures": [{"file": name, "error": error} for name, error in found.failures],
    }


def _seen_warning(trained_on: tuple[str, ...], data: LabelledSet, advice: str) -> list[str]:
    if not has_seen(trained_on, data.corpus):
        return []
    return [f"the network was trained on {data.corpus}, so these figures do not say how good it is; {advice}"]


def _notice(text: str) -> list[str]:
    return [text] if text else []
