"""How long the stages of a run took."""

import time


class Clock:
    """Wall and CPU seconds of each stage."""

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, float]] = {}
        self._at = (time.perf_counter(), time.process_time())

    def lap(self, stage: str) -> None:
        """End a stage; the next one begins."""
        now = (time.perf_counter(), time.process_time())
        wall, cpu = (round(after - before, 3) for after, before in zip(now, self._at, strict=True))
        self.stages[stage] = {"seconds": wall, "cpu_seconds": cpu}
        self._at = now

    def as_json(self, rows: int, peak_rss_mb: int) -> dict[str, object]:
        """Give the stages, their sum, rows a second and the peak of memory so far in MiB."""
        seconds = sum(stage["seconds"] for stage in self.stages.values())
        return {
            "stages": self.stages,
            "seconds": round(seconds, 3),
            "rows_per_second": round(rows / seconds) if seconds else 0,
            "peak_rss_mb": peak_rss_mb,
        }
