"""The report of a release: one page for people, in Korean and English, that opens offline."""

from curation.report.data import quarantine_samples
from curation.report.former import SourceReport, render_report

__all__ = ["SourceReport", "quarantine_samples", "render_report"]
