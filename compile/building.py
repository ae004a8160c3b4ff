"""From a model to a bundle: weights, library, passages and page in one folder, checked and tried.

Finished parts are kept beside the bundle until it has its name: what was stopped goes on where it was.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compile.assembling import Parts, assemble
from compile.check import Fault, check_bundle
from compile.conversation import TOKENIZER_FILES, ChatSettings, require_no_slide, window_of
from compile.formats import quantisation_named
from compile.gguf import describe as described
from compile.gguf import is_gguf, require_same_model
from compile.machine import Build, browser_memory
from compile.model_input import model_named
from compile.models import Architecture, architecture_of, require_no_more
from compile.origin import note_origin, origin_for, state_of
from compile.page import must_be_built, page_folder
from compile.parts import make_library, make_weights
from compile.placing import BUNDLE, free_place, writing
from compile.preparing import Backend, Prepared
from compile.records import model_folder, model_name
from compile.tvm import Adapter
from compile.verifying import Verified
from curation.atomic import publish_directory
from curation.errors import ConfigurationError, UserError
from curation.progress import Progress, Quiet
from curation.workfolder import work_folder

if TYPE_CHECKING:
    from compile.search import Exported

# The sizes of a head that the kernels of attention compute: whole vectors, in the memory of a workgroup.
_VECTOR, _LARGEST_HEAD = 4, 256

Trial = Callable[[Path, str], Verified]
"""Tries the model of a bundle that has that id."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants built.

    Parameters
    ----------
    model
        A folder, a GGUF, an id in the cache of the Hugging Face hub, ``smollm2`` or ``tiny``.
    chat
        Quantisation, context and prefill chunk.
    name
        What the page calls the model; after its folder when empty.
    title
        What the page calls itself; as the model when empty.
    index
        A retrieval index, a release or a folder of documents whose public passages go along, or None.
    gguf
        A GGUF of the same model for browsers without WebGPU, or None.
    backend
        ``tvm`` is ours, ``mlc`` the installed mlc_llm.
    optimise
        Link with -O3: a smaller library that takes longer to build.
    adapter
        What the library's products are cut for: ``gpu``, or ``software`` where there is none.
    verify
        The bundle is going to be tried in a browser (`compile.trying`).
    """

    model: str
    chat: ChatSettings
    name: str = ""
    title: str = ""
    index: Path | None = None
    gguf: Path | None = None
    backend: Backend = "tvm"
    optimise: bool = True
    adapter: Adapter = "gpu"
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Built:
    """A bundle that was built, checked and, where that was wanted, tried.

    ``search`` is None without an index, ``tried`` without a trial; ``bytes`` are those of the whole folder.
    """

    bundle: Path
    model_id: str
    prepared: Prepared
    library_bytes: int
    search: "Exported | None"
    tried: Verified | None
    bytes: int
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Give the facts as JSON data."""
        return {
            "bundle": str(self.bundle),
            "model_id": self.model_id,
            "bytes": self.bytes,
            "library_bytes": self.library_bytes,
            "parameters": self.prepared.parameters,
            "bits": round(self.prepared.bits, 3),
            "passages": None if self.search is None else self.search.passages,
            "passages_left_out": None if self.search is None else self.search.left_out,
            "seconds": round(self.seconds, 1),
            "verified": None if self.tried is None else self.tried.as_json(),
        }


def describe(wish: Wish, out: Path, progress: Progress | None = None) -> Build:
    """Say what is to be built, for `compile.machine` to predict what it takes and what is missing.

    Raises
    ------
    ConfigurationError
        When the model is not here or cannot be compiled, index, GGUF or settings do not fit it, or ``out`` is
        not free.
    """
    place = free_place(out, BUNDLE)
    source = Path(wish.model).expanduser()
    unpacks = source.is_file() and is_gguf(source)
    # A GGUF is not unpacked before it is known that it can be built.
    if unpacks:
        model, architecture = source, described(source).architecture
    else:
        model = model_named(wish.model, progress).folder
        architecture = architecture_of(model)
    _require_fit(wish, architecture, model)
    tokenizer = [] if unpacks else [model / name for name in TOKENIZER_FILES if (model / name).is_file()]
    gguf = 0 if wish.gguf is None else wish.gguf.stat().st_size
    return Build(
        architecture=architecture,
        chat=wish.chat,
        out=place,
        backend=wish.backend,
        optimise=wish.optimise,
        verify=wish.verify,
        page=must_be_built(),
        gguf=unpacks,
        more=sum(file.stat().st_size for file in tokenizer) + _passages(wish.index) + gguf,
    )


def build(wish: Wish, out: Path, progress: Progress | None = None, *, trial: Trial | None = None) -> Built:
    """Build a bundle; ``out`` appears whole and without faults, or stays as it was.

    Parameters
    ----------
    trial
        Tries the bundle before it has its name, so that a trial that was stopped is all that is left to do.

    Raises
    ------
    ConfigurationError
        When the model, the index or the settings cannot be what is wanted, or ``out`` is not free.
    UserError
        When a tool is missing, a part fails, the disk is full, or another build works on ``out``.
    """
    shown = progress or Quiet()
    started = time.monotonic()
    place = free_place(out, BUNDLE)
    base = model_named(wish.model, shown)
    architecture = architecture_of(base.folder)
    _require_fit(wish, architecture, base.folder)
    name = wish.name or model_name(wish.model)
    model_id = f"{model_name(name)}-{wish.chat.quantisation}"
    page = page_folder(shown)
    with writing(out, BUNDLE), work_folder(place) as work:
        # First: what may not be exported is told before the long work.
        held = "" if wish.index is None else state_of(wish.index)
        search = None if wish.index is None else _exported(wish.index, work / "search", shown)
        prepared = make_weights(base, wish.chat, wish.backend, work / "weights", shown)
        library = make_library(
            prepared,
            base.folder,
            wish.backend,
            work / "library",
            optimise=wish.optimise,
            adapter=wish.adapter,
            progress=shown,
        )
        memory = browser_memory(
            architecture,
            quantisation_named(prepared.quantisation),
            prepared.context,
            prepared.prefill_chunk,
        )
        draft = work / "bundle"
        parts = Parts(
            model_id=model_id,
            name=name,
            title=wish.title or name,
            licence=base.licence,
            page=page,
            prepared=prepared,
            library=library,
            memory=memory,
            search=None if search is None else (search, work / "search"),
            gguf=wish.gguf,
        )
        assemble(parts, draft)
        if faults := check_bundle(draft, shown):
            raise _faulty(faults, out)
        tried = None if trial is None else trial(draft, model_id)
        library_bytes = library.stat().st_size
        free_place(out, BUNDLE)  # that took long: somebody may have put something there
        came_from = origin_for(
            draft,
            model=wish.model,
            revision=base.revision,
            index=wish.index,
            index_state=held,
            options=_options(wish),
        )
        note_origin(place, came_from)
        publish_directory(draft, place)
    return Built(
        bundle=out,
        model_id=model_id,
        prepared=replace(prepared, folder=model_folder(out, model_id)),
        library_bytes=library_bytes,
        search=search,
        tried=tried,
        bytes=sum(file.stat().st_size for file in place.rglob("*") if file.is_file()),
        seconds=time.monotonic() - started,
    )


def _options(wish: Wish) -> tuple[str, ...]:
    """What was asked for besides model and index, as the command line takes it."""
    chat = wish.chat
    given = {
        "--quantization": chat.quantisation,
        "--context": chat.context or "",
        "--prefill-chunk": chat.prefill_chunk or "",
        "--name": wish.name,
        "--title": wish.title,
        "--with-gguf": wish.gguf.absolute() if wish.gguf is not None else "",
        "--backend": wish.backend if wish.backend != "tvm" else "",
        "--adapter": wish.adapter if wish.adapter != "gpu" else "",
    }
    told = [part for option, value in given.items() if value for part in (option, str(value))]
    quick = [] if wish.optimise else ["--quick"]
    return (*told, *quick, *([] if wish.verify else ["--no-verify"]))


def _require_fit(wish: Wish, architecture: Architecture, model: Path) -> None:
    """Refuse what cannot be compiled with these settings; ``model`` is a folder or a GGUF file."""
    window_of(architecture, wish.chat, wish.model)
    if wish.backend == "mlc":
        require_no_slide(architecture, wish.chat, wish.model)
    elif architecture.head_dim % _VECTOR or architecture.head_dim > _LARGEST_HEAD:
        raise ConfigurationError(
            f"A head of the attention has {architecture.head_dim} numbers; those of a multiple of {_VECTOR}, "
            f"up to {_LARGEST_HEAD}, are built for the browser.",
            where=wish.model,
            fix="Choose another model, or the backend mlc.",
        )
    if model.is_dir():
        require_no_more(model, architecture)
    if wish.gguf is not None:
        require_same_model(wish.gguf, architecture, model)


def _passages(index: Path | None) -> int:
    """Guess the bytes of the passages that go along, and see that there are some."""
    if index is None:
        return 0
    from compile.search import look_at_source  # noqa: PLC0415 - a store of vectors takes seconds to load

    return look_at_source(index)


def _exported(index: Path, out: Path, progress: Progress) -> "Exported":
    from compile.search import export_search  # noqa: PLC0415 - as above

    return export_search(index, out, progress)


def _faulty(faults: list[Fault], out: Path) -> UserError:
    first = faults[0]
    more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
    return UserError(
        f"The bundle was built with a fault: {first.field} {first.fault}{more}",
        where=f"{out}: {first.file}",
        fix=f"{first.fix}; run the command again.",
    )
