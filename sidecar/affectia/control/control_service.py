"""The control service: each call of protos/affectia/v1/control.proto, on the sidecar."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeAlias, TypeVar

import grpc

from affectia import registry
from affectia.capture.camera_list import FoundCamera, list_cameras
from affectia.capture.microphone import MicrophoneSource
from affectia.capture.microphone_list import MicrophoneListing, list_microphones
from affectia.capture.source import Source
from affectia.control import messages
from affectia.control.act_calls import ActCalls
from affectia.control.bake_calls import BakeCalls
from affectia.control.calibration_calls import CalibrationCalls
from affectia.control.cameras import camera_message
from affectia.control.frame_feed import FrameFeed, topic_filter
from affectia.control.microphones import listing_detail, microphone_message
from affectia.control.profile_calls import ProfileCalls
from affectia.control.shared_call import SharedCall
from affectia.control.speak_calls import SpeakCalls
from affectia.control.status_codes import status_of
from affectia.errors import ConfigError, NoFreeSlot
from affectia.inference.model_store import ModelCheck
from affectia.session.session import Session, SessionState
from affectia.session.sidecar import Sidecar
from affectia.session.source_spec import SourceSpec
from affectia.v1 import (
    act_pb2,
    bake_pb2,
    calibration_pb2,
    control_pb2_grpc,
    device_pb2,
    frame_pb2,
    model_pb2,
    profile_pb2,
    session_pb2,
    speak_pb2,
    status_pb2,
)

log = logging.getLogger(__name__)

MAX_STREAMS: Final = 16
_MAX_STREAM_AVATARS: Final = 1024

Request = TypeVar("Request")
Reply = TypeVar("Reply")
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"  # generic for type checkers only
_Call: TypeAlias = "Callable[[Any, Request, Context], Awaitable[Reply]]"


def _told(call: _Call[Request, Reply]) -> _Call[Request, Reply]:
    """Tell the caller by status and details what a call raised."""

    @functools.wraps(call)
    async def told(self: Any, request: Request, context: Context) -> Reply:
        try:
            return await call(self, request, context)
        except grpc.aio.AbortError:
            raise
        except Exception as error:
            if context.done():  # the caller is gone, nobody is left to tell
                raise asyncio.CancelledError from error
            code, details = status_of(error)
            if code is grpc.StatusCode.INTERNAL:
                # The text of a foreign error may hold values, so only its type is told.
                log.error("control call %s ended with %s", call.__name__, type(error).__name__)
        await context.abort(code, details)

    return told


class ControlService(control_pb2_grpc.ControlServicer):
    """Answers on one event loop; what blocks runs on threads, and frames are never touched.

    `grpc_port` is what GetStatus names; its owner sets it once the port is known.
    """

    def __init__(self, sidecar: Sidecar, *, grpc_port: int = 0) -> None:
        self._sidecar = sidecar
        self.grpc_port = grpc_port
        self._configuring = asyncio.Lock()
        self._cameras = SharedCall(self._find_cameras)
        self._microphones = SharedCall(self._find_microphones)
        self._models = SharedCall(self._check_models)
        self._feeds: set[FrameFeed] = set()
        self._bakes = BakeCalls()
        self._speaks = SpeakCalls(sidecar.speech)
        self._acts = ActCalls(sidecar.acts)
        self._calibrations = CalibrationCalls(sidecar.calibrations)
        self._profiles = ProfileCalls()
        # Threads of its own: calls that open cameras must not hold up somebody who takes consent back.
        self._consents = ThreadPoolExecutor(max_workers=4, thread_name_prefix="control-consent")

    @property
    def stream_count(self) -> int:
        """How many frame streams are open."""
        return len(self._feeds)

    def close_streams(self) -> None:
        """End every frame stream and every line that is spoken; their callers are told that the sidecar stops."""
        for feed in self._feeds:
            feed.close()
        self._speaks.close()

    async def end_bakes(self) -> None:
        """End every bake; their callers are told that the sidecar stops, and no process is left when it returns. Nobody's consent changes
        any more.
        """
        self._consents.shutdown(wait=False)
        await self._bakes.close()

    @_told
    async def GetStatus(self, request: status_pb2.GetStatusRequest, context: Context) -> status_pb2.Status:
        """What runs, how fast, on which ports."""
        publish_port = self._sidecar.options.port_base + registry.PORT_PUBLISH
        return messages.status_message(self._sidecar, grpc_port=self.grpc_port, publish_port=publish_port)

    @_told
    async def StartSession(self, request: session_pb2.StartSessionRequest, context: Context) -> session_pb2.Session:
        """Open a source and give it its avatars."""
        wanted = messages.session_request(request)
        return messages.session_message(await asyncio.to_thread(self._sidecar.sessions.start, wanted))

    @_told
    async def StopSession(self, request: session_pb2.StopSessionRequest, context: Context) -> session_pb2.Session:
        """End a session."""
        return messages.session_message(await asyncio.to_thread(self._sidecar.sessions.stop, request.session_id))

    @_told
    async def SetConsent(self, request: session_pb2.SetConsentRequest, context: Context) -> session_pb2.Session:
        """Grant or revoke consent for one modality."""
        change = functools.partial(self._sidecar.sessions.set_consent, request.session_id, request.modality, granted=request.granted)
        return messages.session_message(await asyncio.get_running_loop().run_in_executor(self._consents, change))

    @_told
    async def Configure(self, request: session_pb2.ConfigureRequest, context: Context) -> session_pb2.Session:
        """Change the options that are set."""
        async with self._configuring:  # so that of two callers neither writes back what the other has just changed
            return messages.session_message(await asyncio.to_thread(self._configure, request))

    @_told
    async def ListModels(self, request: model_pb2.ListModelsRequest, context: Context) -> model_pb2.ListModelsResponse:
        """The models of the manifest, each file read and compared."""
        return model_pb2.ListModelsResponse(models=[messages.model_message(check) for check in await self._models()])

    @_told
    async def ListDevices(self, request: device_pb2.ListDevicesRequest, context: Context) -> device_pb2.ListDevicesResponse:
        """The cameras that answer now, and the microphones."""
        cameras, listing = await asyncio.gather(self._cameras(), self._microphones())
        return device_pb2.ListDevicesResponse(
            cameras=[camera_message(camera) for camera in cameras],
            microphones=[microphone_message(microphone) for microphone in listing.microphones],
            microphones_detail=listing_detail(listing),
        )

    @_told
    async def StreamFrames(self, request: frame_pb2.StreamFramesRequest, context: Context) -> None:
        """Frames as they are published, newest first served."""
        if len(request.avatar_ids) > _MAX_STREAM_AVATARS:
            raise ConfigError(f"frame stream asks for {len(request.avatar_ids)} avatars, expected at most {_MAX_STREAM_AVATARS}")
        wants = topic_filter(request.avatar_ids, with_affect=request.with_affect)
        if len(self._feeds) >= MAX_STREAMS:
            raise NoFreeSlot(f"{MAX_STREAMS} frame streams are open, expected fewer; close one, or listen to the frames port")
        with FrameFeed(self._sidecar.transport.tap, wants) as feed:
            self._feeds.add(feed)
            try:
                async for topic, body in feed:
                    await context.write(frame_pb2.Frame(topic=topic, body=body))
            finally:
                self._feeds.discard(feed)
        await context.abort(grpc.StatusCode.UNAVAILABLE, "sidecar is stopping, connect again when it is back")

    @_told
    async def Bake(self, request: bake_pb2.BakeRequest, context: Context) -> bake_pb2.BakeResponse:
        """A whole clip into a track, in a process of its own."""
        return await self._bakes.bake(request, context)

    @_told
    async def Speak(self, request: AsyncIterator[speak_pb2.SpeakRequest], context: Context) -> None:
        """A line that a synthesiser makes, into a track."""
        await self._speaks.speak(request, context)

    @_told
    async def Flush(self, request: speak_pb2.FlushRequest, context: Context) -> speak_pb2.FlushResponse:
        """Cut what an avatar says."""
        return await self._speaks.flush(request)

    @_told
    async def SetEmotion(self, request: act_pb2.SetEmotionRequest, context: Context) -> act_pb2.EmotionAggregate:
        """Set the emotion that is shown, alone or along a line."""
        return await asyncio.to_thread(self._acts.set_emotion, request)

    @_told
    async def ClearEmotion(self, request: act_pb2.ClearEmotionRequest, context: Context) -> act_pb2.EmotionAggregate:
        """Back to what is inferred."""
        return await asyncio.to_thread(self._acts.clear_emotion, request)

    @_told
    async def Override(self, request: act_pb2.OverrideRequest, context: Context) -> act_pb2.OverrideResponse:
        """Set, add to or let go of shapes, visemes, effects and bones."""
        return await asyncio.to_thread(self._acts.override, request)

    @_told
    async def Trigger(self, request: act_pb2.TriggerRequest, context: Context) -> act_pb2.TriggerResponse:
        """Play a gesture once."""
        return await asyncio.to_thread(self._acts.trigger, request)

    @_told
    async def LookAt(self, request: act_pb2.LookAtRequest, context: Context) -> act_pb2.LookAtResponse:
        """Direct the gaze, and the head after it."""
        return await asyncio.to_thread(self._acts.look_at, request)

    @_told
    async def SetLayers(self, request: act_pb2.SetLayersRequest, context: Context) -> act_pb2.SetLayersResponse:
        """Weigh the layers."""
        return await asyncio.to_thread(self._acts.set_layers, request)

    @_told
    async def SetRoute(self, request: act_pb2.RouteRequest, context: Context) -> act_pb2.RouteResponse:
        """Take a part of an avatar from another source."""
        return await asyncio.to_thread(self._acts.set_route, request)

    @_told
    async def Calibrate(self, request: calibration_pb2.CalibrateRequest, context: Context) -> None:
        """Learn what a face is like at rest, and tell how it goes."""
        await self._calibrations.calibrate(request, context)

    @_told
    async def UseCalibration(self, request: calibration_pb2.UseCalibrationRequest, context: Context) -> session_pb2.Session:
        """Take a kept calibration into use, or none."""
        return messages.session_message(await self._calibrations.use(request))

    @_told
    async def ListCalibrations(
        self, request: calibration_pb2.ListCalibrationsRequest, context: Context
    ) -> calibration_pb2.ListCalibrationsResponse:
        """The calibrations that are kept."""
        return await self._calibrations.list(request)

    @_told
    async def DeleteCalibration(
        self, request: calibration_pb2.DeleteCalibrationRequest, context: Context
    ) -> calibration_pb2.DeleteCalibrationResponse:
        """Take a kept calibration away."""
        return await self._calibrations.delete(request)

    @_told
    async def ListProfiles(self, request: profile_pb2.ListProfilesRequest, context: Context) -> profile_pb2.ListProfilesResponse:
        """The kinds of avatars that frames can be made for."""
        return await asyncio.to_thread(self._profiles.list_profiles, request)

    @_told
    async def MatchMorphs(self, request: profile_pb2.MatchMorphsRequest, context: Context) -> profile_pb2.MatchMorphsResponse:
        """The profile that fits an avatar, and what it covers."""
        return await asyncio.to_thread(self._profiles.match_morphs, request)

    def _configure(self, request: session_pb2.ConfigureRequest) -> Session:
        sessions = self._sidecar.sessions
        options = messages.changed_options(sessions.get(request.session_id).options, request.options)
        return sessions.configure(request.session_id, options)

    def _check_models(self) -> list[ModelCheck]:
        store = self._sidecar.models
        return [store.verify(model_id) for model_id in store.manifest.ids]

    def _find_cameras(self) -> list[FoundCamera]:
        specs = [SourceSpec.parse(source.description) for source in self._held("camera")]
        return list_cameras({spec.camera_index for spec in specs}, self._sidecar.options.camera)

    def _find_microphones(self) -> MicrophoneListing:
        return list_microphones({source.key for source in self._held("microphone") if isinstance(source, MicrophoneSource)})

    def _held(self, modality: str) -> Iterator[Source]:
        """The sources of sessions that hold a device now: one that waits for consent holds none."""
        for session in self._sidecar.sessions.all():
            for source in session.sources:
                if source.modality == modality and session.state_of(source) in (SessionState.RUNNING, SessionState.RETRYING):
                    yield source
