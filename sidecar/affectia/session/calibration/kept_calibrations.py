"""The calibrations that this user keeps, as what they are and not as files."""

from __future__ import annotations

from typing import NamedTuple

from affectia.errors import CaptureError, ConfigError
from affectia.signals import calibration_document
from affectia.signals.face_calibration import FaceCalibration
from affectia.store.calibration_store import CalibrationStore


class KeptCalibration(NamedTuple):
    """One that is kept; without a calibration where its file cannot be used, `problem` then says why."""

    name: str
    calibration: FaceCalibration | None
    problem: str = ""


class KeptCalibrations:
    """Reads and writes them; any thread, and it waits for the disk."""

    def __init__(self, store: CalibrationStore | None = None) -> None:
        self._store = store or CalibrationStore()

    def load(self, name: str) -> FaceCalibration:
        """The calibration of a name; raises ConfigError for what is no name, CaptureError where none is kept or its file is broken."""
        found = self._store.load(name)
        try:
            return calibration_document.calibration_of(found, name=name)
        except ConfigError as error:
            raise self._store.broken(name, f"is broken, {error}") from None

    def keep(self, calibration: FaceCalibration) -> None:
        """Keep one under its name, in the place of what was there; raises CaptureError where it cannot be written."""
        self._store.save(calibration.name, calibration_document.document(calibration))

    def all(self) -> tuple[KeptCalibration, ...]:
        """Every one, by name; a broken one keeps none of the others away."""
        return tuple(self._kept(name) for name in self._store.names())

    def delete(self, name: str) -> None:
        """Take one away; raises CaptureError where there is none. Sessions that use it go on with it."""
        self._store.delete(name)

    def _kept(self, name: str) -> KeptCalibration:
        try:
            return KeptCalibration(name, self.load(name))
        except CaptureError as error:
            return KeptCalibration(name, None, str(error))
