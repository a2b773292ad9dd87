from __future__ import annotations

import pytest

from affectia import registry
from affectia.rig.morph_names import meaning, meanings, own_part

pytestmark = pytest.mark.unit


def means(name: str, shape: str) -> bool:
    return meaning(shape).key in {reading.key for reading in meanings(name)}


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Wolf3D_Head.mouthOpen", "mouthOpen"),
        ("blendShape1.jawOpen", "jawOpen"),
        ("Face.M_F00_000_00_Fcl_MTH_A", "M_F00_000_00_Fcl_MTH_A"),
        ("jawOpen.001", "jawOpen"),
        ("rig:head|jawOpen", "jawOpen"),
        ("vrc.v_aa", "v_aa"),
        ("1.2", "1.2"),
        ("...", "..."),
    ],
)
def test_a_name_is_told_from_those_of_its_mesh(name: str, part: str) -> None:
    assert own_part(name) == part


@pytest.mark.parametrize(
    "name",
    [
        "eyeBlinkLeft",
        "EyeBlinkLeft",
        "eyeBlink_L",
        "eye_blink_left",
        "Eye-Blink-Left",
        "eyeblinkleft",
        "eyeblinkl",
        "EYE_BLINK_LEFT",
        "L_eyeBlink",
        "LeftEyeBlink",
        "EyeBlinkL",
        "Blink_L",
        "blinkLeft",
        "EyeClosedLeft",
        "Fcl_EYE_Close_L",
        "Face.M_F00_000_00_Fcl_EYE_Close_L",
        "head_eyeBlink_L",
        "blendShape1.eyeBlink_L",
        "Head.eyeBlinkLeft.003",
    ],
)
def test_all_spellings_of_a_blink_are_one(name: str) -> None:
    assert means(name, "eyeBlinkLeft")
    assert not means(name, "eyeBlinkRight")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("Mouth_Smile_Left", "mouthSmileLeft"),
        ("MouthCornerPullRight", "mouthSmileRight"),
        ("Head_Jaw_Open", "jawOpen"),
        ("CTRL_expressions_jawOpen", "jawOpen"),
        ("CTRL_expressions_jawOpen", "CTRL_expressions_jawOpen"),
        ("ctrl_expressions_jawopen", "CTRL_expressions_jawOpen"),
        ("viseme_pp", "viseme_PP"),
        ("vrc.v_pp", "viseme_PP"),
        ("v_ih", "viseme_I"),
        ("A", "aa"),
        ("あ", "aa"),
        ("まばたき", "blink"),
        ("Face.M_F00_000_00_Fcl_MTH_A", "A"),
        ("Fcl_ALL_Joy", "happy"),
        ("Joy", "happy"),
        ("LookUp", "eyesLookUp"),
        ("LipSuckUpper", "mouthRollUpper"),
        ("MouthRaiserLower", "mouthShrugLower"),
        ("Expressions_mouthSmileL_max", "Expressions_mouthSmileL_max"),
    ],
)
def test_names_that_mean_the_same_are_found(name: str, shape: str) -> None:
    assert means(name, shape)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("Tooth_A", "aa"),
        ("option_e", "ee"),
        ("hair_puff", "cheekPuff"),
        ("tail_smile", "mouthSmile"),
        ("eyeBlinkLeft", "eyeBlink"),
        ("eyeBlink", "eyeBlinkLeft"),
        ("MouthUpperLeft", "mouthUpperUpLeft"),
        ("mouthLeft", "mouthRight"),
        ("jawLeft", "jawOpen"),
        ("viseme_aa", "aa"),
        ("eyeLookInLeft", "eyeLookOutLeft"),
    ],
)
def test_names_that_mean_something_else_are_not(name: str, shape: str) -> None:
    assert not means(name, shape)


def test_no_two_arkit_shapes_or_visemes_mean_the_same() -> None:
    names = (*registry.BLENDSHAPES, *registry.VISEME_READY_PLAYER_ME)
    assert len({meaning(name).key for name in names}) == len(names)


def test_the_surest_reading_comes_first() -> None:
    found = meanings("head_mesh_eyeBlink_L")
    assert [reading.doubt for reading in found] == sorted(reading.doubt for reading in found)
    assert found[0].spelled == "headmesheyeblink_left"
    assert (found[2].spelled, found[2].key, found[2].doubt) == ("eyeblink_left", "eyeBlink_left", 2)


def test_a_name_without_words_means_nothing() -> None:
    assert [reading.key for reading in meanings("___")] == [""]
