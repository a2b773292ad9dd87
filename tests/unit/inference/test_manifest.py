from __future__ import annotations

from pathlib import Path

import pytest

from affectia.errors import ConfigError
from affectia.inference.manifest import Manifest

pytestmark = pytest.mark.unit

SOUND = """
[[model]]
id = "face"
kind = "model"
file = "face.task"
bytes = 10
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
licence = "Apache-2.0"
purpose = "finds a face"
used_for = ["demo"]
labels = ["happy", "sad"]
sources = [
  { type = "pypi", package = "faces==1.0", member = "faces/face.task" },
  { type = "npm", package = "@scope/faces@1.0.0", member = "package/face.task" },
  { type = "url", url = "https://models.example.org/face.task" },
]
"""


def test_a_sound_manifest_is_read_whole() -> None:
    manifest = Manifest.parse(SOUND)
    entry = manifest.entry("face")
    assert manifest.ids == ("face",)
    assert (entry.kind, entry.file, entry.size_bytes, entry.sha256) == ("model", "face.task", 10, "0" * 64)
    assert (entry.licence, entry.purpose, entry.used_for, entry.labels) == ("Apache-2.0", "finds a face", ("demo",), ("happy", "sad"))
    assert [source.name for source in entry.sources] == ["pypi faces==1.0", "npm @scope/faces@1.0.0", "url models.example.org"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("licence =", "license =", r"model face has the unknown key 'license', .*, did you mean licence"),
        ("[[model]]", "version = 1\n[[model]]", "manifest has the unknown key 'version', expected model"),
        ("[[model]]", "[[models]]", "unknown key 'models', expected model, did you mean model"),
        ('purpose = "finds a face"\n', "", "model face has no purpose, expected one"),
        ('purpose = "finds a face"', 'purpose = " "', "model face has purpose ' ', expected a text"),
        ('id = "face"', 'id = "../face"', "model 1 has id '../face', expected lower-case letters"),
        ('kind = "model"', 'kind = "modle"', "has kind 'modle', expected one of model, clip, did you mean model"),
        ("bytes = 10", "bytes = 0", "model face has bytes 0, expected a whole number above 0"),
        ("bytes = 10", "bytes = true", "model face has bytes True, expected a whole number"),
        ("bytes = 10", 'bytes = "10"', "model face has bytes '10', expected a whole number"),
        ("0" * 64, "0" * 63, "expected 64 lower-case hexadecimal digits"),
        ("0" * 64, "A" * 64, "expected 64 lower-case hexadecimal digits"),
        ('["demo"]', '["demos"]', "has used_for 'demos', expected one of demo, test, did you mean demo"),
        ('["demo"]', '["demo", "demo"]', "expected each once"),
        ('["happy", "sad"]', "[1]", r"has labels \[1\], expected a list of texts"),
        ('file = "face.task"', 'file = "../face.task"', "has file '../face.task', expected a bare file name"),
        ('file = "face.task"', 'file = "a/face.task"', "expected a bare file name"),
        ('file = "face.task"', "file = 'a\\face.task'", "expected a bare file name"),
        ('file = "face.task"', 'file = "C:face.task"', "expected a bare file name"),
        ('file = "face.task"', 'file = ".."', "expected a bare file name"),
        ('type = "pypi"', 'type = "hub"', "source 1 of model face has type 'hub', expected one of pypi, npm, url"),
    ],
)
def test_what_cannot_be_right_is_named(old: str, new: str, message: str) -> None:
    assert old in SOUND
    with pytest.raises(ConfigError, match=message):
        Manifest.parse(SOUND.replace(old, new, 1))


def test_an_id_given_twice_is_an_error() -> None:
    with pytest.raises(ConfigError, match="model id 'face' is given twice"):
        Manifest.parse(SOUND + SOUND)


@pytest.mark.parametrize("text", ["", "model = []", "[model]\nid = 1"])
def test_a_manifest_without_models_is_an_error(text: str) -> None:
    with pytest.raises(ConfigError, match=r"manifest has no \[\[model\]\] tables"):
        Manifest.parse(text)


def test_text_that_is_no_toml_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"manifest is not TOML: \w"):
        Manifest.parse("[[model]]\nid = ")


def test_sources_must_be_there() -> None:
    head, _, _ = SOUND.partition("sources")
    with pytest.raises(ConfigError, match="model face has no sources"):
        Manifest.parse(head + "sources = []\n")


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="model 'fase' is unknown, expected one of face, did you mean face"):
        Manifest.parse(SOUND).entry("fase")


def test_ids_are_chosen_by_use() -> None:
    manifest = Manifest.parse(SOUND + SOUND.replace('"face"', '"other"').replace('["demo"]', '["test"]'))
    assert manifest.ids_for("demo") == ("face",)
    assert manifest.ids_for("test") == ("other",)
    with pytest.raises(ConfigError, match="use is 'demp', expected one of demo, test, did you mean demo"):
        manifest.ids_for("demp")


def test_a_missing_or_garbled_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="manifest cannot be read: No such file"):
        Manifest.load(tmp_path / "absent.toml")
    (tmp_path / "garbled.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="manifest cannot be read: UnicodeDecodeError"):
        Manifest.load(tmp_path / "garbled.toml")


def test_our_own_manifest_has_what_demo_and_test_need() -> None:
    manifest = Manifest.load()
    assert {"face_landmarker", "carphone"} <= set(manifest.ids_for("demo")) & set(manifest.ids_for("test"))
    assert len({entry.sha256 for entry in manifest.entries}) == len(manifest.entries)
