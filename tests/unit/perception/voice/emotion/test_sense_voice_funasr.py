from __future__ import annotations

import logging
import random
import sys
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Self

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.errors import ModelCorrupt, ModelError, ModelMissing
from affectia.perception.voice.emotion.sense_voice_answer import SenseVoiceAnswer
from affectia.perception.voice.emotion.sense_voice_frontend import features
from affectia.perception.voice.emotion.sense_voice_funasr import SenseVoiceFunasr
from affectia.perception.voice.emotion.sense_voice_norm import SenseVoiceNorm
from affectia.perception.voice.emotion.sense_voice_options import SenseVoiceOptions
from affectia.perception.voice.emotion.sense_voice_tokens import SenseVoiceTokens
from affectia.perception.voice.emotion.speech_emotion import SpeechEmotion
from tests.unit.perception.voice.emotion.made_sense_voice import FEATURES, IDS, expected_logits, norm_metadata, weights

pytestmark = pytest.mark.unit

UNKNOWN_PIECE = 0
SHAPE = (2, 3)


def norm() -> SenseVoiceNorm:
    made = SenseVoiceNorm.from_metadata(norm_metadata(), width=FEATURES, where="")
    assert made is not None
    return made


class Tensor(np.ndarray[Any, Any]):
    """As much of PyTorch's tensor as is asked of it."""

    def to(self, _device: str) -> Self:
        return self

    def float(self) -> Self:
        return self

    def cpu(self) -> Self:
        return self

    def numpy(self) -> NDArray[Any]:
        return np.asarray(self)


class Torch(ModuleType):
    """A PyTorch of numpy arrays; `held` is what every weights file holds."""

    long = np.int64

    def __init__(self, *, has_card: bool = False, held: dict[str, Any] | None = None) -> None:
        super().__init__("torch")
        self.emptied = 0
        self.cuda = SimpleNamespace(is_available=lambda: has_card, empty_cache=self._empty)
        self.inference_mode = nullcontext
        self._held = {"encoder.a": np.zeros(SHAPE)} if held is None else held

    def _empty(self) -> None:
        self.emptied += 1

    def tensor(self, values: Any, dtype: Any = None, device: str = "") -> Tensor:
        return np.array(values, dtype).view(Tensor)

    def from_numpy(self, values: NDArray[Any]) -> Tensor:
        return values.view(Tensor)

    def cat(self, parts: tuple[Tensor, ...], dim: int) -> Tensor:
        return np.concatenate(parts, axis=dim).view(Tensor)

    def load(self, _path: Path, *, map_location: str, weights_only: bool) -> dict[str, Any]:
        assert (map_location, weights_only) == ("meta", True)
        return self._held


class SenseVoiceSmall:
    """The made network of the other tests, by the parts that funasr's has."""

    lid_dict = {"auto": 0}
    textnorm_dict = {"woitn": 15}

    def __init__(self) -> None:
        queries, layer = weights()
        self.embed = lambda ids: queries[ids].view(Tensor)
        self.ctc = SimpleNamespace(ctc_lo=lambda states: (states @ layer).view(Tensor))

    def encoder(self, given: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        assert counts.tolist() == [given.shape[1]]
        return given + given[:, 4:].mean(axis=1, keepdims=True), counts

    def named_parameters(self) -> list[tuple[str, NDArray[Any]]]:
        return [("encoder.a", np.zeros(SHAPE)), ("criterion.b", np.zeros(7))]


class Frontend:
    dither = 1.0

    def __call__(self, sound: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        assert self.dither == 0
        rows = features(np.asarray(sound[0, : int(counts[0])]), norm())
        return rows[None].view(Tensor), np.array([rows.shape[0]]).view(Tensor)


class Pieces:
    def __init__(self, ids: dict[str, int]) -> None:
        self.piece_to_id = lambda name: ids.get(name, UNKNOWN_PIECE)

    def unk_id(self) -> int:
        return UNKNOWN_PIECE


class Funasr(ModuleType):
    """A funasr that does to the process what the real one does."""

    def __init__(self, *, model: Any = None, ids: dict[str, int] = IDS, error: Exception | None = None) -> None:
        super().__init__("funasr")
        self.asked: dict[str, Any] = {}
        self._model, self._ids, self._error = model or SenseVoiceSmall(), ids, error

    def AutoModel(self, **asked: Any) -> Any:  # noqa: N802 - its name
        self.asked = asked
        logging.getLogger().addHandler(logging.NullHandler())
        logging.getLogger().setLevel(logging.DEBUG)
        logging.info("a path")
        print("funasr version")
        random.seed(0)
        np.random.seed(0)
        if self._error:
            raise self._error
        kwargs = {"device": asked["device"], "frontend": Frontend(), "tokenizer": SimpleNamespace(sp=Pieces(self._ids))}
        return SimpleNamespace(model=self._model, kwargs=kwargs)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "SenseVoiceSmall"
    made.mkdir()
    for name in ("config.yaml", "model.pt", "am.mvn"):
        (made / name).touch()
    return made


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts a PyTorch and a funasr in place."""

    def put(torch: Torch, funasr: Funasr) -> None:
        monkeypatch.setitem(sys.modules, "torch", torch)
        monkeypatch.setitem(sys.modules, "funasr", funasr)

    return put


def sound(samples: int) -> NDArray[np.float32]:
    return np.asarray(0.1 * np.random.default_rng(samples).standard_normal(samples), np.float32)


def test_sound_goes_in_and_probabilities_come_out(libraries: Any, folder: Path) -> None:
    funasr = Funasr()
    libraries(Torch(), funasr)
    voice = SenseVoiceFunasr(folder, options=SenseVoiceOptions(threads=3))
    windows = [sound(16_000), sound(40_321)]
    tokens = SenseVoiceTokens.from_ids(IDS, where="")
    for found, window in zip(voice.answers(windows), windows, strict=True):
        wanted = SenseVoiceAnswer.of(expected_logits(features(window, norm())), tokens)
        np.testing.assert_allclose(found.scores, wanted.scores, rtol=1e-4)
        np.testing.assert_allclose(found.languages, wanted.languages, rtol=1e-4)
    assert (funasr.asked["device"], funasr.asked["ncpu"], funasr.asked["disable_update"]) == ("cpu", 3, True)
    assert Path(funasr.asked["model"]).is_absolute()


def test_feelings_have_what_a_status_needs(libraries: Any, folder: Path) -> None:
    libraries(Torch(), Funasr())
    voice: SpeechEmotion = SenseVoiceFunasr(folder, options=SenseVoiceOptions(window_secs=2.0, least_secs=0.5))
    assert (voice.name, voice.provider, voice.notice) == ("funasr", "CPU", "")
    assert (voice.window_secs, voice.least_secs) == (2.0, 0.5)
    (feeling,) = voice.feel([sound(16_000)])
    assert feeling.scores.sum() == pytest.approx(1)
    voice.close()


def test_a_card_is_taken_where_there_is_one_and_given_back(libraries: Any, folder: Path) -> None:
    torch, funasr = Torch(has_card=True), Funasr()
    libraries(torch, funasr)
    voice = SenseVoiceFunasr(folder)
    assert (voice.provider, funasr.asked["device"]) == ("CUDA", "cuda")
    voice.close()
    assert torch.emptied == 1


@pytest.mark.parametrize("error", [None, RuntimeError("a path")])
def test_the_process_is_left_as_it_was(libraries: Any, folder: Path, capsys: pytest.CaptureFixture[str], error: Exception | None) -> None:
    libraries(Torch(), Funasr(error=error))
    root = logging.getLogger()
    before = (list(root.handlers), root.level, list(root.filters), random.getstate())
    numbers = np.random.get_state(legacy=False)["state"]["key"].copy()
    if error is None:
        SenseVoiceFunasr(folder)
    else:
        with pytest.raises(ModelCorrupt, match=r"sense voice folder is refused by funasr \(RuntimeError\), expected iic/SenseVoiceSmall: "):
            SenseVoiceFunasr(folder)
    assert (list(root.handlers), root.level, list(root.filters), random.getstate()) == before
    np.testing.assert_array_equal(np.random.get_state(legacy=False)["state"]["key"], numbers)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["torch", "funasr"])
def test_without_a_library_the_next_step_is_named(libraries: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    libraries(Torch(), Funasr())
    monkeypatch.setitem(sys.modules, name, None)  # what an import of it then says is what it says where it is not installed
    with pytest.raises(ModelError, match=rf"{name} is not installed, .*run `pip install affectia\[funasr\]`"):
        SenseVoiceFunasr(folder)


def test_a_folder_that_is_not_there_names_the_command_and_nothing_is_loaded(libraries: Any, tmp_path: Path) -> None:
    funasr = Funasr()
    libraries(Torch(), funasr)
    with pytest.raises(ModelMissing, match=r"run `modelscope download iic/SenseVoiceSmall --local_dir '.*my models/S'`: .*my models/S"):
        SenseVoiceFunasr(tmp_path / "my models" / "S")
    assert funasr.asked == {}


@pytest.mark.parametrize("name", ["config.yaml", "model.pt", "am.mvn"])
def test_a_folder_without_one_of_its_files_is_not_taken(libraries: Any, folder: Path, name: str) -> None:
    libraries(Torch(), Funasr())
    (folder / name).unlink()
    with pytest.raises(ModelMissing, match=f"sense voice folder has no {name}, expected a whole copy of iic/SenseVoiceSmall"):
        SenseVoiceFunasr(folder)


def test_another_kind_of_network_is_refused(libraries: Any, folder: Path) -> None:
    libraries(Torch(), Funasr(model=SimpleNamespace()))
    with pytest.raises(ModelCorrupt, match="sense voice folder holds a SimpleNamespace, expected a SenseVoiceSmall"):
        SenseVoiceFunasr(folder)


def test_a_tokenizer_without_the_tokens_is_refused(libraries: Any, folder: Path) -> None:
    libraries(Torch(), Funasr(ids={name: number for name, number in IDS.items() if name != "<|SAD|>"}))
    with pytest.raises(ModelCorrupt, match=r"sense voice tokens have no <\|SAD\|>"):
        SenseVoiceFunasr(folder)


@pytest.mark.parametrize(
    ("held", "has"),
    [({}, "nothing"), ({"encoder.a": np.zeros((2, 4))}, r"\[2, 4\]"), ({"state_dict": {"encoder.b": np.zeros(SHAPE)}}, "nothing")],
)
def test_weights_that_do_not_fill_the_network_are_refused(libraries: Any, folder: Path, held: dict[str, Any], has: str) -> None:
    libraries(Torch(held=held), Funasr())
    with pytest.raises(ModelCorrupt, match=rf"sense voice weights have {has} for encoder\.a, expected \[2, 3\]: .*model\.pt"):
        SenseVoiceFunasr(folder)


def test_weights_may_stand_inside_a_checkpoint(libraries: Any, folder: Path) -> None:
    libraries(Torch(held={"state_dict": {"encoder.a": np.zeros(SHAPE)}, "epoch": 3}), Funasr())
    assert SenseVoiceFunasr(folder).support
