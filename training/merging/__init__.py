"""One model folder out of a base and what was trained on it: merge, choice, export.

``merging`` builds what ``choosing`` compares (``dequantise`` and ``adapters`` make the weights,
``distributions`` measures them) and ``saving`` writes it with the fields of ``exported_config``;
``exporting`` makes files for other programs, ``gguf`` among them. Nothing is ever merged into quantised
weights.
"""

from training.merging.exporting import ExportResult as ExportResult
from training.merging.exporting import export as export
from training.merging.merging import MergeResult as MergeResult
from training.merging.merging import merge as merge
