"""Products of hidden states with stored matrices, and how their loops run on an adapter.

`expressions` says what is computed, which is all that a processor needs; `schedule_pass` gives WebGPU its
loops: those of `tiles` for the products, one thread an element for all else.
"""

from compile.tvm.kernels.expressions import linear as linear
from compile.tvm.kernels.expressions import quantised_linear as quantised_linear
from compile.tvm.kernels.expressions import quantised_take as quantised_take
from compile.tvm.kernels.expressions import take as take
from compile.tvm.kernels.scheduling import schedule_pass as schedule_pass
