"""The pictures of a session that has none: a voice alone."""

from __future__ import annotations

from affectia.capture.source import Source, SourceState


class NoPictures(Source):
    """A source that never delivers and has no thread; nobody's consent."""

    description = "none"

    def start(self, *, name: str) -> None:
        """Nothing is started."""
        self.state = SourceState.RUNNING

    def stop(self, timeout_secs: float = 2.0) -> None:
        """Nothing is stopped."""
        self.state = SourceState.ENDED

    def _run(self) -> None:
        """Never called: there is no thread."""
