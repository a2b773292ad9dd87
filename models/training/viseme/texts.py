"""What the voices say: English sentences of Debian's package `fortunes`, kana for a Japanese voice, the ten sentences of EmoDB."""

from __future__ import annotations

import random
import re
from pathlib import Path

_FOLDER = Path("/usr/share/games/fortunes")  # where the package puts them
_SENTENCE = re.compile(r"[A-Z][A-Za-z ,;'-]{24,110}[.?!]")
_KANA = [
    *"あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわんがぎぐげござじずぜぞだでどばびぶべぼぱぴぷぺぽ",
    "きゃ", "しゅ", "しょ", "ちょ", "にゅ", "みょ", "りょ", "ぎゅ", "じょ", "びゃ", "ふぁ", "ふぉ", "まあ", "おお", "ぴょ",
]  # fmt: skip


def english(*, seed: int) -> list[str]:
    """Every sentence that a voice can be trusted to read, in an order that the seed decides."""
    if not _FOLDER.is_dir():
        raise SystemExit(f"training texts are not there, install the Debian package `fortunes`: {_FOLDER}")
    found: set[str] = set()
    for path in sorted(_FOLDER.glob("*.u8")):
        text = re.sub(r"\s+", " ", path.read_text(encoding="utf-8", errors="ignore"))
        found |= {sentence for sentence in _SENTENCE.findall(text) if len(sentence.split()) >= 5}
    sentences = sorted(found)
    random.Random(seed).shuffle(sentences)
    return sentences


def kana(count: int, *, seed: int) -> list[str]:
    """Words of no meaning: what counts is that each syllable comes beside many others."""
    chance = random.Random(seed)
    words = lambda: "".join(chance.choices(_KANA, k=chance.randint(2, 5)))  # noqa: E731
    return [
        "、".join("".join(words() for _ in range(chance.randint(1, 3))) for _ in range(chance.randint(1, 3))) + "。" for _ in range(count)
    ]
