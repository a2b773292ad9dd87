from __future__ import annotations

from pathlib import Path

import pytest

from affectia import registry
from affectia.errors import CaptureError, ConfigError
from affectia.registry import Group
from affectia.rig.profile import Curve, Profile, ProfileShape
from affectia.rig.profile_file import MOST_BYTES, PROFILE_NAMES, load_profile, packaged_profile, parse_profile
from affectia.rig.profile_sources import BLINKS, PLACES, SOURCES
from affectia.rig.retarget import Retarget
from affectia.wire.frame_template import FrameTemplate
from affectia.wire.layout import LayoutMessage, encode, try_decode

pytestmark = pytest.mark.unit

HEAD = 'name = "mine"\nlevel = "jaw"\n'


def parsed(body: str, head: str = HEAD) -> Profile:
    return parse_profile(head + body, "mine.toml")


def shape(line: str) -> ProfileShape:
    (found,) = parsed(f"[shapes]\n{line}\n").shapes
    return found


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_a_packaged_profile_is_whole(name: str) -> None:
    profile = packaged_profile(name)
    assert profile.name == name
    assert profile.title
    names = profile.shape_names
    assert len(names) == len(set(names))
    assert all(shape.row for shape in (*profile.shapes, *profile.stand_ins))
    assert not set(names) & {shape.name for shape in profile.stand_ins}
    assert not profile.resting


def test_every_file_of_the_package_has_its_name_in_the_list() -> None:
    folder = Path(__file__).parents[3] / "sidecar" / "affectia" / "rig" / "profiles"
    assert {path.stem for path in folder.glob("*.toml")} == set(PROFILE_NAMES)


def test_arkit_and_ready_player_me_are_the_standard_layout() -> None:
    assert [name for name in PROFILE_NAMES if packaged_profile(name).is_standard] == ["arkit52", "ready-player-me"]


def test_metahuman_has_the_names_that_live_link_sends() -> None:
    names = packaged_profile("metahuman").shape_names
    assert names == tuple(name[0].upper() + name[1:] for name in registry.BLENDSHAPES)
    assert {"EyeBlinkLeft", "JawOpen", "TongueOut"} <= set(names)


def test_metahuman_looks_left_with_the_left_eye_out_and_the_right_eye_in() -> None:
    looks = {
        shape.name.removeprefix("CTRL_expressions_eyeLook"): shape.sources[0][0] for shape in packaged_profile("metahuman-controls").shapes
    }
    assert looks["LeftL"] == "eyeLookOutLeft"
    assert looks["LeftR"] == "eyeLookInRight"
    assert looks["RightL"] == "eyeLookInLeft"
    assert looks["RightR"] == "eyeLookOutRight"


@pytest.mark.parametrize("name", ["vrm0", "vrm1"])
def test_vrm_never_closes_a_lid_twice(name: str) -> None:
    closing = [shape for shape in packaged_profile(name).shapes if {place for place, _ in shape.row} & {*BLINKS, PLACES["eyesClosed"]}]
    assert [shape.row for shape in closing] == [((BLINKS[0], 1),), ((BLINKS[1], 1),)]


@pytest.mark.parametrize("name", ["vrm0", "vrm1", "oculus-visemes"])
def test_profiles_of_visemes_take_no_speech_from_shapes(name: str) -> None:
    profile = packaged_profile(name)
    speech = {PLACES[shape] for shape in ("jawOpen", "mouthFunnel", "mouthPucker", "mouthClose", "mouthLowerDownLeft")}
    assert not any({place for place, _ in shape.row} & speech for shape in profile.shapes)
    assert profile.level == "visemes"


def test_vrm_takes_every_viseme_but_those_of_closed_lips_and_every_mood() -> None:
    used = {SOURCES[place] for shape in packaged_profile("vrm1").shapes for place, _ in shape.row}
    assert set(registry.VISEMES) - used == {"sil", "PP"}
    assert set(registry.EMOTIONS) <= used


def test_a_name_alone_is_one_source() -> None:
    assert shape('Blink_L = "eyeBlinkLeft"') == ProfileShape("Blink_L", (("eyeBlinkLeft", 1.0),))


def test_a_table_says_all_of_a_shape() -> None:
    found = shape(
        '"Face.A b" = { from = { aa = 1, jawOpen = -0.5 }, gain = 1.5, offset = -0.1, limit = [0.1, 0.9], group = "eyes", '
        'curve = { kind = "sigmoid", steepness = 8, middle = 0.3 } }'
    )
    assert found.name == "Face.A b"
    assert found.sources == (("aa", 1.0), ("jawOpen", -0.5))
    assert (found.gain, found.offset, found.limit, found.group) == (1.5, -0.1, (0.1, 0.9), Group.EYES)
    assert found.curve == Curve("sigmoid", steepness=8, middle=0.3)
    assert shape('x = { from = "aa", limit = 0.6, curve = "damped" }') == ProfileShape(
        "x", (("aa", 1.0),), limit=(0, 0.6), curve=Curve("damped")
    )


def test_a_profile_may_leave_a_group_to_the_engine_and_swap_sides() -> None:
    profile = parsed('tongue = false\nmirror = true\n[routing]\nhead = "none"\neyes = "own"\n[shapes]\nx = "aa"')
    assert profile.resting == (Group.HEAD,)
    assert (profile.mirrored, profile.tongue, profile.title, profile.level) == (True, False, "mine", "jaw")


def test_extending_keeps_what_is_not_said_anew() -> None:
    profile = parse_profile(
        'name = "mine"\nextends = "vrm1"\n[shapes]\naa = { gain = 0.7 }\nhappy = "mouthSmile"\nTail = "happy"\n[stand_ins]\n', "mine.toml"
    )
    base = packaged_profile("vrm1")
    assert profile.shape_names == (*base.shape_names, "Tail")
    assert profile.shapes[0].gain == 0.7
    assert profile.shapes[0].sources == base.shapes[0].sources
    assert {shape.name: shape for shape in profile.shapes}["happy"].sources == (("mouthSmile", 1.0),)
    assert (profile.level, profile.tongue, profile.title, profile.stand_ins) == (base.level, base.tongue, base.title, base.stand_ins)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("[shapes]\n", "profile has 0 shapes, expected 1 to 960"),
        ("shapes = 3", "shapes of profile is 3, expected a table"),
        ("[shape]\n", "key of profile is 'shape', expected one of"),
        ('tongue = "no"\n[shapes]\nx = "aa"', "tongue of profile is 'no', expected true or false"),
        ('title = ""\n[shapes]\nx = "aa"', "title of profile is '', expected a text"),
        ('extends = "arkit"\n[shapes]\nx = "aa"', "profile is 'arkit', expected one of arkit52, .*, did you mean arkit52"),
        ('[routing]\nhair = "none"\n[shapes]\nx = "aa"', "group of routing is 'hair', expected one of eyes"),
        ('[routing]\nhead = "b"\n[shapes]\nx = "aa"', "routing of head is 'b', expected one of none, own"),
        ('routing = 1\n[shapes]\nx = "aa"', "routing of profile is 1, expected a table of groups"),
        ("[shapes]\nx = 1", "shape 'x' is 1, expected the name of a source or a table"),
        ('[shapes]\nx = "jawOpne"', "source of shape 'x' is 'jawOpne', expected a blendshape, .* did you mean jawOpen"),
        ('[shapes]\nx = "qqqqqq"', "source of shape 'x' is 'qqqqqq', expected a blendshape, .* or an action unit: mine.toml"),
        ("[shapes]\nx = { gain = 1 }", "shape 'x' has no from"),
        ("[shapes]\nx = { from = 1 }", "from of shape 'x' is 1, expected a table of sources"),
        ("[shapes]\nx = { from = { aa = 11 } }", "factor of 'aa' in shape 'x' is 11, expected -10 to 10"),
        ("[shapes]\nx = { from = { aa = true } }", "factor of 'aa' in shape 'x' is True"),
        ("[shapes]\nx = { from = { aa = nan } }", "factor of 'aa' in shape 'x' is nan"),
        ('[shapes]\nx = { from = "aa", gain = -1 }', "gain of shape 'x' is -1, expected 0 to 10"),
        ('[shapes]\nx = { from = "aa", offset = 2 }', "offset of shape 'x' is 2, expected -1 to 1"),
        ('[shapes]\nx = { from = "aa", limit = [0.5, 0.2] }', "limit of shape 'x' is 0.5 to 0.2, expected the smaller number first"),
        ('[shapes]\nx = { from = "aa", limit = 1.5 }', "limit of shape 'x' is 1.5, expected 0 to 1"),
        ('[shapes]\nx = { from = "aa", curve = "cubic" }', "curve of shape 'x' is 'cubic', expected one of linear, damped, sigmoid"),
        ('[shapes]\nx = { from = "aa", curve = 2 }', "curve of shape 'x' is 2, expected its kind or a table"),
        ('[shapes]\nx = { from = "aa", curve = { kind = "damped", damping = 0.6 } }', "damping of shape 'x' is 0.6, expected 0 to 0.5"),
        (
            '[shapes]\nx = { from = "aa", curve = { kind = "damped", damp = 0.1 } }',
            "key of curve of shape 'x' is 'damp', .* did you mean damping",
        ),
        ('[shapes]\nx = { from = "aa", group = "hair" }', "group of shape 'x' is 'hair', expected one of eyes"),
        ('[shapes]\nx = { from = "aa", clip = 1 }', "key of shape 'x' is 'clip', expected one of from"),
        (f'[shapes]\n"{"ä" * 33}" = "aa"', "name of shape 'ä{20}' has 66 bytes, expected 1 to 64"),
        ('[shapes]\n"" = "aa"', "name of shape '' has 0 bytes, expected 1 to 64"),
        ("[shapes\n", "profile is no TOML"),
        (f"[shapes]\nx = {'9' * 5000}", "profile is no TOML"),
        (f"[shapes]\nx = 0x{'f' * 5000}", "shape 'x' is a very large number, expected the name of a source or a table"),
        (f"[shapes]\nx = {'[' * 5000}", "profile is no TOML"),
    ],
)
def test_what_is_wrong_is_named(body: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem) as caught:
        parsed(body)
    assert str(caught.value).endswith(": mine.toml")


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        ('level = "jaw"\n', "name of profile is missing, expected a text"),
        ('name = 3\nlevel = "jaw"\n', "name of profile is 3, expected a text"),
        ('name = "x"\n', "level of profile is '', expected one of shapes, visemes, jaw, none"),
        ('name = "x"\nlevel = "lips"\n', "level of profile is 'lips', expected one of"),
    ],
)
def test_a_profile_says_its_name_and_level(head: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        parsed('[shapes]\nx = "aa"', head)


def test_the_most_shapes_with_the_longest_names_can_be_announced_and_sent() -> None:
    profile = parsed("[shapes]\n" + "\n".join(f'"{number:0>64}" = "aa"' for number in range(960)))
    layout = Retarget(1).set(0, profile)
    announced = try_decode(encode(LayoutMessage(2**32 - 1, layout, 192_000, 65_535)))[1]
    assert announced is not None
    assert announced.layout == layout
    assert FrameTemplate(layout, 2).row_bytes + 100 < registry.WIRE_MAX_FRAME_BYTES


def test_too_many_shapes_are_refused() -> None:
    with pytest.raises(ConfigError, match="profile has 961 shapes, expected 1 to 960"):
        parsed("[shapes]\n" + "\n".join(f'x{number} = "aa"' for number in range(961)))


def test_a_profile_is_found_by_name_and_by_path(tmp_path: Path) -> None:
    path = tmp_path / "Mine.TOML"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode() + b'[shapes]\r\nx = "aa"\r\n')
    assert load_profile(str(path)).name == "mine"
    assert load_profile("vrm1") is packaged_profile("vrm1")
    assert load_profile("").name == "arkit52"
    with pytest.raises(ConfigError, match="profile is 'vrm2', expected one of .*, did you mean vrm"):
        load_profile("vrm2")


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    with pytest.raises(CaptureError, match=r"profile cannot be read \(no such file or directory\): .*p.toml"):
        load_profile(str(path))
    path.write_bytes(b"name = '\xff'")
    with pytest.raises(ConfigError, match=r"profile is no UTF-8 text: .*p.toml"):
        load_profile(str(path))
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    with pytest.raises(ConfigError, match="profile has more than 1048576 bytes"):
        load_profile(str(path))
