"""Runs protoc over affectia/v1/*.proto for Python; needs grpcio-tools, which only developers install."""

from __future__ import annotations

import tempfile
from pathlib import Path

PACKAGE = "affectia/v1"


def render(root: Path) -> dict[str, str]:
    """Path under the repository -> text of every generated Python file."""
    from grpc_tools import protoc

    protos = root / "protos"
    sources = sorted(path.relative_to(protos).as_posix() for path in (protos / PACKAGE).glob("*.proto"))
    with tempfile.TemporaryDirectory() as scratch:
        arguments = ["protoc", f"-I{protos}", f"--python_out={scratch}", f"--pyi_out={scratch}", f"--grpc_python_out={scratch}", *sources]
        if protoc.main(arguments) != 0:
            raise ValueError("protoc refused the .proto files, its own message stands above")
        texts = {}
        for path in sorted(Path(scratch).rglob("*.py*")):
            text = path.read_text(encoding="utf-8")
            if path.name.endswith("_pb2_grpc.py") and "class " not in text:
                continue  # a file of messages alone gets an empty service module
            texts[f"sidecar/{path.relative_to(scratch).as_posix()}"] = text
        return texts
