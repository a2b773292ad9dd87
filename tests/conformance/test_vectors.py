from __future__ import annotations

import ast
import importlib.util
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import read
import vector_set
from affectia import registry
from vector_set import Case

pytestmark = pytest.mark.conformance
HERE = Path(__file__).resolve().parent

# One tiny program per language: name -> the command, and the tool that it needs.
READERS = {"python": ((sys.executable, str(HERE / "readers" / "python" / "read.py")), sys.executable)}


def by_name(case: Case) -> str:
    return case.name


def check(case: Case) -> None:
    status, found = read.read(case.message, case.body, after=case.announcements)
    assert status.name.lower() == case.status, case.expected["shows"]
    if case.status == "ok":
        assert found is not None
        assert read.in_vector_form(found) == case.expected["decoded"], case.expected["shows"]
    else:
        assert found is None, "no partial result"


@pytest.mark.parametrize("case", vector_set.good(), ids=by_name)
def test_good_vector_decodes_to_what_its_table_says(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", [case for case in vector_set.good() if case.expected["roundtrip"]], ids=by_name)
def test_roundtrip_vector_is_encoded_byte_equal(case: Case) -> None:
    _, found = read.read(case.message, case.body, after=case.announcements)
    assert found is not None
    assert read.write(found).hex(" ") == case.body.hex(" ")


@pytest.mark.parametrize("case", [case for case in vector_set.good() if not case.expected["roundtrip"]], ids=by_name)
def test_what_was_skipped_is_not_sent_again(case: Case) -> None:
    _, found = read.read(case.message, case.body, after=case.announcements)
    assert found is not None
    status, again = read.read(case.message, read.write(found), after=case.announcements)
    assert status is registry.DecodeStatus.OK
    assert again == found


@pytest.mark.parametrize("case", vector_set.bad(), ids=by_name)
def test_bad_vector_is_refused_with_its_status(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("family", sorted(vector_set.families()))
def test_every_case_of_a_family_is_refused_with_its_status(family: str) -> None:
    cases = vector_set.families()[family]
    assert cases
    for case in cases:
        check(case)


def test_there_are_as_many_vectors_as_promised() -> None:
    assert len(vector_set.good()) >= 30
    assert len(vector_set.bad()) + len(vector_set.families()) >= 25


def test_every_status_has_a_vector() -> None:
    shown = {case.status for case in vector_set.every_case()}
    assert shown == {status.name.lower() for status in registry.DecodeStatus}


def test_the_files_are_what_the_tables_say() -> None:
    result = subprocess.run([sys.executable, str(HERE / "vectors" / "write.py"), "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_tables_use_nothing_but_the_standard_library() -> None:
    files = list((HERE / "vectors").glob("*.py"))
    own = {path.stem for path in files}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported = {str(node.module).split(".")[0]}
            else:
                continue
            assert imported <= own | sys.stdlib_module_names, path.name


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("typical_frame", 241),
        ("speech_frame", 247),
        ("speech_frame_of_a_day", 253),
        ("largest_frame", 323),
        ("head_and_shapes", 108),
        ("head_and_shapes_late", 110),
        ("emotion_typical", 194),
        ("emotion_face_feels", 170),
        ("emotion_face_only", 138),
        ("emotion_largest", 207),
        ("track_one_second", 2938),
    ],
)
def test_sizes_are_within_the_budget(name: str, size: int) -> None:
    assert len(vector_set.good_body(name)) == size
    assert size <= {"largest_frame": 330, "head_and_shapes": 110, "head_and_shapes_late": 110, "track_one_second": 3000}.get(name, 260)


@pytest.mark.parametrize("language", sorted(READERS))
def test_reader_program_agrees_on_every_case(language: str, tmp_path: Path) -> None:
    command, tool = READERS[language]
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed: the {language} reader is not compared")
    cases = vector_set.every_case()
    lines = []
    for number, case in enumerate(cases):
        file = tmp_path / f"{number}.cbor"
        file.write_bytes(case.body)
        after = [str(vector_set.VECTORS / "good" / f"{name}.cbor") for name in case.after]
        lines.append("\t".join((case.message, str(file), *after)))
    answers = [json.loads(line) for line in run_reader([*command, "--batch"], "\n".join(lines) + "\n")]
    assert len(answers) == len(cases)
    wrong = [case.name for case, answer in zip(cases, answers, strict=True) if answer != answer_of(case)]
    assert wrong == []


def test_reader_program_takes_one_file() -> None:
    case = next(case for case in vector_set.good() if case.name == "layout_custom_frame")
    files = [str(vector_set.VECTORS / "good" / f"{name}.cbor") for name in (case.name, *case.after)]
    lines = run_reader([*READERS["python"][0], case.message, *files], "")
    assert [json.loads(line) for line in lines] == [answer_of(case)]


def run_reader(command: Sequence[str], given: str) -> list[str]:
    result = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def answer_of(case: Case) -> dict[str, Any]:
    return {"status": case.status, "decoded": case.expected.get("decoded")}


AXES = [case for case in vector_set.good() if "axes" in case.expected]
TURNS = [case for case in AXES if "avatar_xyzw" in case.expected["axes"]]
MOVES = [case for case in AXES if "avatar_cm" in case.expected["axes"]]


def test_there_is_a_vector_for_each_axis_and_sign() -> None:
    axes = [case.expected["axes"] for case in TURNS]
    heads = {(axis["pitch_deg"], axis["yaw_deg"], axis["roll_deg"]) for axis in axes if axis["bone"] == "head"}
    assert {(20, 0, 0), (-20, 0, 0), (0, 20, 0), (0, -20, 0), (0, 0, 20), (0, 0, -20)} <= heads
    assert {tuple(case.expected["axes"]["avatar_cm"]) for case in MOVES} == {
        tuple(sign * 5 if place == axis else 0 for place in range(3)) for axis in range(3) for sign in (1, -1)
    }


@pytest.mark.parametrize("case", TURNS, ids=by_name)
def test_turned_bone_has_the_angles_that_the_vector_names(case: Case) -> None:
    axes = case.expected["axes"]
    bone = case.expected["decoded"]["bones"][registry.BONES.index(axes["bone"])]
    length = math.hypot(*bone)
    assert [each / length for each in bone] == pytest.approx(axes["avatar_xyzw"], abs=1e-4)
    pitch, yaw, roll = (math.radians(axes[name]) / 2 for name in ("pitch_deg", "yaw_deg", "roll_deg"))
    about_x = (math.sin(pitch), 0.0, 0.0, math.cos(pitch))
    about_y = (0.0, math.sin(yaw), 0.0, math.cos(yaw))
    about_z = (0.0, 0.0, math.sin(roll), math.cos(roll))
    assert axes["avatar_xyzw"] == pytest.approx(multiply(multiply(about_y, about_x), about_z), abs=1e-5)


@pytest.mark.parametrize("case", TURNS, ids=by_name)
@pytest.mark.parametrize(
    ("engine", "position"),
    [("unity_xyzw", lambda x, y, z: (-x, y, z)), ("unreal_xyzw", lambda x, y, z: (z, -x, y))],
    ids=["unity", "unreal"],
)
def test_engine_turns_a_converted_point_to_where_the_avatar_turns_it(case: Case, engine: str, position: Any) -> None:
    axes = case.expected["axes"]
    for point in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)):
        turned = position(*rotate(axes["avatar_xyzw"], point))
        assert rotate(axes[engine], position(*point)) == pytest.approx(turned, abs=1e-5)


@pytest.mark.parametrize("case", MOVES, ids=by_name)
def test_moved_head_is_where_the_vector_says(case: Case) -> None:
    axes = case.expected["axes"]
    x, y, z = (each / 100 for each in case.expected["decoded"]["head_translation"])
    assert axes["avatar_cm"] == [x, y, z]
    assert axes["unity_cm"] == [-x, y, z]
    assert axes["unreal_cm"] == [z, -x, y]


def multiply(a: Sequence[float], b: Sequence[float]) -> tuple[float, float, float, float]:
    ax, ay, az, aw = a
    bx, by, bz, bw = b
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def rotate(quaternion: Sequence[float], point: Sequence[float]) -> tuple[float, float, float]:
    x, y, z, w = quaternion
    return multiply(multiply(quaternion, (*point, 0.0)), (-x, -y, -z, w))[:3]


def test_the_reader_can_fail() -> None:
    case = next(case for case in vector_set.good() if case.name == "typical_frame")
    with pytest.raises(AssertionError):
        check(Case(case.name, case.message, "truncated", case.body, (), case.expected))


def test_no_vectors_is_a_failure(tmp_path: Path) -> None:
    specification = importlib.util.spec_from_file_location("empty_vector_set", vector_set.__file__)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    try:
        specification.loader.exec_module(module)
        vars(module)["VECTORS"] = tmp_path
        with pytest.raises(ValueError, match="no vectors"):
            module.good()
    finally:
        del sys.modules[specification.name]
