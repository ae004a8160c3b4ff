"""The report of a release: one page for people, in Korean and English, that opens offline.

``data`` is what the page is made from, ``gather`` finds it, ``page`` puts it together, and each
of the other modules knows one of its parts.
"""

from curation.report.data import Cluster, ReleaseReport, Scores, SourceReport, quarantine_samples
from curation.report.gather import gather_report
from curation.report.page import render_report

__all__ = [
    "Cluster",
    "ReleaseReport",
    "Scores",
    "SourceReport",
    "gather_report",
    "quarantine_samples",
    "render_report",
]
