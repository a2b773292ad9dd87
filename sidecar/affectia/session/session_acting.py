"""How the avatars of a session act: as which kind, by which mapping, and whether they live where nothing is captured of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from affectia.rig.mapping.mapping_variant import MappingVariant
from affectia.rig.profile import Profile
from affectia.rig.profile_file import load_profile
from affectia.signals.face_calibration import FaceCalibration

AUTO, ON, OFF = "auto", "on", "off"


@dataclass(frozen=True, slots=True)
class SessionActing:
    """What was chosen for a session; `calibration` is that of its first face, None where what is measured is shown as it is.

    `idle`: AUTO lets avatars live whose session has no pictures of its own, ON also those of whom nothing is seen, OFF none; `seed` is of
    their idle life.
    """

    profile: Profile = field(default_factory=lambda: load_profile(""))
    mapping: MappingVariant = MappingVariant.SHAPES
    calibration: FaceCalibration | None = None
    idle: str = AUTO
    seed: int = 0

    def lives(self, *, has_pictures: bool) -> bool:
        """Whether idle life may drive its avatars; whoever asks looks after consent."""
        return self.idle == ON or (self.idle == AUTO and not has_pictures)
