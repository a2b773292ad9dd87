"""How good the visemes are, in one table: ours, the energy alone, two peers, and the reference itself on time and late.

`python models/training/viseme/evaluate.py --data DIR --voice DIR`. DIR of `--data` (or AFFECTIA_DATA_DIR) has `ljspeech` (sound and
TextGrids: set b) and `grid` (films and word times: set c); that of `--voice` a synthetic voice which training never heard, as `corpus.py`
writes it (set a). A set that is not there is named and left out. Every track is scored at the look-ahead that its maker declares; a last
column says what moving it in time would bring. `--write` puts the table into models/README.md. Needs affectia with onnxruntime; the peers
need Node and npm.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

if (TRAINING := str(Path(__file__).resolve().parents[1])) not in sys.path:  # where the package of this file lies
    sys.path.insert(0, TRAINING)


from affectia.evaluate.viseme import reference  # noqa: E402 - the lines above stand before every import
from affectia.evaluate.viseme.heard_visemes import HeardVisemes, NetworkVisemes  # noqa: E402
from affectia.evaluate.viseme.reference import DataSet  # noqa: E402
from affectia.evaluate.viseme.track import Track  # noqa: E402
from viseme.evaluation import data_sets as sets_of  # noqa: E402 - found only through the lines above, as all that follows
from viseme.evaluation import systems, table  # noqa: E402
from viseme.evaluation.cut_off import cut_off  # noqa: E402
from viseme.evaluation.peers import Packages, PeerUnavailable, peers  # noqa: E402
from viseme.evaluation.systems import System  # noqa: E402

DATA_VARIABLE = "AFFECTIA_DATA_DIR"
README = Path(__file__).resolve().parents[2] / "README.md"


def data_sets(data: Path | None, voice: Path | None) -> list[DataSet]:
    """Those that are there, in order; the others are named."""
    places = (
        ("a", voice, sets_of.made_voice, "--voice"),
        ("b", data and data / "ljspeech", sets_of.text_grids, "--data"),
        ("c", data and data / "grid", sets_of.grid, "--data"),
    )
    found = []
    for letter, folder, load, flag in places:
        if folder is None or not folder.is_dir():
            print(f"set {letter} is left out, its folder is not there ({flag}): {folder}", file=sys.stderr)
            continue
        found.append(load(folder))
        secs = sum(clip.frames for clip in found[-1].clips) / reference.FRAMES_PER_SEC
        print(f"set {letter}: {found[-1].name}, {len(found[-1].clips)} clips, {secs:.0f} s", file=sys.stderr)
    if not found:
        raise SystemExit("no set is there, expected --data or --voice")
    return found


def measured(options: argparse.Namespace) -> list[System]:
    """Ours where there is a network, the fallback, the peers where they can be had, and the reference."""
    found: list[System] = [*systems.ours(options.model)]
    if not options.model.is_file():
        print(f"the network is left out, it is not there: {options.model}", file=sys.stderr)
    if not options.skip_peers:
        packages = Packages(options.work)
        try:
            packages.install()
            found += peers(packages)
        except PeerUnavailable as error:
            print(f"the peers are left out: {error}", file=sys.stderr)
    return [*found, systems.Oracle(), systems.Oracle(late_frames=systems.LATE_FRAMES)]


def rows(found: list[System], sets: list[DataSet]) -> tuple[list[list[str]], dict[str, Track]]:
    """The table, and each system's track of the first clip of (b), or else of the first set."""
    made, shown = [], {}
    of_the_figure = next((data for data in sets if data.letter == "b"), sets[0])
    for data in sets:
        for system in found:
            began = time.perf_counter()
            try:
                tracks = system.tracks(data.clips)
            except PeerUnavailable as error:
                print(f"left out: {error}", file=sys.stderr)
                continue
            made.append(table.row(system.name, system.look_ahead_ms, data, tracks))
            print(f"{data.letter}  {system.name}  {time.perf_counter() - began:.1f} s", file=sys.stderr)
            if data is of_the_figure:
                shown[system.name] = tracks[0]
    return made, shown


def cut_offs(found: list[System], sets: list[DataSet]) -> list[str]:
    """The cut-off test of those of ours that have a network, on a clip of each set, in words."""
    own = [system for system in found if isinstance(system, HeardVisemes | NetworkVisemes) and system.has_network]
    return [
        f"{data.letter}  {system.name}: {cut_off(system.weights, data.clips[0].pcm, look_ahead_ms=system.look_ahead_ms)}"
        for system in own
        for data in sets
    ]


NOTES = """
- **ahead** the look-ahead that the maker declares; every track is scored with exactly that taken out.
- **right** of 15 visemes, **in speech** without silence, **6 shapes** mean recall of: silent, closed (PP), lip on teeth (FF), open
  (aa, E), narrow (TH DD kk SS nn ih), rounded (CH RR oh ou).
- **PP, FF** recall and precision, one to one: the middles of what is shown and of the phone are at most 40 ms apart.
- **onset** median of all visemes that were found, positive is late. **lead** positive is the mouth before the sound: by the curve of
  the opening (median over clips), and by the edges of PP and FF.
- How far a mouth is open is the gap between the lips of this repository's rig, 1 for an a, for every system; that of `affectia` also has
  the cross-fades and closures that an avatar shows.
- **open in silence** frames more than 5 % open, at least 100 ms from speech (mean opening).
- **best shift** by how much the track is late where it agrees best, and how much would be right then.
- **moves in words** time inside words with a mouth that opens or closes by a tenth within 200 ms; **shut** around them.
- The peers are run from their npm packages. headaudio: its animation's own values, at 44.1 kHz. wlipsync brings no profile; it was
  calibrated on the very clips of the set (c: of the set before), which is more than a user could do: with the six sounds that its
  profiles have, N shown as PP, and with a sound for each viseme.
"""


def section(sets: list[DataSet], made: list[list[str]], cut: list[str]) -> str:
    """What stands in models/README.md between the markers."""
    secs = {data.letter: sum(clip.frames for clip in data.clips) / reference.FRAMES_PER_SEC for data in sets}
    spans = [f"({data.letter}) `{data.name}`, {len(data.clips)} clips, {secs[data.letter]:.0f} s" for data in sets]
    head = f"Sets: {'; '.join(spans)}. Frames of 10 ms; shares in per cent."
    return "\n".join((head, NOTES, table.markdown(made), "", *(f"- {line}" for line in cut)))


def main() -> None:
    """Measure, print, and write where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    there = os.environ.get(DATA_VARIABLE)
    parser.add_argument(
        "--data", type=Path, default=Path(there) if there else None, help=f"folder with ljspeech and grid ({DATA_VARIABLE})"
    )
    parser.add_argument("--voice", type=Path, help="folder of the synthetic voice that was held out")
    parser.add_argument("--model", type=Path, default=systems.MODEL, help="another network than the committed one")
    parser.add_argument("--skip-peers", action="store_true", help="leave the peers out")
    parser.add_argument("--work", type=Path, help="folder for the peers' packages and tracks, in place of the user's cache")
    parser.add_argument("--figure", type=Path, help="draw one sentence into this PNG")
    parser.add_argument("--write", action="store_true", help="put the table into models/README.md")
    options = parser.parse_args()
    began = time.perf_counter()
    sets = data_sets(options.data, options.voice)
    found = measured(options)
    made, shown = rows(found, sets)
    cut = cut_offs(found, sets)
    print("\n".join((table.plain(made), *cut)))
    if options.figure:
        from viseme.evaluation.figure import draw

        of_the_figure = next((data for data in sets if data.letter == "b"), sets[0])
        draw(options.figure, of_the_figure.clips[0], {name: shown[name] for name in shown if "reference" not in name})
    if options.write:
        README.write_text(table.between_markers(README.read_text(encoding="utf-8"), section(sets, made, cut)), encoding="utf-8")
        print("written into models/README.md")
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
