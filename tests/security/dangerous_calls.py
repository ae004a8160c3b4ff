"""Finds calls in Python source that run what a file says, or write where a file says."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

# Whole modules whose every use counts: they run code of whoever wrote what is read.
_MODULES = {"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}
_CALLS = {
    "eval": "runs code",
    "exec": "runs code",
    "builtins.eval": "runs code",
    "builtins.exec": "runs code",
    "os.system": "goes through a shell",
    "os.popen": "goes through a shell",
    "subprocess.getoutput": "goes through a shell",
    "subprocess.getstatusoutput": "goes through a shell",
    "asyncio.create_subprocess_shell": "goes through a shell",
    "tempfile.mktemp": "names a file that another process may make first",
    "yaml.unsafe_load": "makes any Python object",
    "yaml.full_load": "makes Python objects",
    "yaml.unsafe_load_all": "makes any Python object",
    "yaml.full_load_all": "makes Python objects",
    "pandas.read_pickle": "runs code of the file",
    "xml.etree.ElementTree.parse": "has no bound on entities of its own",
    "xml.dom.minidom.parse": "has no bound on entities of its own",
}
# Methods and functions by their last name alone: the object they belong to is not known here.
_SHELLS = {"run", "Popen", "call", "check_call", "check_output"}
_UNPACKING = {"extractall", "extract", "unpack_archive"}


@dataclass(frozen=True)
class Found:
    """A call: its file, its line, what it is, and why it is looked for."""

    file: str
    line: int
    call: str
    why: str


def dangerous(source: str, file: str) -> Iterator[Found]:
    """Every call (or import) of the kinds above in ``source``."""
    tree = ast.parse(source, file)
    names = _imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for module in _modules_of(node):
                if module.split(".")[0] in _MODULES:
                    yield Found(file, node.lineno, module, "runs code of the file")
        elif isinstance(node, ast.Call):
            name = _name_of(node.func, names)
            why = _why(name, node)
            if why:
                yield Found(file, node.lineno, name, why)


def _why(name: str, call: ast.Call) -> str:
    last = name.rsplit(".", 1)[-1]
    given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    if name in _CALLS:
        return _CALLS[name]
    if name.split(".", maxsplit=1)[0] in _MODULES:
        return "runs code of the file"
    if name in {"torch.load", "load_checkpoint_in_model"} and not _is(given.get("weights_only"), True):
        return "runs code of the file"
    if name in {"yaml.load", "yaml.load_all"} and not _is_safe_loader(call, given):
        return "may make Python objects"
    if name.startswith("numpy.") and last in {"load", "read_array"} and "allow_pickle" in given:
        return "" if _is(given["allow_pickle"], False) else "runs code of the file"
    if last == "read_array" and not _is(given.get("allow_pickle"), False):
        return "runs code of the file"
    if last in _SHELLS and "shell" in given and not _is(given["shell"], False):
        return "goes through a shell"
    if (
        last in _UNPACKING
        and name.split(".", maxsplit=1)[0] not in {"traceback", "sqlalchemy"}
        and not _has_data_filter(given)
    ):
        return "writes where the archive says"
    if last in {"from_pretrained", "load_dataset"} and "trust_remote_code" in given:
        return "" if _is(given["trust_remote_code"], False) else "runs code of a hub"
    return ""


def _has_data_filter(given: dict[str, ast.expr]) -> bool:
    return isinstance(given.get("filter"), ast.Constant) and given["filter"].value == "data"  # type: ignore[attr-defined]


def _is_safe_loader(call: ast.Call, given: dict[str, ast.expr]) -> bool:
    loader = given.get("Loader") or (call.args[1] if len(call.args) > 1 else None)
    name = _name_of(loader, {}) if loader is not None else ""
    return name.rsplit(".", 1)[-1] in {"SafeLoader", "CSafeLoader"}


def _is(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _modules_of(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if node.module and not node.level else []


def _imported(tree: ast.Module) -> dict[str, str]:
    """What local names stand for: ``np`` for numpy, ``load`` for torch.load."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _name_of(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        before = _name_of(node.value, names)
        return f"{before or '?'}.{node.attr}"
    if isinstance(node, ast.Call):
        called = _name_of(node.func, names)
        # import_module("torch").load and __import__("pickle").loads are what they say.
        if called.rsplit(".", 1)[-1] in {"import_module", "__import__"} and node.args:
            first = node.args[0]
            return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    return ""
