from __future__ import annotations

import pytest

from affectia.perception.face.quality import face_notice
from affectia.perception.face.quality.face_notice import FaceNotice

pytestmark = pytest.mark.unit

STEP_SECS = 0.1


def watch(notice: FaceNotice, troubles: set[int], steps: int, *, size_px: float = 120.0) -> list[str]:
    flags = [number in troubles for number in range(len(face_notice.NOTICES))]
    return [notice.step(flags, size_px=size_px, elapsed_secs=STEP_SECS) for _ in range(steps)]


def test_a_trouble_is_told_after_a_second_and_forgotten_a_second_after_it_ends() -> None:
    notice = FaceNotice()
    told = watch(notice, {face_notice.DARK}, 12)
    assert told[:9] == [""] * 9
    assert told[11] == face_notice.NOTICES[face_notice.DARK]
    over = watch(notice, set(), 12)
    assert over[8] == face_notice.NOTICES[face_notice.DARK]
    assert over[11] == ""


def test_a_flickering_trouble_is_not_told() -> None:
    notice = FaceNotice()
    for _ in range(40):
        assert watch(notice, {face_notice.MOUTH_COVERED}, 3) == [""] * 3
        assert watch(notice, set(), 3) == [""] * 3


def test_one_sentence_at_a_time_the_first_of_the_list() -> None:
    notice = FaceNotice()
    assert watch(notice, {face_notice.MOUTH_COVERED, face_notice.DARK}, 12)[-1] == face_notice.NOTICES[face_notice.DARK]
    assert watch(notice, {face_notice.MOUTH_COVERED}, 12)[-1] == "mouth is covered"


def test_the_size_follows_in_steps_only() -> None:
    notice = FaceNotice()
    assert watch(notice, {face_notice.TOO_SMALL}, 12, size_px=34.2)[-1] == "face is small (34 px), come closer"
    assert watch(notice, {face_notice.TOO_SMALL}, 1, size_px=37.0)[-1] == "face is small (34 px), come closer"
    assert watch(notice, {face_notice.TOO_SMALL}, 1, size_px=41.0)[-1] == "face is small (41 px), come closer"


def test_reset_forgets() -> None:
    notice = FaceNotice()
    watch(notice, {face_notice.DARK}, 12)
    notice.reset()
    assert watch(notice, {face_notice.DARK}, 1) == [""]
