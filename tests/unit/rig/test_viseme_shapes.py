from __future__ import annotations

from importlib import resources

import numpy as np
import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.rig.viseme_shapes import TABLE, load_viseme_shapes
from tests.unit.fakes import SHAPE, VISEME

pytestmark = pytest.mark.unit

TEXT = (resources.files("affectia.rig") / TABLE).read_text(encoding="utf-8")


def test_every_viseme_has_a_row_of_the_mouth_alone_that_says_where_it_comes_from() -> None:
    table = load_viseme_shapes()
    assert table.shapes.shape == (15, 52)
    assert table.shapes.dtype == np.float32
    others = [place for place, group in enumerate(registry.BLENDSHAPE_GROUPS) if group != registry.Group.MOUTH]
    assert not table.shapes[:, others].any()
    assert not table.shapes[VISEME["sil"]].any()
    assert (np.delete(table.shapes, VISEME["sil"], axis=0).max(axis=1) > 0.1).all()
    assert len(set(table.kinds)) == 3
    assert all(table.sources)


def test_both_sides_of_a_pair_do_the_same() -> None:
    table = load_viseme_shapes()
    for name, place in SHAPE.items():
        if name.endswith("Left") and name not in ("jawLeft", "mouthLeft"):
            np.testing.assert_array_equal(table.shapes[:, place], table.shapes[:, SHAPE[name[:-4] + "Right"]])


def test_vowels_follow_the_loudness_and_consonants_hardly() -> None:
    table = load_viseme_shapes()
    rise = table.loud - table.quiet
    assert rise[VISEME["aa"]] == pytest.approx(0.6)
    assert table.quiet[VISEME["aa"]] == pytest.approx(0.55)
    assert 0 < rise[VISEME["DD"]] < 0.2
    assert rise[VISEME["sil"]] == 0


def test_closures_have_floors_without_a_jaw() -> None:
    table = load_viseme_shapes()
    assert table.closure_strength[VISEME["PP"]].tolist() == [1, 0]
    assert table.closure_strength[VISEME["FF"]].tolist() == [0, pytest.approx(0.8)]
    assert np.count_nonzero(table.closure_strength) == 2
    assert not table.closure_floors[:, SHAPE["jawOpen"]].any()
    assert table.closure_floors[0, SHAPE["mouthPressLeft"]] == pytest.approx(0.5)
    assert table.closure_floors[1, SHAPE["mouthRollLower"]] == pytest.approx(0.3)
    assert table.closure_jaw_caps.tolist() == pytest.approx([0.1, 0.1])


def test_without_a_tongue_a_share_of_it_opens_the_jaw() -> None:
    table = load_viseme_shapes()
    shapes = table.without_tongue()
    assert not shapes[:, SHAPE["tongueOut"]].any()
    th = table.shapes[VISEME["TH"]]
    assert shapes[VISEME["TH"], SHAPE["jawOpen"]] == pytest.approx(th[SHAPE["jawOpen"]] + 0.2 * th[SHAPE["tongueOut"]])
    assert table.shapes[VISEME["TH"], SHAPE["tongueOut"]] > 0, "the table itself stays"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("[visemes.PP]", "[visemes.XX]", "viseme 'XX' is unknown"),
        ("[visemes.PP]", "[other]", "section 'other' is unknown"),
        ("mouthPress = 0.5", "mouthPres = 0.5", "shape 'mouthPres' of viseme 'PP' is unknown"),
        ("mouthPress = 0.5", "browInnerUp = 0.5", "shape 'browInnerUp' of viseme 'PP' is not of the mouth"),
        ("mouthPress = 0.5", "mouthPress = 1.5", "shape 'mouthPress' of viseme 'PP' is 1.5, expected 0 to 1"),
        ("mouthPress = 0.5", "mouthPress = nan", "shape 'mouthPress' of viseme 'PP' is nan, expected 0 to 1"),
        ("mouthPress = 0.5", "mouthPress = 0.5, mouthPressLeft = 0.2", "stands there twice"),
        ('kind = "rest"', 'kind = "noise"', "kind of viseme 'sil' is 'noise'"),
        ("shapes = {}", "shapes = 3", "shapes of viseme 'sil' is 3"),
        ('closure = "pp"', 'closure = "qq"', "closure of viseme 'PP' is 'qq'"),
        ('closure = "pp"\n', "", "viseme 'PP' has one of closure and strength"),
        ('closure = "pp"', 'closure = "ff"', "closure 'pp' has 0 visemes"),
        ("strength = 0.8", "strength = 8", "strength of viseme 'FF' is 8"),
        ("jaw_cap = 0.1", "jaw_cap = -0.1", "jaw_cap of viseme 'PP' is -0.1"),
        ("jaw_cap = 0.1", "jaw_cup = 0.1", "key of viseme 'PP' 'jaw_cup' is unknown"),
        ("vowel = [0.55, 1.15]", "vowel = [0.55]", r"loudness of 'vowel' is \[0.55\], expected two numbers"),
        ("favour = 2.0", "favour = true", "favour of jaw is True"),
        ("jaw_share = 0.2", "jaw_share = 'x'", "jaw_share of tongue is 'x'"),
        ('from = "openfacefx 0.24"', 'from = ""', "viseme 'PP' does not say where it comes from"),
        ("[jaw]", "[jaw", "is no TOML"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(before: str, after: str, message: str) -> None:
    assert before in TEXT
    with pytest.raises(ConfigError, match=message):
        load_viseme_shapes(TEXT.replace(before, after, 1))


def test_a_viseme_that_is_missing_is_named() -> None:
    start, end = TEXT.index("[visemes.kk]"), TEXT.index("[visemes.CH]")
    with pytest.raises(ConfigError, match="viseme 'kk' has no row"):
        load_viseme_shapes(TEXT[:start] + TEXT[end:])
