from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NoReturn

import grpc
import pytest

from affectia.control import control_service
from affectia.control.control_service import MAX_STREAMS, ControlService
from affectia.control.frame_feed import Receiver
from affectia.errors import SessionError
from affectia.session.session import SessionOptions
from affectia.v1 import frame_pb2, model_pb2, session_pb2
from affectia.wire import topic

pytestmark = pytest.mark.unit

ANNA = topic.avatar("anna")


@dataclass
class FakeContext:
    """What gRPC gives to a call; a gone caller has `is_done`."""

    is_done: bool = False
    code: grpc.StatusCode | None = None
    details: str = ""
    written: list[frame_pb2.Frame] = field(default_factory=list)
    has_written: asyncio.Event = field(default_factory=asyncio.Event)

    def done(self) -> bool:
        return self.is_done

    async def abort(self, code: grpc.StatusCode, details: str = "") -> NoReturn:
        self.code, self.details = code, details
        raise grpc.aio.AbortError("aborted")

    async def write(self, frame: frame_pb2.Frame) -> None:
        self.written.append(frame)
        self.has_written.set()


class FakeSidecar:
    """As much of a sidecar as a test needs."""

    def __init__(self) -> None:
        self.taps: list[Receiver] = []
        self.transport = self
        self.sessions = self
        self.speech = SimpleNamespace()
        self.acts = SimpleNamespace()
        self.calibrations = SimpleNamespace()
        self.models = SimpleNamespace(manifest=SimpleNamespace(ids=("face",)), verify=self._verify)
        self.error: Exception = SessionError("session 'anna' is not open")

    def tap(self, receiver: Receiver) -> Callable[[], None]:
        self.taps.append(receiver)
        return lambda: self.taps.remove(receiver)

    def get(self, session_id: str) -> Any:
        return SimpleNamespace(options=SessionOptions())

    def configure(self, session_id: str, options: SessionOptions) -> NoReturn:
        raise self.error

    def stop(self, session_id: str) -> NoReturn:
        raise self.error

    def _verify(self, model_id: str) -> NoReturn:
        raise self.error


def service(sidecar: FakeSidecar) -> ControlService:
    fake: Any = sidecar
    return ControlService(fake)


def aborted(call: Callable[[ControlService, Any], Any], sidecar: FakeSidecar | None = None) -> FakeContext:
    context = FakeContext()

    async def scene() -> None:
        with pytest.raises(grpc.aio.AbortError):
            await call(service(sidecar or FakeSidecar()), context)

    asyncio.run(scene())
    return context


def test_error_of_ours_becomes_status_and_details() -> None:
    context = aborted(lambda control, context: control.StopSession(session_pb2.StopSessionRequest(session_id="anna"), context))
    assert (context.code, context.details) == (grpc.StatusCode.NOT_FOUND, "session 'anna' is not open")


def test_error_out_of_a_thread_becomes_a_status_too() -> None:
    context = aborted(lambda control, context: control.Configure(session_pb2.ConfigureRequest(session_id="anna"), context))
    assert context.code is grpc.StatusCode.NOT_FOUND


def test_foreign_error_is_logged_and_told_by_its_type_alone(caplog: pytest.LogCaptureFixture) -> None:
    sidecar = FakeSidecar()
    sidecar.error = KeyError("how somebody looks")
    with caplog.at_level(logging.ERROR, logger=control_service.__name__):
        context = aborted(lambda control, context: control.ListModels(model_pb2.ListModelsRequest(), context), sidecar)
    assert context.code is grpc.StatusCode.INTERNAL
    assert caplog.messages == ["control call ListModels ended with KeyError"]
    assert "somebody" not in context.details


def test_caller_that_is_gone_is_told_nothing(caplog: pytest.LogCaptureFixture) -> None:
    context: Any = FakeContext(is_done=True)

    async def scene() -> None:
        with pytest.raises(asyncio.CancelledError):
            await service(FakeSidecar()).StopSession(session_pb2.StopSessionRequest(session_id="anna"), context)

    asyncio.run(scene())
    assert context.code is None
    assert not caplog.messages


def test_stream_writes_what_was_asked_for_until_it_is_closed() -> None:
    context: Any = FakeContext()
    sidecar = FakeSidecar()

    async def scene() -> None:
        control = service(sidecar)
        streaming = asyncio.ensure_future(control.StreamFrames(frame_pb2.StreamFramesRequest(avatar_ids=["anna"]), context))
        await asyncio.sleep(0)
        assert control.stream_count == 1
        for name in (ANNA, topic.avatar("bert"), topic.affect("anna")):
            sidecar.taps[0](name, b"body")
        await asyncio.wait_for(context.has_written.wait(), 10)
        control.close_streams()
        with pytest.raises(grpc.aio.AbortError):
            await streaming
        assert control.stream_count == 0

    asyncio.run(scene())
    assert context.written == [frame_pb2.Frame(topic=ANNA, body=b"body")]
    assert context.code is grpc.StatusCode.UNAVAILABLE
    assert not sidecar.taps


def test_stream_that_is_cancelled_lets_go() -> None:
    context: Any = FakeContext()
    sidecar = FakeSidecar()

    async def scene() -> None:
        control = service(sidecar)
        streaming = asyncio.ensure_future(control.StreamFrames(frame_pb2.StreamFramesRequest(), context))
        await asyncio.sleep(0)
        streaming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await streaming
        assert control.stream_count == 0

    asyncio.run(scene())
    assert not sidecar.taps


def test_streams_are_limited() -> None:
    async def scene() -> None:
        control = service(FakeSidecar())
        contexts: list[Any] = [FakeContext() for _ in range(MAX_STREAMS)]
        streaming = [asyncio.ensure_future(control.StreamFrames(frame_pb2.StreamFramesRequest(), context)) for context in contexts]
        await asyncio.sleep(0)
        refused: Any = FakeContext()
        with pytest.raises(grpc.aio.AbortError):
            await control.StreamFrames(frame_pb2.StreamFramesRequest(), refused)
        assert refused.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        control.close_streams()
        await asyncio.gather(*streaming, return_exceptions=True)

    asyncio.run(scene())


@pytest.mark.parametrize("avatar_ids", [["Not An Id"], ["anna"] * 1025])
def test_stream_of_avatars_that_cannot_be_is_refused(avatar_ids: list[str]) -> None:
    sidecar = FakeSidecar()
    context = aborted(lambda control, context: control.StreamFrames(frame_pb2.StreamFramesRequest(avatar_ids=avatar_ids), context), sidecar)
    assert context.code is grpc.StatusCode.INVALID_ARGUMENT
    assert not sidecar.taps
