"""Whether a model can be built here and run in a browser, and what both take; asked before any long work.

`memory` counts what a page's model takes on the reader's machine, `duration` how long a build takes here,
`needs` what it takes of this machine, `tools` looks for programs, and `report` puts it together: all faults
at once, each with what to do next.
"""

from compile.machine.build import SOFTWARE as SOFTWARE
from compile.machine.build import Adapter as Adapter
from compile.machine.build import Build as Build
from compile.machine.build import Finding as Finding
from compile.machine.memory import BrowserMemory as BrowserMemory
from compile.machine.memory import browser_memory as browser_memory
from compile.machine.report import Report as Report
from compile.machine.report import report as report
from compile.machine.report import require as require
