"""One member of a package archive, taken out without unpacking the rest."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from pathlib import Path

from affectia.errors import ModelUnavailable
from affectia.inference.limited_file import write_limited

# What the two modules raise for archives that are cut off, encrypted or not archives at all.
_ARCHIVE_ERRORS = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, RuntimeError, NotImplementedError)


def extract_member(archive: Path, member: str, *, to: Path, size_bytes: int) -> Path:
    """Write one member of a wheel, zip or gzipped tar to the new file `to` and return it.

    The member's name only selects; where the bytes go is `to` alone. Its stated size is checked before anything is read.

    Raises:
        ModelUnavailable: the archive cannot be read, has no such regular file, or the file's size is not `size_bytes`.
    """
    try:
        if archive.name.endswith((".whl", ".zip")):
            _from_zip(archive, member, to=to, size_bytes=size_bytes)
        else:
            _from_tar(archive, member, to=to, size_bytes=size_bytes)
    except _ARCHIVE_ERRORS as error:
        raise ModelUnavailable(f"its archive cannot be read: {type(error).__name__}") from error
    return to


def _from_zip(archive: Path, member: str, *, to: Path, size_bytes: int) -> None:
    with zipfile.ZipFile(archive) as opened:
        try:
            info = opened.getinfo(member)
        except KeyError:
            raise _absent(member) from None
        if info.is_dir():
            raise _absent(member)
        _check_size(info.file_size, member, size_bytes)
        with opened.open(info) as stream:
            write_limited(stream, to, limit_bytes=size_bytes)


def _from_tar(archive: Path, member: str, *, to: Path, size_bytes: int) -> None:
    with tarfile.open(archive, "r:gz") as opened:
        # Walks the headers instead of asking for all of them, so that it can stop at the member.
        for info in opened:
            if info.name != member:
                continue
            stream = opened.extractfile(info) if info.isreg() else None
            if stream is None:
                raise _absent(member)
            _check_size(info.size, member, size_bytes)
            with stream:
                write_limited(stream, to, limit_bytes=size_bytes)
            return
    raise _absent(member)


def _absent(member: str) -> ModelUnavailable:
    return ModelUnavailable(f"its archive holds no file {member}")


def _check_size(found_bytes: int, member: str, size_bytes: int) -> None:
    if found_bytes != size_bytes:
        raise ModelUnavailable(f"its archive holds {found_bytes} bytes, expected {size_bytes}: {member}")
