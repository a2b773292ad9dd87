"""How three avatars' morph targets fit each profile, and what it costs to put weights into the shapes of another profile.

The lists are those of the unit tests: a head with ARKit and Oculus visemes, a VRM face out of VRoid Studio, and a game's character that
has a jaw and lids. A cell says how many of a profile's shapes the avatar has, how many morphs stand in for others, and what its mouth can
show with both. `--names` lists the shapes that are missing, `--markdown` writes the table for a document.

Costs are of one call for all avatars, the least of several rounds, in microseconds.
"""

from __future__ import annotations

import argparse
import timeit
from pathlib import Path

import numpy as np

from affectia.rig.morph_list import read_morphs
from affectia.rig.morph_match import MorphMatch, match_every_profile
from affectia.rig.profile import Profile
from affectia.rig.profile_file import PROFILE_NAMES, packaged_profile, parse_profile
from affectia.rig.retarget import Retarget
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates
from report import console, table

_LISTS = Path(__file__).parents[1] / "unit" / "rig" / "morph_lists"
_AVATARS = ("ready_player_me", "vroid", "game_character")
_CROWDS = (1, 500)
_ROUNDS = 7


def cell(match: MorphMatch) -> str:
    """`52 of 52, shapes`; what stands in is told where something does."""
    more = f" + {len(match.replaced)}" if match.replaced else ""
    return f"{len(match.covered)} of {len(match.profile.shapes)}{more}, {match.level}"


def coverage() -> dict[str, tuple[MorphMatch, ...]]:
    """Avatar -> its match with each profile."""
    return {name: match_every_profile(read_morphs(_LISTS / f"{name}.txt")) for name in _AVATARS}


def print_coverage(found: dict[str, tuple[MorphMatch, ...]], *, markdown: bool) -> None:
    """A row per profile, a column per avatar."""
    rows = [(profile, *[cell(found[avatar][place]) for avatar in _AVATARS]) for place, profile in enumerate(PROFILE_NAMES)]
    columns = ("profile", *[name.replace("_", " ") for name in _AVATARS])
    if not markdown:
        table("shapes covered (+ morphs that stand in), and what the mouth can show", columns, rows)
        return
    for line in (columns, ("---",) * len(columns), *rows):
        print(f"| {' | '.join(line)} |")


def print_missing(found: dict[str, tuple[MorphMatch, ...]]) -> None:
    """What each avatar lacks of each profile of which it has anything."""
    for avatar, matches in found.items():
        for match in matches:
            if match.missing and match.covered:
                console.print(f"{avatar}, {match.profile.name}: {', '.join(match.missing)}\n", markup=False)


def cost_micros(profile: Profile, count: int) -> float:
    """Of one call for so many avatars of one profile."""
    target = Retarget(count)
    for slot in range(count):
        target.set(slot, profile)
    rng = np.random.default_rng(1)
    weights = AvatarWeights.at_rest(GroupStates.unknown(count))
    weights.channels[:] = rng.random(weights.channels.shape)
    slots, moods = np.arange(count), rng.random((count, 8), np.float32)
    calls = 2000 if count == 1 else 100
    rounds = timeit.repeat(lambda: target.shown(slots, weights, moods), number=calls, repeat=_ROUNDS)
    return 1e6 * min(rounds) / calls


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    found = coverage()
    print_coverage(found, markdown=options.markdown)
    if options.names:
        print_missing(found)
    mirrored = parse_profile('name = "arkit52, mirrored"\nextends = "arkit52"\nmirror = true\n', "mirrored")
    profiles = [*[packaged_profile(name) for name in PROFILE_NAMES], mirrored]
    costs = [(profile.name, *[f"{cost_micros(profile, count):.1f}" for count in _CROWDS]) for profile in profiles]
    table("cost of a call, microseconds", ("profile", *[f"{count} avatars" if count > 1 else "1 avatar" for count in _CROWDS]), costs)


if __name__ == "__main__":
    main()
