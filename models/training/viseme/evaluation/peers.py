"""Other people's engines on the same sound: fetched by npm at evaluation time, run in Node, kept as tracks in the user's cache.

Nothing of theirs is in this repository. Each is given what its documentation asks for, and where that leaves a choice, what suits it best.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.evaluate.viseme.reference import FRAME_MS, SIL, Clip
from affectia.evaluate.viseme.track import VISEMES, Track, of_weights
from affectia.inference.model_store import default_cache_dir
from affectia.inference.program import run_program
from viseme.evaluation import sound

HEADAUDIO: Final = "@met4citizen/headaudio@0.1.0"  # MIT
WLIPSYNC: Final = "wlipsync@1.3.1"  # MIT
_RUNNER: Final = Path(__file__).with_name("peers.mjs")
_INSTALL_SECS: Final = 300.0
_RUN_SECS: Final = 1800.0
_MFCC: Final = 12


class PeerUnavailable(Exception):
    """npm or Node is missing, or a package cannot be had; the message says which."""


class Packages:
    """A folder of npm packages and of tracks that were made with them, in the user's cache."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or default_cache_dir() / "evaluation"

    def install(self) -> None:
        """Fetch what is missing.

        Raises:
            PeerUnavailable: it cannot be had.
        """
        npm, node = shutil.which("npm"), shutil.which("node")
        if npm is None or node is None:
            raise PeerUnavailable("Node or npm is not installed")
        for package in (HEADAUDIO, WLIPSYNC):
            name, _, version = package.rpartition("@")
            here = self._folder / "node_modules" / name / "package.json"
            if here.is_file() and json.loads(here.read_text(encoding="utf-8"))["version"] == version:
                continue
            self._folder.mkdir(parents=True, exist_ok=True)
            quiet = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = run_program([npm, "install", "--prefix", str(self._folder), *quiet, HEADAUDIO, WLIPSYNC], self._folder, _INSTALL_SECS)
            if done.exit_code:
                raise PeerUnavailable(f"npm ended with: {done.last_words()}")
            return

    def run(self, peer: str, clips: Sequence[Clip], **job: Any) -> list[NDArray[np.float32]]:
        """The rows of each clip, (k, columns), made now or kept from before; `job` goes to peers.mjs.

        Raises:
            PeerUnavailable: Node cannot run it.
        """
        package = {"headaudio": HEADAUDIO, "wlipsync": WLIPSYNC}[peer]
        words = json.dumps([package, job], sort_keys=True).encode() + _RUNNER.read_bytes()
        kept = [self._folder / "tracks" / f"{hashlib.sha256(words + clip.pcm.tobytes()).hexdigest()[:24]}.npz" for clip in clips]
        missing = [place for place, path in enumerate(kept) if not path.is_file()]
        if missing:
            made = self._make(peer, [clips[place] for place in missing], job)
            kept[0].parent.mkdir(parents=True, exist_ok=True)
            for place, rows in zip(missing, made, strict=True):
                np.savez_compressed(kept[place], rows=rows)
        return [np.load(path)["rows"] for path in kept]

    def _make(self, peer: str, clips: Sequence[Clip], job: Mapping[str, Any]) -> list[NDArray[np.float32]]:
        columns = VISEMES if peer == "headaudio" else _MFCC if job.get("features") else len(job["profile"]["mfccs"]) + 1
        with tempfile.TemporaryDirectory(prefix="affectia-peers-") as name:
            folder = Path(name)
            paths = [{"sound": str(folder / f"{place}.sound"), "track": str(folder / f"{place}.track")} for place in range(len(clips))]
            for clip, path in zip(clips, paths, strict=True):
                sound.at_rate(clip.pcm, job["rate_hz"]).tofile(path["sound"])
            (folder / "jobs.json").write_text(json.dumps({**job, "stride_ms": FRAME_MS, "clips": paths}), encoding="utf-8")
            command = [str(shutil.which("node")), str(_RUNNER), peer, str(self._folder / "node_modules"), str(folder / "jobs.json")]
            try:
                done = run_program(command, folder, _RUN_SECS)
            except (OSError, TimeoutError, subprocess.SubprocessError) as error:
                raise PeerUnavailable(f"{peer} was not run: {error}") from error
            if done.exit_code:
                raise PeerUnavailable(f"{peer} ended with: {done.last_words()}")
            return [np.fromfile(path["track"], np.float32).reshape(-1, columns) for path in paths]


class HeadAudio:
    """Its own 15 values as its animation loop shows them, called every 10 ms; it has the OVR visemes, so nothing is mapped.

    Look-ahead: its README delays the voice by 0.1 s. Sound comes at 44.1 kHz, the better of the two rates that browsers have (its
    pre-emphasis works at that rate: 20 % right on the real voice, 17 % at 48 kHz). What no value claims is silence. Silence is not
    calibrated: clips begin with speech.
    """

    name = "headaudio 0.1.0"
    look_ahead_ms = 100

    def __init__(self, packages: Packages) -> None:
        self._packages = packages
        self._most = np.where(np.isin(np.arange(VISEMES), (1, 2)), 0.75, 0.65)  # what it calls fully shown: PP and FF more than others

    def tracks(self, clips: Sequence[Clip]) -> list[Track]:
        """The values, each against its own most."""
        found = []
        for clip, rows in zip(clips, self._packages.run("headaudio", clips, rate_hz=44_100), strict=True):
            weights = rows / self._most
            weights[:, SIL] = np.maximum(0, 1 - np.delete(weights, SIL, axis=1).sum(axis=1))
            found.append(of_weights(weights, clip.frames, look_ahead_frames=self.look_ahead_ms // FRAME_MS))
        return found


class WLipSync:
    """Its weights times its volume, as its documentation shows; what is left is silence. It declares no look-ahead, so it has none.

    It brings no profile and asks for a calibration: a few MFCC of each sound, as its own code measures them. Here a calibration is made
    of the very clips that it is then scored on, which is more than any user could do. `sounds` says which viseme is shown for which.
    """

    look_ahead_ms = 0
    _RATE_HZ = 48_000
    _EXAMPLES = 10
    _LAG_FRAMES = 3  # an MFCC is of the last 64 ms: its middle lies 32 ms back
    _L2 = 1

    def __init__(self, packages: Packages, name: str, sounds: Mapping[str, int], shown: Mapping[str, int] | None = None) -> None:
        self.name = name
        self._packages = packages
        self._sounds = dict(sounds)
        self._shown = {**sounds, **(shown or {})}
        self._profile: dict[str, Any] | None = None

    def tracks(self, clips: Sequence[Clip]) -> list[Track]:
        """Clips without phones are heard with the calibration of those before them."""
        if clips[0].labels is not None:
            self._profile = self._calibrated(clips)
        if self._profile is None:
            raise PeerUnavailable(f"{self.name} has nothing to calibrate on")
        found = []
        for clip, rows in zip(clips, self._packages.run("wlipsync", clips, rate_hz=self._RATE_HZ, profile=self._profile), strict=True):
            weights = np.zeros((len(rows), VISEMES))
            for column, name in enumerate(self._sounds):
                weights[:, self._shown[name]] += rows[:, column] * rows[:, -1]
            weights[:, SIL] = np.maximum(0, 1 - weights.sum(axis=1))
            found.append(of_weights(weights, clip.frames))
        return found

    def _calibrated(self, clips: Sequence[Clip]) -> dict[str, Any]:
        """A profile: for each sound so many means of the MFCC in the middle of its phones."""
        nothing = {name: [[0.0] * _MFCC] for name in self._sounds}
        features = self._packages.run("wlipsync", clips, rate_hz=self._RATE_HZ, profile=self._as_profile(nothing), features=True)
        examples: dict[str, list[list[float]]] = {}
        for name, viseme in self._sounds.items():
            heard = []
            for clip, rows in zip(clips, features, strict=True):
                assert clip.labels is not None
                here = np.convolve(clip.labels == viseme, np.ones(5), mode="same") == 5  # 20 ms from its edges
                places = np.flatnonzero(here) + self._LAG_FRAMES
                heard.append(rows[places[places < len(rows)]])
            every = np.concatenate(heard)
            if len(every) < self._EXAMPLES:
                raise PeerUnavailable(f"{self.name} has {len(every)} examples of a sound to calibrate on, expected {self._EXAMPLES}")
            examples[name] = [part.mean(axis=0).astype(float).tolist() for part in np.array_split(every, self._EXAMPLES)]
        return self._as_profile(examples)

    def _as_profile(self, examples: Mapping[str, Sequence[Sequence[float]]]) -> dict[str, Any]:
        mfccs = [{"name": name, "mfccCalibrationDataList": [{"array": list(one)} for one in every]} for name, every in examples.items()]
        return {
            "targetSampleRate": 16_000, "sampleCount": 1024, "melFilterBankChannels": 26, "compareMethod": self._L2, "mfccNum": _MFCC,
            "mfccDataCount": len(mfccs[0]["mfccCalibrationDataList"]), "useStandardization": False, "mfccs": mfccs,
        }  # fmt: skip


def peers(packages: Packages) -> list[HeadAudio | WLipSync]:
    """Those of the table: headaudio; wlipsync with the six sounds of its profiles, N being a shut mouth; and with a sound per viseme."""
    number = registry.VISEMES.index
    six = {"A": number("aa"), "I": number("ih"), "U": number("ou"), "E": number("E"), "O": number("oh"), "N": number("nn")}
    every = {name: place for place, name in enumerate(registry.VISEMES) if place != SIL}
    return [
        HeadAudio(packages),
        WLipSync(packages, "wlipsync 1.3.1, A I U E O N", six, {"N": number("PP")}),
        WLipSync(packages, "wlipsync 1.3.1, 14 sounds", every),
    ]
