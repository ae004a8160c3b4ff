"""How much energy a run took, where the machine tells: counters of the processor and the graphics cards."""

import ctypes
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

RAPL: Final = Path("/sys/class/powercap")


class EnergyMeter:
    """Adds up what the whole machine takes, not this process alone, from its making on.

    The processor's counters (RAPL) count microjoules and begin anew after some ten minutes of full load:
    ``tick`` must be called more often than that. They are often for root alone to read, and missing in
    virtual machines. Those of NVIDIA's cards count millijoules since the driver was loaded.
    """

    def __init__(self, rapl: Path = RAPL) -> None:
        # A name with a second colon is a part of the socket before it.
        self._sockets = [path for path in sorted(rapl.glob("intel-rapl:*")) if path.name.count(":") == 1]
        self._joules: dict[str, float] = {}
        self._last = self._read()

    def tick(self) -> None:
        """Add what was taken since the last call."""
        now = self._read()
        for name, (value, end) in now.items():
            if name in self._last:
                grown = value - self._last[name][0]
                self._joules[name] = self._joules.get(name, 0.0) + (grown if grown >= 0 else grown + end)
        self._last = now

    def as_json(self) -> dict[str, Any]:
        """Give kilowatt-hours so far (``None`` where no counter can be read), and what was measured."""
        measured = sorted(self._joules)
        total = sum(self._joules.values()) / 3.6e6
        return {"kilowatt_hours": round(total, 9) if measured else None, "measured": measured}

    def _read(self) -> dict[str, tuple[float, float]]:
        """Give joules by counter, and the joules at which it begins anew."""
        found = {f"gpu-{number}": (joules, 0.0) for number, joules in enumerate(_joules_of_cards())}
        for number, path in enumerate(self._sockets):
            with suppress(OSError, ValueError):
                value, end = (int((path / name).read_text()) for name in ("energy_uj", "max_energy_range_uj"))
                found[f"cpu-{number}"] = (value / 1e6, end / 1e6)
        return found


def _joules_of_cards() -> list[float]:
    """Ask NVIDIA's management library (NVML), which comes with the driver."""
    try:
        nvml = ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return []
    if nvml.nvmlInit_v2() != 0:
        return []
    try:
        count = ctypes.c_uint()
        nvml.nvmlDeviceGetCount_v2(ctypes.byref(count))
        found = []
        for number in range(count.value):
            card, energy = ctypes.c_void_p(), ctypes.c_ulonglong()
            if nvml.nvmlDeviceGetHandleByIndex_v2(number, ctypes.byref(card)) == 0 and (
                nvml.nvmlDeviceGetTotalEnergyConsumption(card, ctypes.byref(energy)) == 0
            ):
                found.append(energy.value / 1e3)
        return found
    finally:
        nvml.nvmlShutdown()
