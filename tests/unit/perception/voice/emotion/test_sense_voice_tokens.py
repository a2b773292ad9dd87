from __future__ import annotations

from pathlib import Path

import pytest

from affectia import registry
from affectia.errors import ModelCorrupt, ModelMissing
from affectia.perception.voice.emotion.sense_voice_tokens import NAMES, SenseVoiceTokens
from tests.unit.perception.voice.emotion.made_sense_voice import IDS, save_tokens

pytestmark = pytest.mark.unit

PUBLISHED = {
    "<|HAPPY|>": 25001,
    "<|SAD|>": 25002,
    "<|ANGRY|>": 25003,
    "<|NEUTRAL|>": 25004,
    "<|FEARFUL|>": 25005,
    "<|DISGUSTED|>": 25006,
    "<|SURPRISED|>": 25007,
    "<|EMO_UNKNOWN|>": 25009,
}


def test_the_file_says_which_id_a_token_has(tmp_path: Path) -> None:
    tokens = SenseVoiceTokens.read(save_tokens(tmp_path / "tokens.txt"))
    by_emotion = {registry.EMOTIONS[row]: int(number) for row, number in zip(tokens.emotion_rows, tokens.emotions, strict=True)}
    assert by_emotion == {"neutral": 14, "happy": 30, "sad": 12, "angry": 13, "surprise": 7, "disgust": 8, "fear": 9}
    assert (tokens.unknown, tokens.no_speech) == (31, 25)
    assert dict(zip(tokens.language_names, tokens.languages.tolist(), strict=True)) == {"zh": 20, "en": 21, "yue": 22, "ja": 23, "ko": 24}
    events = {
        registry.VOICE_EVENTS[bit.bit_length() - 1]: int(number) for bit, number in zip(tokens.event_bits, tokens.events, strict=True)
    }
    assert events == {
        "bgm": 33,
        "speech": 34,
        "applause": 35,
        "laughter": 36,
        "cry": 37,
        "sneeze": 38,
        "breath": 39,
        "cough": 40,
    }
    assert tokens.other_events.tolist() == [41]
    assert tokens.highest == 41


def test_published_ids_are_taken_where_the_file_says_so() -> None:
    tokens = SenseVoiceTokens.from_ids(IDS | PUBLISHED, where="")
    assert tokens.emotions.tolist() == [25004, 25001, 25002, 25003, 25007, 25006, 25005]
    assert (tokens.unknown, tokens.highest) == (25009, 25009)


def test_contempt_cannot_be_told() -> None:
    support = SenseVoiceTokens.from_ids(IDS, where="").support
    assert [name for bit, name in enumerate(registry.EMOTIONS) if not support >> bit & 1] == ["contempt"]


def test_events_may_be_missing() -> None:
    ids = {name: number for name, number in IDS.items() if name not in ("<|Sneeze|>", "<|Event_UNK|>")}
    tokens = SenseVoiceTokens.from_ids(ids, where="")
    assert len(tokens.events) == len(tokens.event_bits) == 7
    assert 1 << registry.VOICE_EVENTS.index("sneeze") not in tokens.event_bits
    assert tokens.other_events.tolist() == []


@pytest.mark.parametrize("name", ["<|FEARFUL|>", "<|EMO_UNKNOWN|>", "<|ja|>", "<|nospeech|>", "<|Speech|>"])
def test_a_missing_token_is_named(name: str) -> None:
    assert name in NAMES
    with pytest.raises(ModelCorrupt) as caught:
        SenseVoiceTokens.from_ids({other: number for other, number in IDS.items() if other != name}, where=": there")
    assert str(caught.value).startswith(f"sense voice tokens have no {name}, expected ")
    assert str(caught.value).endswith(": there")


def test_two_tokens_of_one_id_are_refused() -> None:
    with pytest.raises(ModelCorrupt, match="sense voice tokens share an id"):
        SenseVoiceTokens.from_ids(IDS | {"<|SAD|>": IDS["<|HAPPY|>"]}, where="")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<blank> 0\n<|HAPPY|> x1\n", "have no id in line 2, expected `TOKEN ID`"),
        (b"<blank>\n", "have no id in line 1"),
        (b"<blank> \xc2\xb2\n", "have no id in line 1"),  # a digit, and no number
        (b"a 1\n" * (1 << 20) + b"b 2\n", "have more than 4194304 bytes"),
        (b"\xff\xfe\x00", "have no id in line 1"),
        (b"", r"have no <\|NEUTRAL\|>"),
    ],
    ids=["word", "alone", "digit", "long", "binary", "empty"],
)
def test_a_file_that_is_no_list_of_tokens_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "tokens.txt"
    path.write_bytes(content)
    with pytest.raises(ModelCorrupt, match=f"sense voice tokens {message}"):
        SenseVoiceTokens.read(path)


def test_lines_may_end_as_on_windows(tmp_path: Path) -> None:
    path = save_tokens(tmp_path / "tokens.txt")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert SenseVoiceTokens.read(path).unknown == 31


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"sense voice tokens are not there: .*tokens\.txt"):
        SenseVoiceTokens.read(tmp_path / "tokens.txt")
    with pytest.raises(ModelCorrupt, match="sense voice tokens cannot be read"):
        SenseVoiceTokens.read(tmp_path)
