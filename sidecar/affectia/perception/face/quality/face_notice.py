"""The one sentence that tells a person what would help, steady enough to be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

DELAY_SECS: Final = 1.0  # a trouble must have lasted so long, and be gone so long
_SIZE_STEP_PX: Final = 6  # a size in the sentence follows the face only in steps

SMALL: Final = "face is small ({size_px} px), come closer"
NOTICES: Final = (  # the first that holds is shown
    "face is partly outside the picture: move back into view",
    "picture is dark: give the face more light",
    "light comes from behind the face: put a light before it or turn away from the window",
    "picture is overexposed: dim the light or lower the camera's exposure",
    "picture is noisy: give the face more light or lower the camera's gain",
    SMALL,
    "picture is blurred: clean the lens, or let the camera focus",
    "eyes are covered",
    "mouth is covered",
)
OUTSIDE, DARK, BACKLIT, OVEREXPOSED, NOISY, TOO_SMALL, BLURRED, EYES_COVERED, MOUTH_COVERED = range(len(NOTICES))


class FaceNotice:
    """Debounces troubles, in the order of `NOTICES`, into at most one sentence."""

    def __init__(self) -> None:
        self._held_secs = [0.0] * len(NOTICES)
        self._shown = [False] * len(NOTICES)
        self._size_px = 0

    def reset(self) -> None:
        """A new face: nothing is known."""
        self._held_secs = [0.0] * len(NOTICES)
        self._shown = [False] * len(NOTICES)
        self._size_px = 0

    def step(self, troubles: Sequence[bool], *, size_px: float, elapsed_secs: float) -> str:
        """The sentence after `elapsed_secs` in which these troubles held or did not; empty when all is well."""
        if not any(troubles) and not any(self._held_secs):
            return ""  # nearly always
        for number, trouble in enumerate(troubles):
            held = self._held_secs[number] + (elapsed_secs if trouble else -elapsed_secs)
            self._held_secs[number] = min(max(held, 0.0), DELAY_SECS)
            if self._held_secs[number] in (0.0, DELAY_SECS):
                self._shown[number] = self._held_secs[number] > 0.0
        if abs(size_px - self._size_px) >= _SIZE_STEP_PX:
            self._size_px = round(size_px)
        for number, shown in enumerate(self._shown):
            if shown:
                return NOTICES[number].format(size_px=self._size_px)
        return ""
