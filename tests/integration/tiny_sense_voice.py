"""A SenseVoice that funasr builds with few and narrow layers, the published vocabulary, and random weights: a folder as the hub has it, and
both kinds of ONNX file made of it. Needs PyTorch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import sentencepiece.sentencepiece_model_pb2 as sentencepiece_model
import torch
from onnx import helper
from torch import nn

VOCABULARY = 25055
FEATURES = 560
SPECIAL = {
    "<unk>": 0,
    "<s>": 1,
    "</s>": 2,
    "<|zh|>": 24884,
    "<|en|>": 24885,
    "<|yue|>": 24888,
    "<|ja|>": 24892,
    "<|ko|>": 24896,
    "<|nospeech|>": 24992,
    "<|Speech|>": 24993,
    "<|BGM|>": 24995,
    "<|Laughter|>": 24997,
    "<|Applause|>": 24999,
    "<|HAPPY|>": 25001,
    "<|SAD|>": 25002,
    "<|ANGRY|>": 25003,
    "<|NEUTRAL|>": 25004,
    "<|FEARFUL|>": 25005,
    "<|DISGUSTED|>": 25006,
    "<|SURPRISED|>": 25007,
    "<|EMO_UNKNOWN|>": 25009,
    "<|Cry|>": 25010,
    "<|Sneeze|>": 25012,
    "<|Breath|>": 25013,
    "<|Cough|>": 25014,
    "<|Event_UNK|>": 25015,
    "<|withitn|>": 25016,
    "<|woitn|>": 25017,
}
_CONFIG = """
model: SenseVoiceSmall
model_conf: {length_normalized_loss: true, sos: 1, eos: 2, ignore_id: -1}
encoder: SenseVoiceEncoderSmall
encoder_conf:
  {output_size: 32, attention_heads: 4, linear_units: 48, num_blocks: 3, tp_blocks: 2, dropout_rate: 0.1, positional_dropout_rate: 0.1,
   attention_dropout_rate: 0.1, input_layer: pe, normalize_before: true, kernel_size: 11, sanm_shfit: 0, selfattention_layer_type: sanm}
tokenizer: SentencepiecesTokenizer
tokenizer_conf: {bpemodel: null, unk_symbol: <unk>, split_with_space: true}
frontend: WavFrontend
frontend_conf: {fs: 16000, window: hamming, n_mels: 80, frame_length: 25, frame_shift: 10, lfr_m: 7, lfr_n: 6}
"""
PIECES = "chn_jpn_yue_eng_ko_spectok.bpe.model"
_CONFIGURATION = {
    "framework": "pytorch",
    "task": "auto-speech-recognition",
    "file_path_metas": {
        "init_param": "model.pt",
        "config": "config.yaml",
        "tokenizer_conf": {"bpemodel": PIECES},
        "frontend_conf": {"cmvn_file": "am.mvn"},
    },
}


def save_folder(folder: Path) -> Path:
    """The files by the names that they have on the hub; the same ones each time."""
    from funasr.models.sense_voice.model import SenseVoiceSmall

    folder.mkdir()
    (folder / "config.yaml").write_text(_CONFIG)
    (folder / "configuration.json").write_text(json.dumps(_CONFIGURATION))
    encoder = {"output_size": 32, "attention_heads": 4, "linear_units": 48, "num_blocks": 3, "tp_blocks": 2}
    torch.manual_seed(5)
    model = SenseVoiceSmall(encoder="SenseVoiceEncoderSmall", encoder_conf=encoder, input_size=FEATURES, vocab_size=VOCABULARY, ctc_conf={})
    with torch.no_grad():
        model.ctc.ctc_lo.weight *= 12  # random layers hardly tell one token from another
        model.embed.weight *= 0.2
    torch.save(model.state_dict(), folder / "model.pt")
    _save_pieces(folder / PIECES)
    _save_norm(folder / "am.mvn")
    return folder


def save_tokens(path: Path) -> Path:
    """The tokens as sherpa-onnx lists them."""
    path.write_text("".join(f"{piece} {number}\n" for number, piece in enumerate(_pieces())), encoding="utf-8")
    return path


def save_funasr_export(model: Any, path: Path) -> Path:
    """What funasr's own export gives, by its names. `model` is changed for good."""
    rebuilt = model.export()
    _export(
        rebuilt,
        rebuilt.export_dummy_inputs(),
        path,
        inputs=rebuilt.export_input_names(),
        outputs=rebuilt.export_output_names(),
        axes=rebuilt.export_dynamic_axes(),
    )
    return path


def save_sherpa_export(model: Any, path: Path, *, norm_path: Path) -> Path:
    """The other naming: one output, and the norm in the file."""
    names = ["x", "x_length", "language", "text_norm"]
    axes = {name: {0: "N"} for name in names} | {"x": {0: "N", 1: "T"}, "logits": {0: "N", 1: "T"}}
    given = (torch.randn(2, 40, FEATURES), torch.tensor([30, 40], dtype=torch.int32), torch.tensor([0, 3], dtype=torch.int32))
    _export(_SherpaWay(model), (*given, torch.tensor([14, 15], dtype=torch.int32)), path, inputs=names, outputs=["logits"], axes=axes)
    shift, scale = (line.split("[")[1].strip(" ]\n").split() for line in norm_path.read_text().splitlines() if "LearnRate" in line)
    told = {
        "lfr_window_size": 7,
        "lfr_window_shift": 6,
        "normalize_samples": 0,
        "vocab_size": VOCABULARY,
        "lang_auto": 0,
        "without_itn": 15,
    }
    exported = onnx.load(path)
    helper.set_model_props(
        exported, {key: str(value) for key, value in told.items()} | {"neg_mean": ",".join(shift), "inv_stddev": ",".join(scale)}
    )
    onnx.save(exported, path)
    return path


class _SherpaWay(nn.Module):  # type: ignore[misc] # PyTorch is not there where types are checked
    """The whole way from features to logits."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Any, x_length: Any, language: Any, text_norm: Any) -> Any:
        embed = self.model.embed
        feeling = embed(torch.tensor([[1, 2]])).repeat(x.size(0), 1, 1)
        given = torch.cat((embed(language)[:, None], feeling, embed(text_norm)[:, None], x), dim=1)
        states, _counts = self.model.encoder(given, x_length + 4)
        return self.model.ctc.ctc_lo(states)


def _export(model: Any, given: Any, path: Path, *, inputs: list[str], outputs: list[str], axes: Any) -> None:
    model.eval()
    # The newer way needs one more package, and refuses what funasr does with its masks.
    torch.onnx.export(model, given, str(path), opset_version=14, input_names=inputs, output_names=outputs, dynamic_axes=axes, dynamo=False)


def _pieces() -> list[str]:
    by_id = {number: piece for piece, number in SPECIAL.items()}
    return [by_id.get(number, f"▁w{number}") for number in range(VOCABULARY)]


def _save_pieces(path: Path) -> None:
    model = sentencepiece_model.ModelProto()
    kinds = sentencepiece_model.ModelProto.SentencePiece
    for number, piece in enumerate(_pieces()):
        kind = kinds.UNKNOWN if number == 0 else kinds.CONTROL if number < 3 else kinds.USER_DEFINED if piece in SPECIAL else kinds.NORMAL
        model.pieces.add(piece=piece, score=-float(number), type=kind)
    model.trainer_spec.model_type = sentencepiece_model.TrainerSpec.BPE
    model.trainer_spec.vocab_size = VOCABULARY
    path.write_bytes(model.SerializeToString())


def _save_norm(path: Path) -> None:
    """Means and spreads about as large as those of speech."""
    random = np.random.default_rng(7)
    lines = ["<Nnet>", f"<Splice> {FEATURES} {FEATURES}", "[ 0 ]"]
    for tag, values in (("AddShift", -random.uniform(7, 14, FEATURES)), ("Rescale", random.uniform(0.15, 0.3, FEATURES))):
        lines += [f"<{tag}> {FEATURES} {FEATURES}", f"<LearnRateCoef> 0 [ {' '.join(f'{value:.6f}' for value in values)} ]"]
    path.write_text("\n".join([*lines, "</Nnet>"]) + "\n")
