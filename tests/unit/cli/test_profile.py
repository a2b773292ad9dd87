from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from affectia.cli.profile import profile_app
from affectia.errors import CaptureError, ConfigError
from affectia.rig.profile_file import PROFILE_NAMES, load_profile

pytestmark = pytest.mark.unit

LISTS = Path(__file__).parents[1] / "rig" / "morph_lists"


def run(*arguments: str, columns: int = 80) -> Result:
    result = CliRunner().invoke(profile_app, list(arguments), env={"COLUMNS": str(columns)})
    if isinstance(result.exception, ConfigError | CaptureError):
        raise result.exception
    assert result.exit_code == 0, result.output
    assert max(len(line.rstrip()) for line in result.output.splitlines() if not line.startswith("wrote ")) <= columns
    return result


def words(result: Result) -> list[list[str]]:
    return [line.split() for line in result.output.splitlines()]


def test_list_shows_every_profile_in_80_columns() -> None:
    result = run("list")
    assert [line[0] for line in words(result) if line and line[0] in PROFILE_NAMES] == list(PROFILE_NAMES)
    assert ["vrm1", "17", "visemes", "VRM", "1.0", "expressions"] in words(result)


def test_show_tells_what_each_shape_is_made_of() -> None:
    lines = words(run("show", "vrm1"))
    assert ["relaxed", "emotion", "0.7", "mouthSmile", "-", "1", "happy"] in lines
    assert ["blink", "stand-in", "eyesClosed"] in lines
    assert "no tongue: a share of it opens the jaw" in run("show", "vrm1").output


def test_show_tells_all_that_a_profile_of_ones_own_says(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "mine"\ntitle = "my [red]cat"\nlevel = "jaw"\nmirror = true\n[routing]\nhead = "none"\n[shapes]\n'
        'x = { from = "aa", gain = 2, offset = -0.1, limit = 0.5, curve = "damped", group = "eyes" }\nidle = { from = {} }\n',
        encoding="utf-8",
    )
    result = run("show", str(path))
    assert "mine: my [red]cat" in result.output
    assert "left and right are swapped" in result.output
    assert "left to the engine: head" in result.output
    assert ["x", "eyes", "aa,", "gain", "2,", "offset", "-0.1,", "damped,", "0", "to", "0.5"] in words(result)
    assert ["idle", "mouth", "nothing"] in words(result)


def test_match_shows_every_profile_and_the_best_one_in_full() -> None:
    lines = words(run("match", str(LISTS / "vroid.txt")))
    assert ["vrm1", "<", "13", "of", "17", "4", "1", "35", "visemes"] in lines
    assert ["arkit52", "2", "of", "52", "50", "12", "35", "visemes"] in lines
    assert ["aa", "Face.M_F00_000_00_Fcl_MTH_A"] in lines
    assert ["eyeWide", "Face.M_F00_000_00_Fcl_EYE_Spread", "stands", "in"] in lines
    assert ["missing", "(4):", "lookUp,", "lookDown,", "lookLeft,", "lookRight"] in lines


def test_match_of_one_profile_shows_no_other() -> None:
    result = run("match", str(LISTS / "game_character.txt"), "--profile", "vrm0")
    assert "vrm0: 0 of 16 shapes, out of 9 morphs" in result.output
    assert "vrm1" not in result.output


def test_match_is_readable_on_a_narrow_screen() -> None:
    assert "Fcl_MTH_A" in run("match", str(LISTS / "vroid.txt"), columns=70).output


def test_match_writes_a_profile_that_loads(tmp_path: Path) -> None:
    out = tmp_path / "my.toml"
    result = run("match", str(LISTS / "vroid.txt"), "--out", str(out))
    assert f"wrote {out}: 14 shapes" in result.output
    profile = load_profile(str(out))
    assert (profile.name, len(profile.shapes)) == ("vrm1-avatar", 14)
    assert out.read_text(encoding="utf-8").startswith("# Made by `affectia profile match` for 49 morph targets;")


def test_an_avatar_without_a_face_gets_no_profile(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("Fat\n[bold]Thin\n", encoding="utf-8")
    result = run("match", str(names), "--profile", "vrm1")
    assert "nothing moves the mouth" in result.output
    assert "unused (2): Fat, [bold]Thin" in result.output
    out = tmp_path / "my.toml"
    with pytest.raises(ConfigError, match="none of 2 morphs is known"):
        run("match", str(names), "--out", str(out))
    assert not out.exists()


def test_a_profile_is_written_where_it_is_found_again(tmp_path: Path) -> None:
    names = str(LISTS / "vroid.txt")
    with pytest.raises(ConfigError, match=r"--out is not named \.toml"):
        run("match", names, "--out", str(tmp_path / "my.txt"))
    with pytest.raises(ConfigError, match="profile cannot be written"):
        run("match", names, "--out", str(tmp_path / "no" / "my.toml"))


def test_what_is_not_known_is_told() -> None:
    with pytest.raises(ConfigError, match="profile is 'vrm', expected one of"):
        run("show", "vrm")
    with pytest.raises(CaptureError, match="file cannot be read"):
        run("match", "no.txt")
