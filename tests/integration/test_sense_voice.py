"""SenseVoice by onnxruntime and by funasr: one network, two libraries, two front ends, the same answers."""

from __future__ import annotations

import logging
import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ModelCorrupt, ModelMissing
from affectia.perception.voice.emotion.sense_voice_answer import SenseVoiceAnswer
from affectia.perception.voice.emotion.sense_voice_funasr import SenseVoiceFunasr
from affectia.perception.voice.emotion.sense_voice_onnx import SenseVoiceOnnx
from affectia.perception.voice.emotion.sense_voice_options import SenseVoiceOptions
from affectia.perception.voice.emotion.speech_emotion import SpeechEmotion

# Not our code, and not ours to mend: what PyTorch, funasr and all that they import warn of.
pytestmark = [pytest.mark.integration, pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

TOLERANCE = 1e-4  # of probabilities; found were 3e-6
LANGUAGES = (24884, 24885, 24888, 24892, 24896, 24992)  # zh, en, yue, ja, ko, nospeech
EMOTIONS = {"neutral": 25004, "happy": 25001, "sad": 25002, "angry": 25003, "surprise": 25007, "disgust": 25006, "fear": 25005}
UNKNOWN = 25009
EVENTS = {
    "bgm": 24995,
    "speech": 24993,
    "applause": 24999,
    "laughter": 24997,
    "cry": 25010,
    "sneeze": 25012,
    "breath": 25013,
    "cough": 25014,
}
OTHER_EVENT = 25015


def sounds() -> dict[str, NDArray[np.float32]]:
    """Of many lengths, none a whole number of rows: a humming voice, noise, a tone that rises, hardly anything, nothing."""
    generator = np.random.default_rng(11)
    times = np.arange(10 * 16_000) / 16_000
    hum = sum(np.sin(2 * np.pi * 118 * harmonic * times + harmonic) / harmonic for harmonic in range(1, 30))
    return {
        "hum of 1 s": _float(0.2 * hum * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * times)))[:16_000],
        "hum of 3 s, off its middle": _float(0.1 * hum + 0.05)[:48_123],
        "noise of 2.2 s": _float(0.1 * generator.standard_normal(35_201)),
        "chirp of 10 s": _float(0.8 * np.sin(2 * np.pi * (100 + 180 * times) * times)),
        "nearly silent, 1.5 s": _float(1e-4 * generator.standard_normal(24_007)),
        "silent, 1 s": np.zeros(16_001, np.float32),
    }


def _float(values: Any) -> NDArray[np.float32]:
    return np.asarray(values, np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.integration import tiny_sense_voice

    return tiny_sense_voice.save_folder(tmp_path_factory.mktemp("sense_voice") / "SenseVoiceSmall")


@pytest.fixture(scope="module")
def makers(folder: Path) -> Any:
    """The network as its makers load it."""
    from funasr import AutoModel

    # Without dither, else the answers are of noise besides.
    return AutoModel(model=str(folder), frontend_conf={"dither": 0.0}, device="cpu", ncpu=1, disable_update=True, disable_pbar=True)


@pytest.fixture(scope="module")
def by_funasr(folder: Path) -> SenseVoiceFunasr:
    return SenseVoiceFunasr(folder)


@pytest.fixture(scope="module", params=["sherpa-onnx", "funasr"])
def by_onnx(request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> SenseVoiceOnnx:
    from funasr import AutoModel

    from tests.integration import tiny_sense_voice

    model = AutoModel(model=str(folder), device="cpu", ncpu=1, disable_update=True, disable_pbar=True).model
    to = tmp_path_factory.mktemp("exports")
    norm_path = folder / "am.mvn"
    if request.param == "funasr":
        (to / "am.mvn").write_bytes(norm_path.read_bytes())
        path = tiny_sense_voice.save_funasr_export(model, to / "model.onnx")
    else:
        path = tiny_sense_voice.save_sherpa_export(model, to / "model.onnx", norm_path=norm_path)
    return SenseVoiceOnnx(path, tiny_sense_voice.save_tokens(to / "tokens.txt"), options=SenseVoiceOptions(provider="cpu"))


def told_by(makers: Any, sound: NDArray[np.float32], **asked: Any) -> tuple[NDArray[np.float64], str]:
    """Logits of the first positions, and the text, of the makers' own way from sound to text."""
    heard = []
    hook = makers.model.ctc.ctc_lo.register_forward_hook(lambda _layer, _given, logits: heard.append(logits))
    try:
        (answer,) = makers.generate(sound, language="auto", use_itn=False, disable_pbar=True, **asked)
    finally:
        hook.remove()
    logits: NDArray[np.float64] = heard[-1][0, :4].double().numpy()
    return logits, answer["text"]


def shares(logits: NDArray[np.float64], ids: Any) -> list[float]:
    chosen = np.exp(logits[list(ids)] - logits[list(ids)].max())
    return list(chosen / chosen.sum())


def assert_says(answer: SenseVoiceAnswer, logits: NDArray[np.float64]) -> None:
    emotions = dict(zip(EMOTIONS, shares(logits[1], EMOTIONS.values()), strict=True))
    np.testing.assert_allclose(answer.scores, [emotions.get(name, 0) for name in registry.EMOTIONS], atol=TOLERANCE)
    assert answer.unknown == pytest.approx(shares(logits[1], [*EMOTIONS.values(), UNKNOWN])[-1], abs=TOLERANCE)
    events = shares(logits[2], [*(EVENTS[name] for name in registry.VOICE_EVENTS), OTHER_EVENT])
    np.testing.assert_allclose(answer.events, events[:-1], atol=TOLERANCE)
    np.testing.assert_allclose([*answer.languages, answer.no_speech], shares(logits[0], LANGUAGES), atol=TOLERANCE)


@pytest.mark.parametrize("name", sounds())
def test_onnxruntime_says_what_the_makers_code_says(makers: Any, by_onnx: SenseVoiceOnnx, name: str) -> None:
    sound = sounds()[name]
    (answer,) = by_onnx.answers([sound])
    assert_says(answer, told_by(makers, sound)[0])


@pytest.mark.parametrize("name", sounds())
def test_funasr_says_what_the_makers_code_says(makers: Any, by_funasr: SenseVoiceFunasr, name: str) -> None:
    sound = sounds()[name]
    (answer,) = by_funasr.answers([sound])
    assert_says(answer, told_by(makers, sound)[0])


def test_both_libraries_feel_the_same(by_onnx: SpeechEmotion, by_funasr: SpeechEmotion) -> None:
    windows = list(sounds().values())
    for one, other in zip(by_onnx.feel(windows), by_funasr.feel(windows), strict=True):
        np.testing.assert_allclose(one.scores, other.scores, atol=TOLERANCE)
        np.testing.assert_allclose(one.affect, other.affect, atol=TOLERANCE)
        assert one.unknown == pytest.approx(other.unknown, abs=TOLERANCE)
        assert (one.events, one.language) == (other.events, other.language)
    assert by_onnx.support == by_funasr.support


def test_the_same_sound_is_felt_the_same_twice(by_funasr: SenseVoiceFunasr) -> None:
    sound = sounds()["nearly silent, 1.5 s"]  # what noise would change most
    one, other = by_funasr.answers([sound, sound])
    np.testing.assert_array_equal(one.scores, other.scores)


def test_the_sounds_are_told_apart(by_funasr: SenseVoiceFunasr) -> None:
    # Else all of the above would be true of a network that says the same of everything.
    scores = np.array([answer.scores for answer in by_funasr.answers(list(sounds().values())[:4])])
    assert np.ptp(scores, axis=0).max() > 0.3
    assert scores.max(axis=1).min() > 2 / 7


def test_text_is_the_wrong_place_to_look(makers: Any, by_funasr: SenseVoiceFunasr) -> None:
    # What the emotion is told by is there whether or not the best token of all is one.
    sound = sounds()["noise of 2.2 s"]
    logits, text = told_by(makers, sound)
    banned, _text = told_by(makers, sound, ban_emo_unk=True)
    np.testing.assert_array_equal(logits, banned)
    assert "HAPPY" not in text
    assert by_funasr.answers([sound])[0].scores.sum() == pytest.approx(1)


def test_a_funasr_that_is_loaded_leaves_the_process_as_it_was(folder: Path, no_network: None, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level, list(root.filters))
    random.seed(4)
    np.random.seed(4)
    expected = (random.Random(4).random(), np.random.RandomState(4).random_sample())
    voice = SenseVoiceFunasr(folder)
    assert (list(root.handlers), root.level, list(root.filters)) == before
    assert (random.random(), np.random.random_sample()) == expected
    assert capsys.readouterr().out == ""
    assert (voice.name, voice.notice) == ("funasr", "")
    voice.close()


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    asked: list[object] = []

    def refuse(_socket: object, address: object, *_more: object) -> None:
        asked.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_more, **_named: refuse(None, host))
    yield
    assert asked == []


def test_an_id_of_a_hub_is_never_looked_up(no_network: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelMissing, match="run `modelscope download iic/SenseVoiceSmall"):
        SenseVoiceFunasr(Path("iic/SenseVoiceSmall"))


def test_weights_that_do_not_fill_the_network_are_refused(folder: Path, tmp_path: Path) -> None:
    import torch

    copy = _copied(folder, tmp_path / "copy")
    weights = torch.load(copy / "model.pt", weights_only=True)
    del weights["encoder.encoders.0.norm1.weight"]
    torch.save(weights, copy / "model.pt")
    with pytest.raises(ModelCorrupt, match=r"have nothing for encoder\.encoders\.0\.norm1\.weight, expected \[32\]"):
        SenseVoiceFunasr(copy)


def test_weights_of_another_size_are_refused(folder: Path, tmp_path: Path) -> None:
    import torch

    copy = _copied(folder, tmp_path / "copy")
    weights = torch.load(copy / "model.pt", weights_only=True)
    weights["ctc.ctc_lo.bias"] = torch.zeros(100)
    torch.save(weights, copy / "model.pt")
    with pytest.raises(ModelCorrupt, match=r"have \[100\] for ctc\.ctc_lo\.bias, expected \[25055\]"):
        SenseVoiceFunasr(copy)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("model.pt", b"no weights", r"sense voice folder is refused by funasr \(\w+\), expected iic/SenseVoiceSmall"),
        ("config.yaml", b"model: Paraformer\n", "sense voice folder is refused by funasr"),
        ("chn_jpn_yue_eng_ko_spectok.bpe.model", b"no tokenizer", "sense voice folder is refused by funasr"),
    ],
)
def test_a_folder_with_a_broken_file_is_refused(folder: Path, tmp_path: Path, name: str, content: bytes, message: str) -> None:
    copy = _copied(folder, tmp_path / "copy")
    (copy / name).write_bytes(content)
    with pytest.raises(ModelCorrupt, match=message):
        SenseVoiceFunasr(copy)


def _copied(folder: Path, to: Path) -> Path:
    to.mkdir()
    for path in folder.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to
