"""The registries of C# and C++ compile without a warning, and say what the Python one says."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from affectia import registry

pytestmark = pytest.mark.conformance

ROOT = Path(__file__).resolve().parents[2]
CSHARP = ROOT / "unity-plugin/Runtime/Wire/Registry.g.cs"
CPP = ROOT / "unreal-plugin/Source/AffectiaWire/Public/AffectiaRegistry.g.h"

TELLS_CSHARP = """
using System;
using System.Collections.Generic;
using Affectia.Wire;
static class Program
{
    static void List<T>(string name, IReadOnlyList<T> items) { Console.WriteLine(name + "=" + string.Join(",", items)); }
    static void Main()
    {
        List("groups", Registry.Groups); List("blendshapes", Registry.Blendshapes); List("bones", Registry.Bones);
        List("visemes", Registry.Visemes); List("effects", Registry.Effects); List("emotions", Registry.Emotions);
        List("voice_events", Registry.VoiceEvents);
        List("action_units", Registry.ActionUnits); List("blendshape_groups", Registry.BlendshapeGroups);
        List("action_unit_groups", Registry.ActionUnitGroups);
        List("bone_groups", Registry.BoneGroups); List("bone_parents", Registry.BoneParents);
        Console.WriteLine("standard=" + Registry.LayoutStandardId + ":" + Registry.LayoutStandardHash.ToString("x16"));
        Console.WriteLine("affect=" + Registry.LayoutAffectId + ":" + Registry.LayoutAffectHash.ToString("x16"));
        Console.WriteLine("track=" + Registry.LayoutTrackId + ":" + Registry.LayoutTrackHash.ToString("x16"));
        List("track_numbers", new[] {
            Registry.WireMaxTrackBytes, Registry.WireMaxSampleRateHz, Registry.WireTrackQueueMillis,
            (int)TrackKey.StartSample, (int)TrackKey.Degraded, (int)LayoutKey.AudioRateHz, (int)LayoutKey.LookAheadMillis });
        List("numbers", new[] { Registry.WireMajor, Registry.PortBase, Registry.UnitQuaternionI16, Registry.TagI16Le });
        List("keys", new[] {
            (int)CommonKey.LayoutHash, (int)AvatarKey.AudioSample, (int)AffectKey.SpeakingProbability, (int)AffectKey.BlinkEvents,
            (int)AffectKey.EmotionShares, (int)AffectKey.EmotionLabel, (int)AffectKey.Prosody, (int)AffectKey.VoiceEvents });
        List("feeling_numbers", new[] {
            Registry.WireProsodyUnknown, Registry.UnitPitchU16PerHz, Registry.UnitPitchSpreadU16PerSemitone, Registry.UnitLevelU16PerDb,
            Registry.UnitSyllablesU16PerHz, (int)VoiceEvent.Bgm, (int)VoiceEvent.Cough });
        List("status", new[] { (int)DecodeStatus.TrailingBytes, (int)Source.Override, (int)Emotion.Contempt });
    }
}
"""

TELLS_CPP = """
#include "AffectiaRegistry.g.h"
#include <iostream>
#include <iomanip>
using namespace affectia;
template <class Items> void list(const char* name, const Items& items)
{
    std::cout << name << "=";
    bool first = true;
    for (const auto& item : items) { std::cout << (first ? "" : ",") << item; first = false; }
    std::cout << "\\n";
}
template <std::size_t N> void numbers(const char* name, const std::array<std::int8_t, N>& items)
{
    std::array<int, N> wide{};
    for (std::size_t i = 0; i < N; ++i) wide[i] = items[i];
    list(name, wide);
}
int main()
{
    list("groups", Groups); list("blendshapes", Blendshapes); list("bones", Bones); list("visemes", Visemes);
    list("effects", Effects); list("emotions", Emotions); list("voice_events", VoiceEvents); list("action_units", ActionUnits);
    numbers("blendshape_groups", BlendshapeGroups); numbers("action_unit_groups", ActionUnitGroups);
    numbers("bone_groups", BoneGroups); numbers("bone_parents", BoneParents);
    std::cout << std::setfill('0');
    std::cout << "standard=" << LayoutStandardId << ":" << std::hex << std::setw(16) << LayoutStandardHash << std::dec << "\\n";
    std::cout << "affect=" << LayoutAffectId << ":" << std::hex << std::setw(16) << LayoutAffectHash << std::dec << "\\n";
    std::cout << "track=" << LayoutTrackId << ":" << std::hex << std::setw(16) << LayoutTrackHash << std::dec << "\\n";
    std::cout << "track_numbers=" << WireMaxTrackBytes << "," << WireMaxSampleRateHz << "," << WireTrackQueueMillis << ","
              << int(TrackKey::StartSample) << "," << int(TrackKey::Degraded) << ","
              << int(LayoutKey::AudioRateHz) << "," << int(LayoutKey::LookAheadMillis) << "\\n";
    std::cout << "numbers=" << WireMajor << "," << PortBase << "," << UnitQuaternionI16 << "," << TagI16Le << "\\n";
    std::cout << "keys=" << int(CommonKey::LayoutHash) << "," << int(AvatarKey::AudioSample) << ","
              << int(AffectKey::SpeakingProbability) << "," << int(AffectKey::BlinkEvents) << "," << int(AffectKey::EmotionShares) << ","
              << int(AffectKey::EmotionLabel) << "," << int(AffectKey::Prosody) << "," << int(AffectKey::VoiceEvents) << "\\n";
    std::cout << "feeling_numbers=" << WireProsodyUnknown << "," << UnitPitchU16PerHz << "," << UnitPitchSpreadU16PerSemitone << ","
              << UnitLevelU16PerDb << "," << UnitSyllablesU16PerHz << "," << int(VoiceEvent::Bgm) << "," << int(VoiceEvent::Cough) << "\\n";
    std::cout << "status=" << int(DecodeStatus::TrailingBytes) << "," << int(Source::Override) << "," << int(Emotion::Contempt) << "\\n";
}
"""


def told_by_python() -> dict[str, str]:
    def listed(items: tuple[object, ...]) -> str:
        return ",".join(map(str, items))

    layouts = {layout.name: f"{layout.layout_id}:{layout.layout_hash.hex()}" for layout in registry.LAYOUTS}
    return {
        "groups": listed(registry.GROUPS),
        "blendshapes": listed(registry.BLENDSHAPES),
        "bones": listed(registry.BONES),
        "visemes": listed(registry.VISEMES),
        "effects": listed(registry.EFFECTS),
        "emotions": listed(registry.EMOTIONS),
        "voice_events": listed(registry.VOICE_EVENTS),
        "action_units": listed(registry.ACTION_UNITS),
        "blendshape_groups": listed(registry.BLENDSHAPE_GROUPS),
        "action_unit_groups": listed(registry.ACTION_UNIT_GROUPS),
        "bone_groups": listed(registry.BONE_GROUPS),
        "bone_parents": listed(registry.BONE_PARENTS),
        "standard": layouts["standard"],
        "affect": layouts["affect"],
        "track": layouts["track"],
        "track_numbers": listed(
            (
                registry.WIRE_MAX_TRACK_BYTES,
                registry.WIRE_MAX_SAMPLE_RATE_HZ,
                registry.WIRE_TRACK_QUEUE_MILLIS,
                int(registry.TrackKey.START_SAMPLE),
                int(registry.TrackKey.DEGRADED),
                int(registry.LayoutKey.AUDIO_RATE_HZ),
                int(registry.LayoutKey.LOOK_AHEAD_MILLIS),
            )
        ),
        "numbers": listed((registry.WIRE_MAJOR, registry.PORT_BASE, registry.UNIT_QUATERNION_I16, registry.TAG_I16_LE)),
        "keys": listed(
            (
                int(registry.CommonKey.LAYOUT_HASH),
                int(registry.AvatarKey.AUDIO_SAMPLE),
                int(registry.AffectKey.SPEAKING_PROBABILITY),
                int(registry.AffectKey.BLINK_EVENTS),
                int(registry.AffectKey.EMOTION_SHARES),
                int(registry.AffectKey.EMOTION_LABEL),
                int(registry.AffectKey.PROSODY),
                int(registry.AffectKey.VOICE_EVENTS),
            )
        ),
        "feeling_numbers": listed(
            (
                registry.WIRE_PROSODY_UNKNOWN,
                registry.UNIT_PITCH_U16_PER_HZ,
                registry.UNIT_PITCH_SPREAD_U16_PER_SEMITONE,
                registry.UNIT_LEVEL_U16_PER_DB,
                registry.UNIT_SYLLABLES_U16_PER_HZ,
                int(registry.VoiceEvent.BGM),
                int(registry.VoiceEvent.COUGH),
            )
        ),
        "status": listed((int(registry.DecodeStatus.TRAILING_BYTES), int(registry.Source.OVERRIDE), int(registry.Emotion.CONTEMPT))),
    }


def told(command: list[str | Path]) -> dict[str, str]:
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.requires_tool("g++")
def test_cpp_says_the_same(tmp_path: Path) -> None:
    source, program = tmp_path / "tells.cpp", tmp_path / "tells"
    source.write_text(TELLS_CPP)
    flags = ["-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", f"-I{CPP.parent}"]
    subprocess.run(["g++", *flags, "-o", program, source], check=True)
    assert told([program]) == told_by_python()


@pytest.mark.requires_tool("mcs", "mono")
def test_csharp_says_the_same(tmp_path: Path) -> None:
    source, program = tmp_path / "Tells.cs", tmp_path / "Tells.exe"
    source.write_text(TELLS_CSHARP)
    subprocess.run(["mcs", "-langversion:latest", "-warnaserror+", "-warn:4", f"-out:{program}", source, CSHARP], check=True)
    assert told(["mono", program]) == told_by_python()


def test_the_committed_files_are_what_the_generator_writes() -> None:
    result = subprocess.run([sys.executable, str(ROOT / "protos/generate.py"), "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_generated_file_that_was_touched_is_noticed(tmp_path: Path) -> None:

    shutil.copytree(ROOT / "protos", tmp_path / "protos")
    for name in ("sidecar/affectia/registry.py", "sidecar/affectia/v1"):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, target)
    command = [sys.executable, str(tmp_path / "protos/generate.py")]
    subprocess.run(command, check=True, capture_output=True)
    assert subprocess.run([*command, "--check"], capture_output=True, check=False).returncode == 0
    generated = tmp_path / "sidecar/affectia/registry.py"
    generated.write_text(re.sub("WIRE_MAJOR: Final = 1", "WIRE_MAJOR: Final = 2", generated.read_text()))
    result = subprocess.run([*command, "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "-WIRE_MAJOR: Final = 2" in result.stdout


def test_the_hash_is_the_one_of_the_specification() -> None:

    for layout in registry.LAYOUTS:
        names = "\n".join(name for part in layout.parts for name in part)
        assert layout.layout_hash == hashlib.sha256(names.encode()).digest()[:8]
