"""Real speech for the corpus: EmoDB, aligned by force; see voices/emodb.py."""

from __future__ import annotations

import argparse
from pathlib import Path

from viseme.corpus import write
from viseme.voices import emodb

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("into", type=Path)
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    for count, (name, utterance) in enumerate(emodb.utterances(options.source), start=1):
        write(options.into / name, utterance)
        print(f"\r{count} clips", end="", flush=True)
    print()
