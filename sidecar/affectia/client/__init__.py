"""A subscriber for scripts and notebooks.

What moves an avatar, as it comes:

from affectia.client import Subscriber

with Subscriber(avatars=["default"]) as subscriber:
    for received in subscriber.frames():
        weights = received.frame.blendshape_weights()
        print(received.avatar_id, received.frame.sequence, weights.max())

How somebody feels, and what the face does in words - action units, gaze, blinks - when it is asked for:

from affectia import registry
from affectia.client import BlinkCounter, Subscriber
from affectia.registry import Group

blinks = BlinkCounter()
with Subscriber(avatars=["default"], affect=True) as subscriber:
    for received in subscriber.updates():
        update = received.update
        if update.affect is not None and update.is_valid(Group.EMOTION):
            valence, arousal, _dominance = (n / registry.UNIT_AFFECT_I8 for n in update.affect)  # -1..1, moving all the time
            print(update.label() or "nothing clear", f"valence {valence:+.2f}", f"arousal {arousal:+.2f}", update.emotion_scores())
        units = update.action_unit_intensities()  # those that are measured right now, 0..1
        print("smile", units.get("au12_smile", "not measured"))
        if new := blinks.add(update):
            print(new.both, "blinks, the last one of", new.last_millis, "ms")

Both, in order of arrival: `for received in subscriber.messages()`, each a ReceivedFrame or a ReceivedUpdate. Every single one, on the
receiving thread: `Subscriber(listener=..., affect_listener=..., track_listener=...)`. The newest, whenever it is needed, as a game's
loop does: `subscriber.latest("default")` and `subscriber.latest_update("default")`.

The mouth of a spoken line, at the position that its sound is played at:

from affectia.client import Subscriber, TrackQueue

queue = TrackQueue()
with Subscriber(avatars=["default"], tracks=True) as subscriber:
    for received in subscriber.chunks(timeout_secs=1):  # in a thread of its own, or whatever is there before each display frame
        queue.push(received.chunk)
pose = queue.sample(1.5 * queue.sample_rate_hz)  # 1.5 s into the line
print(dict(zip(pose.layout.parts[0], pose.blendshapes)) if pose.is_valid else "shut")
"""

from affectia.client.blink_counter import BlinkCounter, Blinks
from affectia.client.received import Received, ReceivedChunk, ReceivedFrame, ReceivedUpdate
from affectia.client.subscriber import Subscriber, SubscriberStats
from affectia.client.timeline import Timeline, TimelineOptions
from affectia.client.timeline_pose import TimelinePose
from affectia.client.track_queue import TrackPose, TrackQueue

__all__ = [
    "BlinkCounter",
    "Blinks",
    "Received",
    "ReceivedChunk",
    "ReceivedFrame",
    "ReceivedUpdate",
    "Subscriber",
    "SubscriberStats",
    "Timeline",
    "TimelineOptions",
    "TimelinePose",
    "TrackPose",
    "TrackQueue",
]
