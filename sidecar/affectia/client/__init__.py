"""A subscriber for scripts and notebooks.

from affectia.client import Subscriber

with Subscriber(avatars=["default"]) as subscriber:
    for received in subscriber.frames():
        weights = received.frame.blendshape_weights()
        print(received.avatar_id, received.frame.sequence, weights.max())
"""

from affectia.client.subscriber import ReceivedFrame, Subscriber, SubscriberStats
from affectia.client.timeline import Timeline, TimelineOptions
from affectia.client.timeline_pose import TimelinePose

__all__ = ["ReceivedFrame", "Subscriber", "SubscriberStats", "Timeline", "TimelineOptions", "TimelinePose"]
