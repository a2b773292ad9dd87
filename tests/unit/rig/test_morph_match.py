from __future__ import annotations

from pathlib import Path

import pytest

from affectia import registry
from affectia.rig.morph_list import read_morphs
from affectia.rig.morph_match import MorphMatch, match_every_profile, match_morphs
from affectia.rig.profile import Profile
from affectia.rig.profile_file import PROFILE_NAMES, packaged_profile, parse_profile
from affectia.rig.profile_sources import BLINKS, SOURCES
from affectia.rig.profile_text import profile_text

pytestmark = pytest.mark.unit

LISTS = Path(__file__).parent / "morph_lists"
VOWELS = ("A", "I", "U", "E", "O")


def best_of(name: str) -> MorphMatch:
    return match_morphs(read_morphs(LISTS / f"{name}.txt"))


def driven(profile: Profile | None) -> dict[str, set[str]]:
    assert profile is not None
    return {shape.name: {SOURCES[place] for place, _ in shape.row} for shape in profile.shapes}


def table(name: str) -> dict[str, tuple[int, int, int, str]]:
    """Profile -> covered, missing, stand-ins, level."""
    found = match_every_profile(read_morphs(LISTS / f"{name}.txt"))
    return {
        match.profile.name: (len(match.covered), len(match.missing), len({shape for shape, _ in match.replaced}), match.level)
        for match in found
    }


def test_ready_player_me_is_driven_by_shapes_on_every_mesh_and_by_no_viseme() -> None:
    match = best_of("ready_player_me")
    assert (match.profile.name, match.level, match.missing, match.replaced) == ("ready-player-me", "shapes", (), ())
    assert len(match.covered) == 52
    assert match.matches.count(("jawOpen", "Wolf3D_Teeth.jawOpen")) == 1
    assert {"Wolf3D_Head.viseme_aa", "Wolf3D_Head.mouthOpen", "Wolf3D_Head.eyesClosed"} <= set(match.unused)
    shapes = driven(match.fitted)
    assert shapes["Wolf3D_Head.jawOpen"] == shapes["Wolf3D_Teeth.jawOpen"] == {"jawOpen"}


def test_vroid_is_a_vrm_face_without_looks() -> None:
    match = best_of("vroid")
    assert (match.profile.name, match.level) == ("vrm1", "visemes")
    assert match.missing == ("lookUp", "lookDown", "lookLeft", "lookRight")
    assert match.replaced == (("eyeWide", "Face.M_F00_000_00_Fcl_EYE_Spread"),)
    shapes = driven(match.fitted)
    assert "aa" in shapes["Face.M_F00_000_00_Fcl_MTH_A"]
    assert shapes["Face.M_F00_000_00_Fcl_EYE_Close_L"] == {"eyeBlinkLeft"}
    assert "Face.M_F00_000_00_Fcl_EYE_Close" in match.unused


def test_a_poor_character_opens_its_mouth_and_blinks() -> None:
    match = best_of("game_character")
    assert (match.profile.name, match.level, match.missing) == ("jaw-only", "jaw", ())
    assert match.matches == (("jawOpen", "Head_Jaw_Open"), ("blink", "Head_Blink"))
    assert match.replaced == (("mouthSmile", "Head_Smile"),)
    assert match.unused == ("Basis", "Body_Fat", "Body_Muscle", "Ears_Long", "Armour_Fit", "Tooth_A")
    assert match.fitted is not None
    assert not match.fitted.tongue


def test_coverage_of_each_profile_on_a_rich_avatar() -> None:
    assert table("ready_player_me") == {
        "arkit52": (52, 0, 0, "shapes"),
        "ready-player-me": (52, 0, 0, "shapes"),
        "metahuman": (52, 0, 0, "shapes"),
        "metahuman-controls": (0, 67, 52, "shapes"),
        "vrm1-perfectsync": (52, 0, 0, "shapes"),
        "vrchat": (44, 24, 8, "shapes"),
        "oculus-visemes": (43, 0, 9, "visemes"),
        "vrm1": (4, 13, 46, "shapes"),
        "vrm0": (4, 12, 46, "shapes"),
        "mblab": (0, 30, 52, "shapes"),
        "jaw-only": (2, 0, 49, "shapes"),
    }


def test_coverage_of_each_profile_on_vroid() -> None:
    found = table("vroid")
    assert found["vrm1"] == (13, 4, 1, "visemes")
    assert found["vrm0"] == (12, 4, 1, "visemes")
    assert found["arkit52"] == (2, 50, 12, "visemes")
    assert found["mblab"] == (0, 30, 14, "visemes")
    assert {level for *_, level in found.values()} == {"visemes"}


def test_coverage_of_each_profile_on_a_poor_character() -> None:
    found = table("game_character")
    assert found["jaw-only"] == (2, 0, 1, "jaw")
    assert found["arkit52"] == (1, 51, 2, "jaw")
    assert found["vrm1"] == (0, 17, 3, "jaw")
    assert {level for *_, level in found.values()} == {"jaw"}


@pytest.mark.parametrize("name", ["ready_player_me", "vroid", "game_character"])
def test_covered_and_missing_are_the_whole_profile_and_a_morph_has_one_task(name: str) -> None:
    morphs = read_morphs(LISTS / f"{name}.txt")
    for match in match_every_profile(morphs):
        assert {*match.covered, *match.missing} == set(match.profile.shape_names)
        used = [morph for _, morph in (*match.matches, *match.replaced)]
        assert sorted([*used, *match.unused]) == sorted(morphs)


@pytest.mark.parametrize("name", ["ready_player_me", "vroid", "game_character"])
def test_nothing_is_moved_by_both_lids_and_each(name: str) -> None:
    for match in match_every_profile(read_morphs(LISTS / f"{name}.txt")):
        rows = [sources for sources in driven(match.fitted).values() if sources & {"eyesClosed", *[SOURCES[place] for place in BLINKS]}]
        assert not ({"eyesClosed"} in rows and {"eyeBlinkLeft"} in rows)


@pytest.mark.parametrize("name", ["ready_player_me", "vroid", "game_character"])
def test_a_fitted_profile_loads_again_and_matches_all_of_itself(name: str) -> None:
    morphs = read_morphs(LISTS / f"{name}.txt")
    for match in match_every_profile(morphs):
        assert match.fitted is not None
        again = parse_profile(profile_text(match.fitted), "again")
        assert again == match.fitted
        assert set(again.shape_names) <= set(morphs)
        assert again.level == match.level


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_each_profile_fits_its_own_names_wholly(name: str) -> None:
    profile = packaged_profile(name)
    match = match_morphs(profile.shape_names, profile)
    assert match.missing == ()
    assert match.matches == tuple((shape, shape) for shape in profile.shape_names)
    assert match.level == profile.level


@pytest.mark.parametrize("name", [name for name in PROFILE_NAMES if name not in ("ready-player-me", "vrm1-perfectsync")])
def test_each_profile_is_the_best_for_its_own_names(name: str) -> None:
    assert match_morphs(packaged_profile(name).shape_names).profile.name == name


@pytest.mark.parametrize("name", ["ready-player-me", "vrm1-perfectsync"])
def test_of_equals_the_one_is_best_whose_other_names_are_there_too(name: str) -> None:
    profile = packaged_profile(name)
    assert match_morphs((*profile.shape_names, *[shape.name for shape in profile.stand_ins])).profile.name == name


def test_visemes_stand_in_for_a_mouth_that_is_missing() -> None:
    eyes = [name for name, group in zip(registry.BLENDSHAPES, registry.BLENDSHAPE_GROUPS, strict=True) if group != 2]
    match = match_morphs([*eyes, *registry.VISEME_READY_PLAYER_ME], packaged_profile("arkit52"))
    assert match.level == "visemes"
    assert len(match.replaced) == 15
    assert len(match_morphs([*registry.BLENDSHAPES, *registry.VISEME_READY_PLAYER_ME], packaged_profile("arkit52")).replaced) == 0


def test_the_richer_visemes_win() -> None:
    both = [*VOWELS, *[f"vrc.v_{name.lower()}" for name in registry.VISEMES]]
    match = match_morphs(["eyeBlinkLeft", "eyeBlinkRight", *both], packaged_profile("arkit52"))
    assert {morph for _, morph in match.replaced} == set(both[5:])
    assert match.unused == VOWELS


def test_a_jaw_is_taken_only_where_nothing_else_moves_the_mouth() -> None:
    only = match_morphs(["mouthOpen", "blink"], packaged_profile("vrm1"))
    assert (only.level, only.replaced) == ("jaw", (("blink", "blink"), ("mouthOpen", "mouthOpen")))
    speaking = match_morphs(["mouthOpen", *VOWELS], packaged_profile("vrm1"))
    assert (speaking.level, speaking.replaced, speaking.unused) == ("visemes", (), ("mouthOpen",))


def test_one_smile_stands_in_for_two_and_not_beside_them() -> None:
    assert match_morphs(["mouthSmile"], packaged_profile("arkit52")).replaced == (("mouthSmile", "mouthSmile"),)
    sided = match_morphs(["mouthSmile", "mouthSmile_L", "mouthSmile_R"], packaged_profile("arkit52"))
    assert (len(sided.matches), sided.replaced, sided.unused) == (2, (), ("mouthSmile",))


def test_both_halves_of_one_shape_may_stand_in_together() -> None:
    match = match_morphs(["jawOpen", "cheekPuff_L", "cheekPuff_R"], packaged_profile("jaw-only"))
    assert match.replaced == (("cheekPuffLeft", "cheekPuff_L"), ("cheekPuffRight", "cheekPuff_R"))


def test_its_very_name_is_preferred_to_a_spelling() -> None:
    match = match_morphs(["JawOpen", "Head_Jaw_Open", "jawOpen", "jaw"], packaged_profile("arkit52"))
    assert match.matches == (("jawOpen", "JawOpen"), ("jawOpen", "jawOpen"))
    assert match_morphs(["Head_Jaw_Open", "jaw"], packaged_profile("arkit52")).matches == (("jawOpen", "jaw"),)


def test_nothing_that_is_known_makes_no_profile() -> None:
    match = match_morphs(["Basis", "Fat"], packaged_profile("vrm1"))
    assert (match.level, match.fitted, match.matches, match.unused) == ("none", None, (), ("Basis", "Fat"))
    assert match_morphs(["Basis"]).fitted is None


def test_names_that_do_not_fit_the_wire_are_not_used() -> None:
    long = "Head_With_A_Very_Long_Name_That_Somebody_Gave_To_It_Long_Ago.jawOpen"
    match = match_morphs([long, "jawOpen", "jawOpen"], packaged_profile("arkit52"))
    assert match.matches == (("jawOpen", "jawOpen"),)
    assert match.unused == (long,)


def test_a_profile_has_no_more_shapes_than_can_be_announced() -> None:
    match = match_morphs([f"part{number}.jawOpen" for number in range(1000)], packaged_profile("arkit52"))
    assert match.fitted is not None
    assert len(match.fitted.shapes) == 960
    assert len(match.matches) == 1000


def test_a_jaw_leaves_the_mouth_to_visemes_where_there_are_enough() -> None:
    speaking = match_morphs(["jawOpen", "eyeBlinkLeft", *VOWELS], packaged_profile("arkit52"))
    assert speaking.level == "visemes"
    assert speaking.covered == ("eyeBlinkLeft", "jawOpen")
    assert [morph for _, morph in speaking.replaced] == list(VOWELS)
    assert speaking.unused == ("jawOpen",)
    assert "jawOpen" not in driven(speaking.fitted)
    two = match_morphs(["jawOpen", "A", "I"], packaged_profile("arkit52"))
    assert (two.level, two.unused) == ("jaw", ("A", "I"))
    mute = match_morphs(["jawOpen", *VOWELS[1:]], packaged_profile("arkit52"))  # without the one that opens it
    assert (mute.level, mute.unused) == ("jaw", VOWELS[1:])


def test_a_lone_vowel_is_a_jaw_and_needs_no_other() -> None:
    match = match_morphs(["A", "mouthOpen"], packaged_profile("vrm0"))
    assert (match.level, match.matches, match.unused) == ("jaw", (("A", "A"),), ("mouthOpen",))


def test_a_face_that_shows_feelings_by_shapes_needs_no_moods() -> None:
    assert match_morphs([*registry.BLENDSHAPES, "Joy"], packaged_profile("arkit52")).unused == ("Joy",)
    assert match_morphs(["jawOpen", "Joy"], packaged_profile("arkit52")).replaced == (("happy", "Joy"),)


def test_stand_ins_of_one_profile_do_not_move_one_thing_twice() -> None:
    text = 'name = "p"\nlevel = "jaw"\n[shapes]\ngape = "jawOpen"\n[stand_ins]\ngrin = "mouthSmile"\nsmirk = "mouthSmileLeft"\n'
    match = match_morphs(["gape", "smirk", "grin"], parse_profile(text, "p"))
    assert match.replaced == (("grin", "grin"),)
    assert match.unused == ("smirk",)
