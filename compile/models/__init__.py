"""Which models can be compiled: what their configuration says, and how their tensors are called."""

from compile.models.architecture import SUPPORTED as SUPPORTED
from compile.models.architecture import Architecture as Architecture
from compile.models.architecture import RopeScaling as RopeScaling
from compile.models.architecture import architecture_of as architecture_of
from compile.models.names import Parameter as Parameter
from compile.models.names import parameters_of as parameters_of
from compile.models.names import require_no_more as require_no_more
