from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.capture.source import Source
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC, FakeClock
from affectia.pipeline import Pipeline, PipelineOptions
from affectia.registry import Group
from affectia.rig.mapping.mapping_variant import MappingVariant
from affectia.rig.profile_file import load_profile
from affectia.session.consent import ConsentGate
from affectia.session.npc_source import NpcSource
from affectia.session.session import Session, SessionOptions
from affectia.session.session_acting import SessionActing
from affectia.session.slot_acting import SlotActing
from affectia.signals.face_calibration import FaceCalibration
from affectia.wire import layout, topic
from tests.unit.fakes import SHAPE, FakeTransport, face, nanos, slots

pytestmark = pytest.mark.unit


class FakeCamera(Source):
    modality = "camera"

    def _run(self) -> None:
        raise AssertionError("nobody starts it")


class Stage:
    """Two avatars in slots 1 and 3 of a pipeline."""

    def __init__(self, acting: SessionActing, source: type[Source] = NpcSource) -> None:
        self.transport = FakeTransport()
        self.clock = FakeClock()
        self.pipeline = Pipeline(self.transport, self.clock, PipelineOptions(slots=4))
        names = ("anna", "bert")
        self.session = Session("anna", source(self.clock), names, slots(1, 3), ConsentGate(), SessionOptions(), acting=acting)
        for slot, name in zip((1, 3), names, strict=True):
            self.pipeline.open_slot(slot, name, precision_bits=16, rate_hz=60, smoothing=1.0)
        self.acting = SlotActing(self.pipeline)
        self.acting.open(self.session)
        self.now = NANOS_PER_SEC

    def ticked(self, count: int = 1) -> bytes:
        """The bodies of frames of both from now on."""
        before = len(self.transport.sent)
        for _ in range(count):
            self.now += 16 * NANOS_PER_MILLI
            self.pipeline.tick(slots(1, 3), nanos(self.now, self.now))
        return b"".join(body for _, body in self.transport.sent[before:])


def life(name: str, seed: int) -> npt.NDArray[np.float32]:
    """Two seconds of one of them."""
    stage = Stage(SessionActing(seed=seed))
    stage.ticked(120)
    return np.array([frame.blendshape_weights() for frame in stage.transport.frames(name)])


def test_each_avatar_lives_its_own_life_by_the_seed() -> None:
    anna = life("anna", 3)
    np.testing.assert_array_equal(life("anna", 3), anna)
    for other in (life("bert", 3), life("anna", 4)):
        assert np.abs(other - anna).max() > 0.01


def test_lives_follow_consent() -> None:
    stage = Stage(SessionActing(idle="on"), FakeCamera)
    stage.ticked(60)
    assert not any(frame.is_valid(group) for frame in stage.transport.frames("anna") for group in Group)
    stage.session.consent.grant("camera")
    stage.acting.set_lives(stage.session)
    stage.ticked(60)
    assert stage.transport.frames("bert")[-1].is_valid(Group.EYES)
    stage.session.consent.revoke("camera")
    stage.acting.set_lives(stage.session)
    stage.ticked()
    assert not stage.transport.frames("bert")[-1].is_valid(Group.EYES)


def test_mapping_is_that_of_every_avatar_and_a_calibration_of_the_first() -> None:
    calibration = FaceCalibration(name="anna", neutral=np.full(52, 0.25, np.float32))
    stage = Stage(SessionActing(mapping=MappingVariant.BLEND, calibration=calibration, idle="off"), FakeCamera)
    np.testing.assert_array_equal(stage.pipeline.mapping.overlay_shares(slots(0, 1, 2, 3)), np.array([0, 0.5, 0, 0.5], np.float32))
    for slot in (1, 3):
        stage.pipeline.observe(slots(slot), face(stage.now, jawOpen=0.6))
    stage.ticked(10)
    first, second = (stage.transport.frames(name)[-1].blendshape_weights()[SHAPE["jawOpen"]] for name in ("anna", "bert"))
    assert 0 < first < second


def test_profile_is_that_of_every_avatar_and_announced() -> None:
    profile = load_profile("jaw-only")
    stage = Stage(SessionActing(profile=profile))
    for name in ("anna", "bert"):
        status, announced = layout.try_decode([body for sent, body in stage.transport.sent if sent == topic.layout(name)][-1])
        assert announced is not None, status
        assert announced.layout.parts[0] == profile.shape_names


def test_movement_is_told_of_all_of_them_together() -> None:
    stage = Stage(SessionActing())
    assert stage.acting.report(stage.session).frames == 0
    stage.ticked(30)
    assert stage.acting.report(stage.session).frames == 60
