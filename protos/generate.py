"""Writes every generated file from registry.toml and the .proto files: `python protos/generate.py [--check]`.

With --check nothing is written; a difference is printed and the exit code is 1.
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "protos"))

from codegen import cpp, csharp, model, protobuf, python  # noqa: E402 - the folder is only importable after the line above


def generated(root: Path) -> dict[str, str]:
    """Path under `root` -> what that file must contain."""
    registry = model.load(root / "protos" / "registry.toml")
    texts = {writer.TARGET: writer.render(registry) for writer in (python, csharp, cpp)}
    marker = '"""Generated from protos/affectia/v1; see protos/generate.py."""\n'
    return {**texts, **protobuf.render(root), "sidecar/affectia/v1/__init__.py": marker}


def main(arguments: list[str]) -> int:
    """Write, or with --check compare; returns the exit code."""
    unknown = [argument for argument in arguments if argument != "--check"]
    if unknown:
        print(f"generate: argument is {unknown[0]}, expected --check or nothing", file=sys.stderr)
        return 2
    stale = 0
    for name, text in generated(ROOT).items():
        path = ROOT / name
        current = path.read_text(encoding="utf-8") if path.exists() else ""
        if current == text:
            continue
        stale += 1
        if "--check" in arguments:
            before, after = f"{name} (committed)", f"{name} (generated)"
            diff = difflib.unified_diff(current.splitlines(), text.splitlines(), before, after, lineterm="", n=1)
            print("\n".join(list(diff)[:40]))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {name}")
    if stale and "--check" in arguments:
        print(f"{stale} generated files are not current, run `python protos/generate.py`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
