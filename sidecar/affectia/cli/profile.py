"""`affectia profile`: the kinds of avatars, and how an avatar's morph targets fit them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from affectia import registry
from affectia.errors import ConfigError
from affectia.rig.match_report import LEVEL_TEXTS
from affectia.rig.morph_list import read_morphs
from affectia.rig.morph_match import MorphMatch, match_every_profile, match_morphs
from affectia.rig.profile import Profile, ProfileShape
from affectia.rig.profile_file import PROFILE_NAMES, load_profile, packaged_profile
from affectia.rig.profile_text import profile_text

profile_app = typer.Typer(name="profile", help="The kinds of avatars, and how yours fits them.", no_args_is_help=True)

_LEVEL_STYLES = {"shapes": "green", "visemes": "green", "jaw": "yellow", "none": "red"}

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name as `affectia profile list` shows it, or your own file (.toml).")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="Names of morph targets (.txt, .json) or the avatar (.gltf, .glb, .vrm).")]
Wanted = Annotated[str | None, typer.Option("--profile", metavar="NAME", help="Which one; else the best.", show_default=False)]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write a profile for this avatar (.toml).", show_default=False)]


@profile_app.command("list")
def list_profiles() -> None:
    """Show every profile: which avatars it is for, and what their mouths can show."""
    table = _table("name", "shapes", "level", "for")
    for name in PROFILE_NAMES:
        profile = packaged_profile(name)
        table.add_row(name, str(len(profile.shapes)), profile.level, escape(profile.title))
    _console().print(table)


@profile_app.command("show")
def show_profile(name: Name) -> None:
    """Show each shape of a profile and what it is made of."""
    profile = load_profile(name)
    console = _console()
    console.print(f"{profile.name}: {profile.title}", markup=False)
    for line in _facts(profile):
        console.print(line, markup=False)
    table = _table("shape", "part", "from", wrapped=("from",))
    for shape in profile.shapes:
        table.add_row(escape(shape.name), registry.GROUPS[shape.shown_group], escape(_made_of(shape)))
    for shape in profile.stand_ins:
        table.add_row(f"[dim]{escape(shape.name)}[/]", "stand-in", escape(_made_of(shape)))
    console.print(table)


@profile_app.command("match")
def match_profile(file: File, *, wanted: Wanted = None, out: Out = None) -> None:
    """Say which profile an avatar fits, what it lacks, and what nothing drives."""
    if out is not None and out.suffix.lower() != ".toml":
        raise ConfigError(f"--out is not named .toml, by which profiles are told from names: {out}")
    morphs = read_morphs(file)
    match = match_morphs(morphs, load_profile(wanted) if wanted else None)
    console = _console()
    if wanted is None:
        console.print(_overview(match_every_profile(morphs), match.profile.name))
    _print_match(console, match, len(morphs))
    if out is None:
        return
    if match.fitted is None:
        raise ConfigError(f"none of {len(morphs)} morphs is known, expected one for a profile: {file}")
    comment = f"Made by `affectia profile match` for {len(morphs)} morph targets; gain, offset, limit and curve are yours to set."
    try:
        out.write_text(profile_text(match.fitted, comment=comment), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"profile cannot be written ({(error.strerror or 'no file').lower()}): {out}") from None
    console.print(f"wrote {out}: {len(match.fitted.shapes)} shapes", markup=False, soft_wrap=True)


def _overview(matches: tuple[MorphMatch, ...], best: str) -> Table:
    table = _table("profile", "covered", "missing", "stand-ins", "unused", "level")
    for match in matches:
        name = match.profile.name
        table.add_row(
            f"[bold]{name}[/] <" if name == best else name,
            f"{len(match.covered)} of {len(match.profile.shapes)}",
            str(len(match.missing)),
            str(len(match.replaced)),
            str(len(match.unused)),
            f"[{_LEVEL_STYLES[match.level]}]{match.level}[/]",
        )
    return table


def _print_match(console: Console, match: MorphMatch, morphs: int) -> None:
    profile = match.profile
    console.print(f"{profile.name}: {len(match.covered)} of {len(profile.shapes)} shapes, out of {morphs} morphs", markup=False)
    console.print(f"level {match.level}: {LEVEL_TEXTS[match.level]}", markup=False)
    if match.matches or match.replaced:
        table = _table("shape", "morph", "", wrapped=("shape", "morph"))
        for pairs, note in ((match.matches, ""), (match.replaced, "stands in")):
            for shape, morph in pairs:
                table.add_row(escape(shape), escape(morph), note)
        console.print(table)
    for what, names in (("missing", match.missing), ("unused", match.unused)):
        if names:
            console.print(f"{what} ({len(names)}): {', '.join(names)}\n", markup=False)


def _facts(profile: Profile) -> list[str]:
    facts = [f"level {profile.level}: {LEVEL_TEXTS[profile.level]}"]
    if not profile.tongue:
        facts.append("no tongue: a share of it opens the jaw")
    if profile.mirrored:
        facts.append("left and right are swapped")
    if profile.resting:
        facts.append(f"left to the engine: {', '.join(registry.GROUPS[group] for group in profile.resting)}")
    return facts


def _made_of(shape: ProfileShape) -> str:
    parts = [name if factor == 1 else f"{factor:g} {name}" for name, factor in shape.sources]
    text = " + ".join(parts).replace("+ -", "- ") or "nothing"
    if shape.gain != 1:
        text += f", gain {shape.gain:g}"
    if shape.offset:
        text += f", offset {shape.offset:g}"
    if shape.curve.kind != "linear":
        text += f", {shape.curve.kind}"
    if shape.limit != (0, 1):
        text += f", {shape.limit[0]:g} to {shape.limit[1]:g}"
    return text


def _table(*headings: str, wrapped: tuple[str, ...] = ("for",)) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=heading not in wrapped, overflow="fold")
    return table


def _console() -> Console:
    return Console(highlight=False)  # made anew: a console keeps the stream that it finds
