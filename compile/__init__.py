"""From a model folder to a page in the browser that answers offline: weights, library, checks. Floor 6.

Begin with `building.py`, the whole way. `models` knows architectures, `formats` and `gguf` read weights, and
`mlc` writes them quantised; `tvm` has the model and its kernels, `runtime` what they run on in the browser;
`conversation` carries templates over, `search` an index. `verifying` tries the bundle in a real browser
against `reference`; `check` finds the faults of any bundle; `comparing` says what quantising cost; `serving`
and `publishing` hand it on. `web` is the page (TypeScript).
"""

from curation import privacy as privacy
