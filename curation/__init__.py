"""From sources to a dataset release: readers, steps, recipes, the engine, releases and reports.

Floor 1. The telemetry of dependencies is switched off here, before anything else is imported;
every package above imports `curation.privacy` first as well.
"""

from curation import privacy as privacy
