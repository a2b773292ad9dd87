"""The ways to read faces that can be evaluated, opened by name; unlike in the sidecar nothing takes the place of another one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from affectia.errors import ConfigError, ModelCorrupt
from affectia.evaluate.network_facts import trained_on
from affectia.inference.model_store import ModelStore
from affectia.inference.onnx_session import OnnxSession
from affectia.inference.own_weights import own_weights
from affectia.perception.face.emotion.blendshape_emotion import BlendshapeEmotion
from affectia.perception.face.emotion.fer_network import WEIGHTS, FerNetwork
from affectia.perception.face.emotion.hsemotion_network import MODEL, HsemotionNetwork
from affectia.perception.face.emotion.seen_face import FaceReader

FER: Final = "fer"
HSEMOTION: Final = "hsemotion"
BLENDSHAPES: Final = "blendshapes"
METHODS: Final = (FER, HSEMOTION, BLENDSHAPES)
# Their papers say so; our own file says it itself. The prototypes' two numbers were fitted, too.
_TRAINED_ON: Final = {HSEMOTION: ("AffectNet train",), BLENDSHAPES: ("FER+ train",)}


@dataclass(frozen=True, slots=True)
class FaceMethod:
    """`trained_on` are data sets, empty where it is not known. `needs_landmarks`: a crop by itself tells it nothing.
    `notice`: why something else runs it than was asked for.
    """

    reader: FaceReader
    title: str
    trained_on: tuple[str, ...]
    needs_landmarks: bool = False
    notice: str = ""


def open_face_method(model: str, models: ModelStore, *, provider: str = "cpu") -> FaceMethod:
    """`model` is one of METHODS or the path of an ONNX file that takes what our network or HSEmotion's takes.

    Raises:
        ConfigError: it is neither.
        ModelError: it cannot be used.
    """
    if model == BLENDSHAPES:
        return FaceMethod(BlendshapeEmotion(), BLENDSHAPES, _TRAINED_ON[BLENDSHAPES], needs_landmarks=True)
    if model == HSEMOTION:
        return _theirs(models.path(MODEL), provider, HSEMOTION, _TRAINED_ON[HSEMOTION])
    if model == FER:
        return _ours(own_weights(WEIGHTS), provider)
    path = Path(model)
    if not path.is_file():
        raise ConfigError(f"model is {model!r}, expected {', '.join(METHODS)} or the path of an ONNX file")
    inputs = OnnxSession(path, name="face emotion network").input_shapes.keys()
    if inputs == {"faces"}:
        return _ours(path, provider)
    if inputs == {"input"}:
        return _theirs(path, provider, f"{HSEMOTION} ({path.name})", trained_on(path))
    raise ModelCorrupt(f"face emotion network takes {', '.join(sorted(inputs))}, expected faces (ours) or input (HSEmotion): {path}")


def _ours(path: Path, provider: str) -> FaceMethod:
    network = FerNetwork(path, provider=provider)
    title = " ".join(filter(None, (FER, network.version, f"({path.name})")))
    return FaceMethod(network, title, trained_on(path), notice=network.notice)


def _theirs(path: Path, provider: str, title: str, learned: tuple[str, ...]) -> FaceMethod:
    network = HsemotionNetwork(path, provider=provider)
    return FaceMethod(network, title, learned, notice=network.notice)
