"""What turns a compiled model into WebAssembly: TVM's runtime, compiled once on a machine, and the linker.

The wheels of TVM hold the runtime's sources but for seven headers; `headers/` has those, written for this
project. `tools` says what must be installed, `sources` lays out what is compiled, `building` compiles it and
keeps it in the cache, `linking` joins it with a model's functions.
"""

from compile.runtime.building import runtime_home as runtime_home
from compile.runtime.linking import link as link
from compile.runtime.tools import installed as installed
from compile.runtime.tools import require_tools as require_tools
