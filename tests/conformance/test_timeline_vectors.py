"""The reference timeline against the scripts in timeline/vectors, frames taken over the wire."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia import registry
from affectia.client import Timeline, TimelineOptions, TimelinePose
from affectia.wire import avatar_frame
from affectia.wire.avatar_frame import AvatarFrame

pytestmark = pytest.mark.conformance
VECTORS = Path(__file__).resolve().parent / "timeline" / "vectors"
SCRIPTS = sorted(VECTORS.glob("*.json"))
TOLERANCE = 1e-4
EXACT = {"delay_nanos", "offset_nanos", "shown_nanos", "received", "lost", "dropped", "skipped", "dominant_viseme", "sequence"}
NAMED = {
    "blendshapes": registry.BLENDSHAPES,
    "visemes": registry.VISEMES,
    "effects": registry.EFFECTS,
    "bones": registry.BONES,
    "presence": registry.GROUPS,
}


def test_there_are_as_many_vectors_as_promised() -> None:
    assert len(SCRIPTS) >= 30


def test_the_files_are_what_the_table_says() -> None:
    result = subprocess.run([sys.executable, str(VECTORS / "write.py"), "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_timeline_does_what_the_vector_says(path: Path) -> None:
    script = json.loads(path.read_text(encoding="utf-8"))
    timeline = Timeline(TimelineOptions(**script["options"]))
    asked = 0
    for number, event in enumerate(script["events"]):
        if "frame" in event:
            found = timeline.push(over_the_wire(event["frame"]), event["arrive_nanos"])
            assert found is event.get("accepted", True), f"event {number}"
            continue
        assert_is(timeline, timeline.pose_at(event["ask_nanos"]), event["expect"], f"event {number} at {event['ask_nanos']}")
        asked += len(event["expect"])
    assert asked, "a vector must expect something"


def assert_is(timeline: Timeline, pose: TimelinePose, expect: dict[str, Any], place: str) -> None:
    assert expect.keys() <= EXACT | NAMED.keys() | {"head_translation"}, place
    exact = {
        "delay_nanos": pose.delay_nanos,
        "offset_nanos": pose.offset_nanos,
        "shown_nanos": pose.time_nanos,
        "received": timeline.received,
        "lost": timeline.lost,
        "dropped": timeline.dropped,
        "skipped": timeline.skipped,
        "dominant_viseme": pose.dominant_viseme[0] if pose.dominant_viseme else None,
        "sequence": pose.frame.sequence if pose.frame else None,
    }
    assert {key: exact[key] for key in EXACT & expect.keys()} == {key: expect[key] for key in EXACT & expect.keys()}, place
    values = {"blendshapes": pose.blendshapes, "visemes": pose.visemes, "effects": pose.effects, "presence": pose.presence}
    for part, found in values.items():
        for name, value in expect.get(part, {}).items():
            assert found[NAMED[part].index(name)] == pytest.approx(value, abs=TOLERANCE), f"{place}: {name}"
    if "head_translation" in expect:
        assert pose.head_translation_cm == pytest.approx(expect["head_translation"], abs=TOLERANCE), place
    for name, xyzw in expect.get("bones", {}).items():
        bone = pose.bone_quaternions[registry.BONES.index(name)]
        assert min(np.abs(bone - xyzw).max(), np.abs(bone + xyzw).max()) < TOLERANCE, f"{place}: {name} is {bone}"


def over_the_wire(given: dict[str, Any]) -> AvatarFrame:
    """A vector's frame as AvatarFrame, encoded and decoded once."""
    frame = AvatarFrame(given["stream_id"], given["sequence"], given["time_nanos"], given["publish_delay_micros"])
    for part in ("blendshapes", "visemes"):
        if part in given:
            setattr(frame, part, scaled(by_name(part, given[part], 0.0), registry.UNIT_WEIGHT_U16, "<u2"))
    if "effects" in given:
        frame.effects = scaled(by_name("effects", given["effects"], 0.0), registry.UNIT_WEIGHT_U8, "u1")
    if "bones" in given:
        frame.bones = scaled(by_name("bones", given["bones"], (0, 0, 0, 1)), registry.UNIT_QUATERNION_I16, "<i2")
    if "head_translation" in given:
        frame.head_translation = scaled(np.array(given["head_translation"]), registry.UNIT_TRANSLATION_I16_PER_CM, "<i2")
    if "dominant_viseme" in given:
        frame.dominant_viseme = bytes((given["dominant_viseme"], 255))
    if "invalid" in given:
        frame.groups = b"".join(bytes((name not in given["invalid"], 255, 0, 255)) for name in registry.GROUPS)
    return avatar_frame.decode(avatar_frame.encode(frame))


def by_name(part: str, given: dict[str, Any], unnamed: Any) -> NDArray[np.float64]:
    assert given.keys() <= set(NAMED[part])
    return np.array([given.get(name, unnamed) for name in NAMED[part]], np.float64)


def scaled(values: NDArray[np.float64], scale: int, form: str) -> bytes:
    return np.floor(values * scale + 0.5).astype(form).tobytes()
