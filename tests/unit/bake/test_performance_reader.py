from __future__ import annotations

from pathlib import Path

import pytest

from affectia import registry
from affectia.bake.performance_reader import MAX_BYTES, load_script, read_script
from affectia.bake.performance_script import Gesture, Layer, Look, Override
from affectia.errors import CaptureError, ConfigError

pytestmark = pytest.mark.unit

WHOLE = """
secs = 12
seed = 7
avatar = "guard-2"
rate_hz = 30
idle = false

[[lines]]
at_secs = 4
sound = "line.wav"
from_secs = 0.5
to_secs = 3
emotions = [{ at_secs = 0, emotions = { happy = 1 } }, { at_secs = 1.5, emotions = { sad = 0.5, fear = 0.25 } }]

[[overrides]]
name = "eyeBlinkLeft"
value = 1
from_secs = 5
to_secs = 6

[[overrides]]
bone = "head"
roll_deg = -10
mode = "add"
from_secs = 5
to_secs = 6

[[gestures]]
name = "nod"
at_secs = 1

[[looks]]
from_secs = 1
to_secs = 2
yaw_deg = 20

[[layers]]
layer = "emotion"
at_secs = 3
weight = 0.5
"""


def test_whole_script_is_read() -> None:
    script = read_script(WHOLE.encode())
    assert (script.secs, script.seed, script.avatar, script.rate_hz, script.idle) == (12.0, 7, "guard-2", 30.0, False)
    (line,) = script.lines
    assert (line.at_secs, line.sound, line.timing, line.from_secs, line.to_secs, line.linger_secs) == (4.0, "line.wav", "", 0.5, 3.0, 0.5)
    assert [code.at_secs for code in line.emotions] == [0.0, 1.5]
    assert dict(zip(registry.EMOTIONS, line.emotions[1].weights, strict=True))["fear"] == 0.25
    assert script.overrides == (
        Override(5.0, 6.0, name="eyeBlinkLeft", value=1.0),
        Override(5.0, 6.0, bone="head", roll_deg=-10.0, mode="add"),
    )
    assert script.gestures == (Gesture("nod", 1.0),)
    assert script.looks == (Look(1.0, 2.0, yaw_deg=20.0),)
    assert script.layers == (Layer("emotion", 3.0, 0.5),)


def test_json_has_the_same_keys() -> None:
    assert read_script(b'{"secs": 2, "gestures": [{"name": "nod", "at_secs": 1}]}') == read_script(
        b'secs = 2\n[[gestures]]\nname = "nod"\nat_secs = 1'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "script has no secs, expected one"),
        ("secs = 0", "secs of script is 0, expected 0.1 to 600"),
        ("secs = ", "script is no TOML: invalid value (at end of document)"),
        ('{"secs": 1,}', "script is no JSON: "),
        ("secs = 1\nsede = 2", "key of script is 'sede', expected one of secs, avatar, seed, "),
        ("secs = 1\nseed = -1", "seed of script is -1, expected 0 to 9223372036854775807"),
        ('secs = 1\navatar = "No One"', "avatar id is 'No One', expected"),
        ("secs = 1\nrate_hz = 1000", "rate_hz of script is 1000, expected 1 to 240"),
        ("secs = 1\nlines = 3", "lines of script is a number, expected a list of tables"),
        ("secs = 1\n[[lines]]\nat_secs = 0", "line 1 has neither sound nor timing, expected one of them at least"),
        ('secs = 1\n[[lines]]\nat_secs = 2\nsound = "a"', "at_secs of line 1 is 2, expected 0 to 1"),
        (
            'secs = 1\n[[lines]]\nat_secs = 0\nsound = "a"\nfrom_secs = 2\nto_secs = 1',
            "to_secs of line 1 is 1, expected more than from_secs, which is 2",
        ),
        (
            'secs = 1\n[[lines]]\nat_secs = 0\nsound = "a"\nemotions = [{at_secs = 0, emotions = {hapy = 1}}]',
            "emotion of line 1 is 'hapy', expected one of ",
        ),
        (
            'secs = 1\n[[lines]]\nat_secs = 0\nsound = "a"\nemotions = [{at_secs = 0, emotions = {happy = 2}}]',
            "weight of 'happy' of line 1 is 2, expected 0 to 1",
        ),
        (
            'secs = 1\n[[lines]]\nat_secs = 0\nsound = "a"\nemotions = [{at_secs = 1, emotions = {}}, {at_secs = 1, emotions = {}}]',
            "at_secs of time code 1 is 1, expected at least 0.001 more than 1, the one before, in line 1",
        ),
        (
            'secs = 1\n[[lines]]\nat_secs = 0\nsound = "a"\nemotions = [{emotions = {}}]',
            "emotion of line 1, number 1 has no at_secs, expected one",
        ),
        ('secs = 1\n[[gestures]]\nname = "nodd"\nat_secs = 0', "name of gesture 1 is 'nodd', expected one of nod, "),
        ('secs = 1\n[[overrides]]\nname = "jawOpen"\nvalue = 2\nfrom_secs = 0\nto_secs = 1', "value of override 1 is 2, expected 0 to 1"),
        ('secs = 1\n[[overrides]]\nname = "jawOpne"\nvalue = 1\nfrom_secs = 0\nto_secs = 1', "override is of 'jawOpne', expected a "),
        ('secs = 1\n[[overrides]]\nname = "jawOpen"\nfrom_secs = 0\nto_secs = 1', "override 1 has no value, expected one"),
        ("secs = 1\n[[overrides]]\nvalue = 1\nfrom_secs = 0\nto_secs = 1", "override 1 has neither name nor bone, expected one of them"),
        (
            'secs = 1\n[[overrides]]\nname = "jawOpen"\nbone = "head"\nvalue = 1\nfrom_secs = 0\nto_secs = 1',
            "override 1 has both name and bone, expected one of them",
        ),
        ('secs = 1\n[[overrides]]\nbone = "hand"\nfrom_secs = 0\nto_secs = 1', "bone is 'hand', expected one of "),
        (
            'secs = 1\n[[overrides]]\nname = "jawOpen"\nvalue = 1\nfrom_secs = 1\nto_secs = 1',
            "to_secs of override 1 is 1, expected more than from_secs, which is 1",
        ),
        ("secs = 1\n[[looks]]\nfrom_secs = 0\nto_secs = 1\npitch_deg = 100", "pitch_deg of look 1 is 100, expected -90 to 90"),
        ('secs = 1\n[[layers]]\nlayer = "face2"\nat_secs = 0\nweight = 1', "layer of layer 1 is 'face2', expected one of idle, face, "),
    ],
)
def test_broken_script_is_refused_with_a_sentence(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_script(text.encode())
    assert str(caught.value).startswith(message)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ConfigError, match="^script is no text in UTF-8, expected TOML or JSON$"):
        read_script(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="^script is no "):
        read_script(b'{"a":' * 100_000)


def test_file_is_read_or_named(tmp_path: Path) -> None:
    path = tmp_path / "script.toml"
    path.write_text(WHOLE)
    assert load_script(path) == read_script(WHOLE.encode())
    path.write_text("secs = 0")
    with pytest.raises(ConfigError, match=f"expected 0.1 to 600: {path}$"):
        load_script(path)
    path.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(ConfigError, match=f"script has {MAX_BYTES + 1} bytes, expected at most {MAX_BYTES}: {path}$"):
        load_script(path)
    with pytest.raises(CaptureError, match="^script is a folder or a device, expected a file"):
        load_script(tmp_path)
    with pytest.raises(CaptureError, match=r"^script cannot be read \(no such file or directory\)"):
        load_script(tmp_path / "none.toml")
