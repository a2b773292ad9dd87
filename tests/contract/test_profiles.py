"""Kinds of avatars through the real door."""

from __future__ import annotations

import grpc
import pytest

from affectia import registry
from affectia.client import Subscriber
from affectia.client.subscriber import wait_for_frame
from affectia.rig.profile_file import load_profile
from affectia.v1 import profile_pb2
from tests.contract.door import TIMEOUT_SECS, Door, refused

pytestmark = pytest.mark.contract


def test_profiles_are_listed_with_their_shapes(door: Door) -> None:
    found = door.stub.ListProfiles(profile_pb2.ListProfilesRequest(), timeout=TIMEOUT_SECS).profiles
    shapes = {profile.name: tuple(profile.shapes) for profile in found}
    assert found[0].name == "arkit52"
    assert shapes["arkit52"] == registry.BLENDSHAPES
    assert {"metahuman", "vrm0", "vrm1", "vrm1-perfectsync", "oculus-visemes", "vrchat", "mblab", "jaw-only"} <= shapes.keys()
    assert all(profile.title and profile.shapes for profile in found)


def test_morphs_are_matched_with_the_profile_that_fits(door: Door) -> None:
    morphs = [f"Face.{name}" for name in registry.BLENDSHAPES if name != "tongueOut"]
    found = door.stub.MatchMorphs(profile_pb2.MatchMorphsRequest(morphs=[*morphs, "hairLength"]), timeout=TIMEOUT_SECS)
    assert (found.profile, found.level) == ("arkit52", "shapes")
    assert list(found.missing) == ["tongueOut"]
    assert list(found.unused) == ["hairLength"]
    assert {match.shape: match.morph for match in found.matches}["jawOpen"] == "Face.jawOpen"
    assert "arkit52" in found.report or "ARKit" in found.report


def test_morphs_may_be_matched_with_one_that_is_named(door: Door) -> None:
    found = door.stub.MatchMorphs(profile_pb2.MatchMorphsRequest(morphs=["jawOpen"], profile="jaw-only"), timeout=TIMEOUT_SECS)
    assert (found.profile, found.level) == ("jaw-only", "jaw")


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (profile_pb2.MatchMorphsRequest(), "morph"),
        (profile_pb2.MatchMorphsRequest(morphs=["jawOpen"], profile="vrm9"), "profile is 'vrm9'"),
    ],
)
def test_what_cannot_be_matched_is_refused(door: Door, request_: profile_pb2.MatchMorphsRequest, words: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, words):
        door.stub.MatchMorphs(request_, timeout=TIMEOUT_SECS)
    with refused(grpc.StatusCode.NOT_FOUND, "/nowhere/mine.toml"):
        door.stub.MatchMorphs(profile_pb2.MatchMorphsRequest(morphs=["jawOpen"], profile="/nowhere/mine.toml"), timeout=TIMEOUT_SECS)


def test_frames_are_in_the_shapes_of_the_sessions_profile(door: Door) -> None:
    profile = load_profile("oculus-visemes")
    door.start("speaker", "npc", profile="oculus-visemes")
    with Subscriber(f"tcp://127.0.0.1:{door.sidecar.options.port_base}", avatars=["speaker"]) as subscriber:
        received = wait_for_frame(subscriber, TIMEOUT_SECS)
    assert received is not None
    assert received.frame.layout.parts[0] == profile.shape_names
    assert len(received.frame.blendshape_weights()) == len(profile.shapes)
