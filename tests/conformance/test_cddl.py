from __future__ import annotations

import functools
from pathlib import Path

import pycddl
import pytest

import vector_set
from vector_set import Case

pytestmark = pytest.mark.conformance
CDDL = (Path(__file__).resolve().parents[2] / "protos" / "avatar_frame.cddl").read_text(encoding="utf-8")
KINDS = ("avatar_frame", "emotion_update", "track_chunk", "layout")

# Good, and not for this validator: the lengths in the CDDL are those of the standard layouts, and pycddl looks into what is skipped.
NOT_FOR_CDDL = {
    "layout_custom_frame": "lengths of a custom layout",
    "layout_id_largest_frame": "lengths of a custom layout",
    "unknown_simple": "pycddl knows no simple values beyond null and undefined",
    "unknown_simple_largest": "pycddl knows no simple values beyond null and undefined",
    "unknown_text_not_utf8": "pycddl wants UTF-8 even under an unknown key",
}
SEEN = ("wrong_type", "wrong_length", "missing_key", "unsupported_version")
# Bad with one of these statuses, and not seen: what CDDL cannot say, and what pycddl does not look at.
NOT_SEEN = {
    "header_keys_swapped": "order of keys",
    "version_last": "order of keys",
    "bones_of_standard_in_layout_2": "a length that depends on the layout",
    "effects_of_no_names": "a length that depends on the layout",
    "visemes_of_no_names": "a length that depends on the layout",
    "audio_sample_negative": ".size of a negative integer",
    "sequence_negative": ".size of a negative integer",
    "dominant_viseme_uint": ".size of an integer where bytes are wanted",
    "groups_text": ".size of text where bytes are wanted",
    "layout_hash_text": ".size of text where bytes are wanted",
    "emotion_support_bytes": "bytes where a range is wanted",
    "blendshapes_array": "arrays among the choices of a tag",
    "blendshapes_tagged_array": "arrays among the choices of a tag",
    "blendshapes_tagged_text": "text among the choices of a tag",
    "track_keys_swapped": "order of keys",
    "track_start_sample_negative": ".size of a negative integer",
    **dict.fromkeys(
        (f"track_{field}_bytes" for field in ("degraded", "end", "frame_count", "frame_rate", "look_ahead")),
        "bytes where a range is wanted",
    ),
    **dict.fromkeys(
        (
            *(f"track_blendshapes_{length}" for length in ("of_all_52", "of_one_frame", "one_less", "one_more", "without_bytes")),
            *("track_visemes_one_less", "track_visemes_one_more"),
            *("track_frames_announced_one_less", "track_most_frames_announced", "track_no_frames_announced"),
        ),
        "a length that depends on the number of frames",
    ),
    "layout_message_1_part": "the number of items where the choices are arrays",
    "layout_message_3_parts": "the number of items where the choices are arrays",
    "layout_message_5_parts": "the number of items where the choices are arrays",
    "layout_message_name_bytes": "items where the choices are arrays",
    "layout_message_name_integer": "items where the choices are arrays",
}


@functools.cache
def schema(kind: str) -> pycddl.Schema:
    return pycddl.Schema(f"root = {kind}\n{CDDL}")


def by_name(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", [case for case in vector_set.good() if case.name not in NOT_FOR_CDDL], ids=by_name)
def test_good_vector_fits_the_cddl(case: Case) -> None:
    schema(case.message).validate_cbor(case.body)
    if case.expected["roundtrip"]:  # pycddl mixes up unknown keys and choices between maps
        schema("message").validate_cbor(case.body)


@pytest.mark.parametrize("case", [case for case in vector_set.bad() if case.status in SEEN and case.name not in NOT_SEEN], ids=by_name)
def test_bad_vector_does_not_fit_the_cddl(case: Case) -> None:
    with pytest.raises(pycddl.ValidationError):
        schema(case.message).validate_cbor(case.body)


@pytest.mark.parametrize("kind", KINDS)
def test_good_vectors_fit_no_other_message(kind: str) -> None:
    others = [case for case in vector_set.good() if case.message != kind and case.name.endswith(("typical", "typical_frame", "custom"))]
    assert len(others) >= 2
    for case in others:
        with pytest.raises(pycddl.ValidationError):
            schema(kind).validate_cbor(case.body)


def test_exceptions_name_vectors_that_exist() -> None:
    assert set(NOT_FOR_CDDL) <= {case.name for case in vector_set.good()}
    assert set(NOT_SEEN) <= {case.name for case in vector_set.bad() if case.status in SEEN}
