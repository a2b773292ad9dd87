from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from affectia.session.speech.speech_events import Ended, EndReason, Flushed, Progress, SpeechEvent

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("event", [Progress(1, 2), Flushed(3, 4), Ended(EndReason.FLUSHED, 5, 6, ())])
def test_what_crosses_threads_cannot_be_changed(event: SpeechEvent) -> None:
    name = next(iter(type(event).__dataclass_fields__))
    with pytest.raises(FrozenInstanceError):
        setattr(event, name, 0)
