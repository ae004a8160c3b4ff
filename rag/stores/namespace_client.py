"""Keeps `import lancedb` from building a REST client that malmoi never uses.

lancedb needs the data models of lance-namespace's client. To import one of them, Python runs the
`__init__` of the whole package, which also builds a validator for every argument of some 360 requests:
more processor time than everything else in importing lancedb.
"""

import sys
from importlib.util import find_spec, module_from_spec
from typing import Any, Final

CLIENT: Final = "lance_namespace_urllib3_client"


def defer(name: str) -> None:
    """Let a package's submodules be imported without its `__init__`; that runs when a name of it is read.

    Does nothing where the package was imported before, or is not installed.
    """
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or spec.loader is None:
        return
    package, loader = module_from_spec(spec), spec.loader

    def read(attribute: str) -> Any:
        # Python's own questions (`__all__`, `__wrapped__`) are no use of the package.
        if "__getattr__" in vars(package) and not attribute.startswith("__"):
            del package.__getattr__
            loader.exec_module(package)
            if hasattr(package, attribute):
                return getattr(package, attribute)
        raise AttributeError(f"module {name!r} has no attribute {attribute!r}", name=attribute, obj=package)

    vars(package)["__getattr__"] = read
    sys.modules[name] = package


defer(CLIENT)
