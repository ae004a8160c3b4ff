"""The command line, workspace settings, `doctor` and `demo`. Floor 8.

Begin with `main.py`, which assembles the commands of `commands`: each checks what it was given, calls
the floor that does the work, and shows the result (`console.py`; `curate_tables.py` and its like make
tables).
`workspace.py` reads malmoi.toml, `holdings.py` says what a workspace holds, `inventory.py` what is installed,
`ui` is the local page over it, `walkthrough.py` the demo.
"""

from curation import privacy as privacy
