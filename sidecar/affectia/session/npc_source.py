"""The pictures of avatars that act by themselves: none, and nobody is captured."""

from __future__ import annotations

from affectia.capture.source import Source, SourceState


class NpcSource(Source):
    """A source that never delivers and has no thread, and yet runs: its avatars live; nobody's consent."""

    description = "npc"

    def start(self, *, name: str) -> None:
        """Nothing is started."""
        self.state = SourceState.RUNNING

    def stop(self, timeout_secs: float = 2.0) -> None:
        """Nothing is stopped."""
        self.state = SourceState.ENDED

    def _run(self) -> None:
        """Never called: there is no thread."""
