"""The kinds of avatars, and how one's morph targets fit them, as the control service tells of them."""

from __future__ import annotations

from affectia.rig.match_report import match_report
from affectia.rig.morph_list import checked_morphs
from affectia.rig.morph_match import match_morphs
from affectia.rig.profile_file import PROFILE_NAMES, load_profile, packaged_profile
from affectia.v1 import profile_pb2


class ProfileCalls:
    """Answers ListProfiles and MatchMorphs; any thread, nothing is kept. A match takes some ten milliseconds."""

    def list_profiles(self, request: profile_pb2.ListProfilesRequest) -> profile_pb2.ListProfilesResponse:
        """Every profile of the package."""
        profiles = [packaged_profile(name) for name in PROFILE_NAMES]
        return profile_pb2.ListProfilesResponse(
            profiles=[profile_pb2.Profile(name=known.name, title=known.title, shapes=known.shape_names) for known in profiles]
        )

    def match_morphs(self, request: profile_pb2.MatchMorphsRequest) -> profile_pb2.MatchMorphsResponse:
        """How an avatar's morphs fit a profile, or the one that fits best; raises ConfigError."""
        morphs = checked_morphs(request.morphs)
        match = match_morphs(morphs, load_profile(request.profile) if request.profile else None)
        return profile_pb2.MatchMorphsResponse(
            profile=match.profile.name,
            level=match.level,
            matches=[profile_pb2.MorphMatch(shape=shape, morph=morph) for shape, morph in (*match.matches, *match.replaced)],
            missing=match.missing,
            unused=match.unused,
            report=match_report(match),
        )
