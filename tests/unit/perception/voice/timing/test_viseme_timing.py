from __future__ import annotations

from importlib import resources

import pytest

from affectia.errors import ConfigError
from affectia.perception.voice.timing.viseme_timing import TABLE, load_viseme_timing
from tests.unit.fakes import VISEME

pytestmark = pytest.mark.unit

TEXT = (resources.files("affectia.perception.voice.timing") / TABLE).read_text(encoding="utf-8")


def test_vowels_are_stronger_and_slower_than_consonants() -> None:
    table = load_viseme_timing()
    aa, dd = VISEME["aa"], VISEME["DD"]
    assert table.alpha[aa] > table.alpha[dd]
    assert table.theta_per_sec[aa] < table.theta_per_sec[dd]
    assert load_viseme_timing(TEXT).alpha.tolist() == table.alpha.tolist()


def test_lips_round_60_to_120_millis_ahead_and_stops_occlude() -> None:
    table = load_viseme_timing()
    for name in ("oh", "ou"):
        assert 0.06 <= table.ahead_secs[VISEME[name]] <= 0.12
    assert table.ahead_secs[VISEME["aa"]] == 0
    assert [name for name, place in VISEME.items() if table.occludes[place]] == ["PP", "FF", "DD", "kk"]
    assert table.duration[VISEME["SS"]] == pytest.approx(1.23)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("sil = { alpha", "silence = { alpha", "visemes of the table are not the 15"),
        ("alpha = 0.85", "alpha = 0", "alpha of viseme 'sil' is 0, expected 0.05 to 2"),
        ("alpha = 0.85, ", "", "alpha of viseme 'sil' is None"),
        ("theta = 38", "theta = true", "theta of viseme 'sil' is True"),
        ("theta = 38", "teta = 38", "key 'teta' of viseme 'sil' is unknown"),
        ("ahead = 0.06", "ahead = nan", "ahead of viseme 'CH' is nan"),
        ("occlusion = true", "occlusion = 1", "occlusion of viseme 'PP' is 1"),
        ("[visemes]", "[visemes", "is no TOML"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(before: str, after: str, message: str) -> None:
    assert before in TEXT
    with pytest.raises(ConfigError, match=message):
        load_viseme_timing(TEXT.replace(before, after, 1))
