from __future__ import annotations

from pathlib import Path

import pytest

from devtools.house_rules import MAX_PYTHON_LINES, findings, log_findings, text_findings

pytestmark = pytest.mark.unit

# In parts, so that this file does not break the rules that it tests.
INDEX = "https://packages.example/sim" + "ple"
MACHINE = "/wo" + "rk/main/a.py"


@pytest.mark.parametrize(
    "line",
    [
        f"see {INDEX}",
        '"resol' + 'ved": "https://packages.example/a.tgz"',
        "see https://regis" + "try.example.com/a.tgz",
        "pip install --index" + "-url http://x",
        "-i --extra-index" + "-url=file:///x",
        "PIP_INDEX" + "_URL=https://x",
        '["--index' + "-url\", 'https://x']",
        f'path = "{MACHINE}"',
        "cd /ro" + "ot/.cache",
        "cat /tmp/d" + "ev",
        "open('/home/an" + "na/clip.mp4')",
    ],
)
def test_addresses_and_machine_paths_are_found(line: str) -> None:
    assert [number for number, _what in text_findings(f"first\n{line}\n")] == [2]


@pytest.mark.parametrize(
    "line",
    [
        "a/work/b",
        "https://example.com/work/x",
        "network/root/x",
        "/workshop/x",
        "the pypi wheel",
        "storage.googleapis.com/models",
        "/tmp/device",
    ],
)
def test_harmless_text_is_left_alone(line: str) -> None:
    assert list(text_findings(line)) == []


@pytest.mark.parametrize(
    "call",
    [
        'logger.info("landmarks %s", points)',
        'log.debug("got", image)',
        '_log.warning(f"bad {self.emotion_scores}")',
        'logging.getLogger("a").error("x", extra={"transcript": text})',
        'self._logger.exception("no face", exc_info=faceImage)',
    ],
)
def test_log_messages_about_people_are_found(call: str) -> None:
    assert [line for line, _what in log_findings(f"\n{call}\n")] == [2]


@pytest.mark.parametrize(
    "call",
    [
        'logger.info("face_landmarker is loaded")',
        'logger.info("%d values", len(scores))',
        'console.print("score", score)',
        "self.scores.error(image)",
        'logger.info("frame %d dropped", sequence)',
    ],
)
def test_counts_ids_and_other_calls_are_left_alone(call: str) -> None:
    assert list(log_findings(call)) == []


def test_findings_name_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "sidecar").mkdir()
    (tmp_path / "README.md").write_text(f"first\n{INDEX}\n")
    (tmp_path / "long.py").write_text("a = 1\n" * (MAX_PYTHON_LINES + 1))
    (tmp_path / "generated.py").write_text("# DO NOT EDIT\n" * (MAX_PYTHON_LINES + 1))
    (tmp_path / "sidecar" / "a.py").write_text("logger.info(image)\n")
    (tmp_path / "other.py").write_text("logger.info(image)\n")
    (tmp_path / "picture.png").write_bytes(b"\0" + INDEX.encode())
    assert sorted(line.split(" ")[0] for line in findings(tmp_path)) == ["README.md:2:", "long.py:401:", "sidecar/a.py:1:"]
