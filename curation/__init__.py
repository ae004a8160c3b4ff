"""From sources to a dataset release: readers, steps, recipes, the engine, releases and reports. Floor 1.

Begin with `run.py`: it takes a recipe (`recipe.py`) through its `phases.py`, a shard at a time, and can be
stopped anywhere (`workfolder.py`). `readers` give rows or bad rows, which `quarantine.py` keeps; `steps`
keep, change or drop them, under names that `registry.py` knows; `ledger.py` counts, and must balance.
`release.py` writes what is left, `report` the page about it. `planning.py` says beforehand what a run would
cost.

The telemetry of dependencies is switched off here (`privacy.py`), before anything else is imported; every
package above imports it first as well.
"""

from curation import privacy as privacy
