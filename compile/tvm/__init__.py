"""Our own compiler of models for the browser, over apache-tvm from PyPI.

`layers` and `attention` say what the Llama family computes, with the products of `kernels`, the cache
of `cache` and the logits of `logits`; `functions` are those that web-llm calls, `pipeline` lowers them, and
`library` builds and links them. TVM is imported when it is used, not before.
"""

from compile.tvm.library import Library as Library
from compile.tvm.library import build_module as build_module
from compile.tvm.library import compile_library as compile_library
from compile.tvm.settings import Adapter as Adapter
from compile.tvm.settings import LibrarySettings as LibrarySettings
