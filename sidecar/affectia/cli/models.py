"""`affectia models`: what models there are, fetching them, and checking them."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from affectia.errors import ConfigError, ModelCorrupt, ModelMissing, ModelUnavailable
from affectia.inference.model_store import ModelCheck, ModelStore, PullStep

models_app = typer.Typer(name="models", help="The models and clips that Affectia uses.", no_args_is_help=True)

_STATE_STYLES = {"ready": "green", "missing": "yellow", "corrupt": "red"}

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids as `affectia models list` shows them.", show_default=False)]
Use = Annotated[str | None, typer.Option("--for", metavar="demo|test", help="Those that one use needs.", show_default=False)]
All = Annotated[bool, typer.Option("--all", help="Every one in the manifest.")]
Json = Annotated[bool, typer.Option("--json", help="For a program to read.")]


@models_app.command("list")
def list_models(context: typer.Context, *, as_json: Json = False) -> None:
    """Show every model and clip, and whether it is in the cache."""
    store = _store(context)
    checks = [store.verify(model_id) for model_id in store.manifest.ids]
    if as_json:
        typer.echo(json.dumps([_described(check) for check in checks], indent=2))
        return
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for heading in ("id", "kind", "size", "licence", "state", "purpose"):
        table.add_column(heading, no_wrap=heading != "purpose")  # on a narrow terminal only the purpose is folded
    for check in checks:
        entry = check.entry
        state = f"[{_STATE_STYLES[check.state]}]{check.state}[/]"
        table.add_row(entry.id, entry.kind, _size(entry.size_bytes), escape(entry.licence), state, escape(entry.purpose))
    console = _console()
    console.print(table)
    console.print(f"cache: {store.cache_dir}", markup=False, soft_wrap=True)


@models_app.command("pull")
def pull_models(context: typer.Context, model_ids: Ids = None, *, use: Use = None, every: All = False) -> None:
    """Fetch models into the cache; those that are there already are left alone."""
    store = _store(context)
    wanted = _wanted(store, model_ids, use=use, every=every)
    if not wanted:
        raise ConfigError("nothing is named to pull, expected ids, --for demo, --for test or --all")
    console = _console()
    absent = [model_id for model_id in wanted if store.verify(model_id).state != "ready"]
    if not absent:
        console.print(f"{_count(len(wanted))} ready, nothing to pull")
        return
    failures: list[str] = []
    for model_id in absent:
        size = _size(store.manifest.entry(model_id).size_bytes)
        # Without a terminal the status shows nothing, and the steps below are plain lines.
        with console.status(f"{model_id} ({size})") as status:
            try:
                store.pull(model_id, progress=partial(_show, console, status, size))
            except ModelUnavailable as error:
                failures.append(str(error))
    if failures:
        # The others are in the cache by now: one source that is down does not cost the rest.
        raise ModelUnavailable("\n".join(failures))


@models_app.command("verify")
def verify_models(context: typer.Context, model_ids: Ids = None, *, use: Use = None) -> None:
    """Check files in the cache against the manifest; all of them when none is named, those that only tests need where they are there."""
    store = _store(context)
    is_open = not model_ids and use is None
    wanted = _wanted(store, model_ids, use=use, every=is_open)
    checks = [store.verify(model_id) for model_id in wanted]
    checks = [check for check in checks if not is_open or "demo" in check.entry.used_for or check.state != "missing"]
    console = _console()
    for check in checks:
        finding = f": {check.finding}" if check.state == "corrupt" else ""
        console.print(f"[{_STATE_STYLES[check.state]}]{check.state:8}[/]{check.entry.id}{escape(finding)}", soft_wrap=True)
    bad = [check for check in checks if check.state != "ready"]
    if bad:
        kind = ModelCorrupt if any(check.state == "corrupt" for check in bad) else ModelMissing
        names = " ".join(check.entry.id for check in bad)
        raise kind(f"{len(bad)} of {_count(len(checks))} not ready, expected all, run `affectia models pull {names}`")


def _store(context: typer.Context) -> ModelStore:
    """The store that the caller has put into the context, or the user's own."""
    return context.find_object(ModelStore) or ModelStore()


def _wanted(store: ModelStore, model_ids: list[str] | None, *, use: str | None, every: bool) -> list[str]:
    """The union of all that was named, each once, in the order of the manifest."""
    named = set(model_ids or ())
    for model_id in model_ids or ():
        store.manifest.entry(model_id)  # raises for an unknown id
    if use is not None:
        named.update(store.manifest.ids_for(use))
    return [model_id for model_id in store.manifest.ids if every or model_id in named]


def _show(console: Console, status: Status, size: str, step: PullStep) -> None:
    if step.state == "trying":
        status.update(f"{step.model_id} ({size}) from {escape(step.source)}")
        line = "" if console.is_terminal else f"{step.model_id}: asking {step.source}"
    elif step.state == "waiting":
        line = f"{step.model_id}: another pull is at it, waiting for it"
    elif step.state == "failed":
        line = f"{step.model_id}: not from {step.source}: {step.reason}"
    else:
        line = f"{step.model_id}: ready, {size} from {step.source}"
    if line:
        console.print(line, markup=False, soft_wrap=True)


def _described(check: ModelCheck) -> dict[str, Any]:
    entry = check.entry
    return {
        "id": entry.id,
        "kind": entry.kind,
        "file": entry.file,
        "bytes": entry.size_bytes,
        "sha256": entry.sha256,
        "licence": entry.licence,
        "purpose": entry.purpose,
        "used_for": list(entry.used_for),
        "labels": list(entry.labels),
        "sources": [source.name for source in entry.sources],
        "state": check.state,
        "finding": check.finding,
        "path": str(check.path),
    }


def _console() -> Console:
    # Made per command: a console keeps the stream that it finds when it is made.
    return Console(highlight=False)


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"


def _count(number: int) -> str:
    return f"{number} model is" if number == 1 else f"{number} models are"
