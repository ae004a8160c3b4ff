"""The other backend: MLC's own compiler, where a person has installed it.

`tool` finds the command and runs its steps, `steps` says what they are given, `building` does them in turn.
What comes out is the folder that ours makes, and passes the same checks. The command is not on PyPI, so its
steps are tested against one that only writes down what it is told.
"""

from compile.mlc.building import compile_by_mlc as compile_by_mlc
from compile.mlc.building import convert_by_mlc as convert_by_mlc
from compile.mlc.tool import find_mlc as find_mlc
