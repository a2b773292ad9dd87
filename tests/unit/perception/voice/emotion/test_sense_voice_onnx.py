from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ModelCorrupt, ModelMissing
from affectia.perception.voice.emotion.sense_voice_answer import SenseVoiceAnswer
from affectia.perception.voice.emotion.sense_voice_frontend import features
from affectia.perception.voice.emotion.sense_voice_norm import NORM_FILE, SenseVoiceNorm
from affectia.perception.voice.emotion.sense_voice_onnx import SenseVoiceOnnx
from affectia.perception.voice.emotion.sense_voice_options import SenseVoiceOptions
from affectia.perception.voice.emotion.sense_voice_tokens import SenseVoiceTokens
from affectia.perception.voice.emotion.speech_emotion import SpeechEmotion
from tests.unit.perception.voice.emotion.made_sense_voice import (
    FEATURES,
    FUNASR_INPUTS,
    FUNASR_OUTPUTS,
    IDS,
    OTHER_LANGUAGE_ID,
    expected_logits,
    norm_metadata,
    save_norm,
    save_sense_voice,
    save_tokens,
)

pytestmark = pytest.mark.unit

TOKENS = SenseVoiceTokens.from_ids(IDS, where="")


def sound(samples: int, seed: int = 1) -> NDArray[np.float32]:
    return np.asarray(0.1 * np.random.default_rng(seed).standard_normal(samples), np.float32)


def expected(pcm: NDArray[np.float32], **queries: int) -> SenseVoiceAnswer:
    norm = SenseVoiceNorm.from_metadata(norm_metadata(), width=FEATURES, where="")
    assert norm is not None
    return SenseVoiceAnswer.of(expected_logits(features(pcm, norm), **queries), TOKENS)


def assert_same(found: SenseVoiceAnswer, wanted: SenseVoiceAnswer) -> None:
    for field in ("scores", "events", "languages", "unknown", "no_speech"):
        np.testing.assert_allclose(getattr(found, field), getattr(wanted, field), rtol=1e-4, atol=1e-6)


@pytest.fixture
def tokens_path(tmp_path: Path) -> Path:
    return save_tokens(tmp_path / "tokens.txt")


def opened(tmp_path: Path, *, options: SenseVoiceOptions | None = None, **made: Any) -> SenseVoiceOnnx:
    return SenseVoiceOnnx(save_sense_voice(tmp_path / "network.onnx", **made), save_tokens(tmp_path / "tokens.txt"), options=options)


def test_sound_goes_in_and_probabilities_come_out(tmp_path: Path) -> None:
    voice = opened(tmp_path)
    windows = [sound(16_000), sound(31_234, seed=2), sound(48_000, seed=3)]
    for found, window in zip(voice.answers(windows), windows, strict=True):
        assert_same(found, expected(window))


def test_the_export_of_funasr_has_its_norm_beside_it(tmp_path: Path) -> None:
    save_norm(tmp_path / NORM_FILE)
    voice = opened(tmp_path, inputs=FUNASR_INPUTS, outputs=FUNASR_OUTPUTS, metadata={})
    (found,) = voice.answers([sound(20_000)])
    assert_same(found, expected(sound(20_000)))


def test_a_voice_is_answered_alike_whoever_else_speaks(tmp_path: Path) -> None:
    voice = opened(tmp_path)
    (alone,) = voice.answers([sound(16_000)])
    together = voice.answers([sound(48_000, seed=5), sound(16_000), sound(32_000, seed=6)])[1]
    np.testing.assert_array_equal(alone.scores, together.scores)


def test_the_network_is_asked_in_the_ids_that_it_names(tmp_path: Path) -> None:
    voice = opened(tmp_path, metadata=norm_metadata() | {"lang_auto": str(OTHER_LANGUAGE_ID), "without_itn": "14"})
    (found,) = voice.answers([sound(16_000)])
    assert_same(found, expected(sound(16_000), language=OTHER_LANGUAGE_ID, writing=14))
    assert not np.allclose(found.languages, expected(sound(16_000)).languages, rtol=1e-3)


def test_feelings_have_what_a_status_needs(tmp_path: Path) -> None:
    voice: SpeechEmotion = opened(tmp_path, options=SenseVoiceOptions(provider="cpu", window_secs=2.0, least_secs=0.5, temperature=3.0))
    assert (voice.name, voice.window_secs, voice.least_secs) == ("sensevoice", 2.0, 0.5)
    assert (voice.provider, voice.notice) == ("CPU", "")
    (feeling,) = voice.feel([sound(16_000)])
    assert not voice.support & 1 << registry.EMOTIONS.index("contempt")
    assert feeling.scores.sum() == pytest.approx(1)
    (sharp,) = opened(tmp_path).feel([sound(16_000)])
    assert feeling.scores.max() < sharp.scores.max()
    assert voice.feel([]) == []
    voice.close()


def test_a_provider_that_is_not_there_leaves_a_notice(tmp_path: Path) -> None:
    voice = opened(tmp_path, options=SenseVoiceOptions(provider="coreml"))
    if voice.provider == "CPU":  # everywhere but on a Mac
        assert voice.notice.startswith("CoreMLExecutionProvider is not available (")


def test_a_network_without_a_norm_needs_the_file(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"expected am\.mvn beside the network"):
        opened(tmp_path, metadata={})


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (
            {"inputs": ("audio", "n", "l", "t")},
            r"has inputs audio \[\*, \*, 560\] and n .*, expected x \[\*, \*, 560\] and x_length \[\*\]",
        ),
        ({"outputs": ("probabilities",)}, r"has outputs probabilities .*, expected logits \[\*, \*, any\]"),
        ({"features": 400}, r"has inputs x \[\*, \*, 400\]"),
        ({"vocabulary": 41}, "knows 41 tokens, expected more than 41"),
        ({"metadata": norm_metadata() | {"lfr_window_size": "5"}}, "has a lfr_window_size of 5, expected 7"),
        ({"metadata": norm_metadata() | {"normalize_samples": "1"}}, "has a normalize_samples of 1, expected 0"),
        ({"metadata": norm_metadata() | {"lang_auto": "auto"}}, "has a lang_auto of auto, expected a whole number"),
        ({"metadata": norm_metadata() | {"lang_auto": "99"}}, r"does not run \(\w+\), expected one that takes speech"),
        ({"broken": "nan"}, r"answers with logits of \[21, 44\], expected \[21, more than 41\] finite ones"),
        ({"broken": "short"}, r"answers with logits of \[17, 44\], expected \[21, more than 41\]"),
    ],
)
def test_another_network_is_refused(tmp_path: Path, made: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelCorrupt, match=f"sense voice network {message}.*: .*network\\.onnx"):
        opened(tmp_path, **made)


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, tokens_path: Path) -> None:
    path = save_sense_voice(tmp_path / "network.onnx")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelCorrupt, match="sense voice network is refused by onnxruntime"):
        SenseVoiceOnnx(path, tokens_path)


def test_files_that_are_not_there_are_missing(tmp_path: Path, tokens_path: Path) -> None:
    with pytest.raises(ModelMissing, match="sense voice network is not there"):
        SenseVoiceOnnx(tmp_path / "network.onnx", tokens_path)
    with pytest.raises(ModelMissing, match="sense voice tokens are not there"):
        SenseVoiceOnnx(save_sense_voice(tmp_path / "network.onnx"), tmp_path / "none.txt")
