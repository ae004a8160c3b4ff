"""From operators to what the virtual machine runs: the passes of a library, in their order."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import tvm
from tvm import relax, tirx
from tvm.ir import IRModule

from compile.tvm.kernels import schedule_pass
from compile.tvm.settings import Adapter

# Names of the dimensions that are open until a function is called.
_TOKENS: Final = "seq_len"
_METADATA: Final = "_metadata"


def pipeline(tokens: int, adapter: Adapter, describe: Callable[[Mapping[str, int]], str]) -> Any:
    """Make the pass that `relax.build` asks for.

    Parameters
    ----------
    tokens
        The most that a function is called with; memory is planned for them once.
    adapter
        What products are cut for.
    describe
        Makes the text of ``_metadata`` of the bytes that each function allocates.
    """

    def run(module: IRModule, _: Any) -> IRModule:
        target = tvm.target.Target.current(allow_none=False)
        scheduled = [] if target.kind.name == "llvm" else [schedule_pass(adapter)]
        module = tvm.transform.Sequential(
            [
                tirx.transform.BindTarget(target),
                _bounds(tokens),
                relax.transform.LegalizeOps(),
                relax.transform.AnnotateTIROpPattern(),
                relax.transform.FoldConstant(),
                relax.transform.FuseOps(),
                relax.transform.FuseTIR(),
                relax.transform.DeadCodeElimination(),
                *scheduled,
                tirx.transform.ForceNarrowIndexToInt32(),
                relax.transform.RewriteDataflowReshape(),
                relax.transform.ToNonDataflow(),
                relax.transform.RemovePurityChecking(),
                relax.transform.CallTIRRewrite(),
                relax.transform.StaticPlanBlockMemory(),
            ]
        )(module)
        module = _with_metadata(module, describe(allocated_bytes(module)))
        return tvm.transform.Sequential(
            [
                relax.transform.LowerAllocTensor(),
                relax.transform.KillAfterLastUse(),
                relax.transform.LowerRuntimeBuiltin(),
                relax.transform.ComputePrimValue(),
                relax.transform.VMShapeLower(),
                relax.transform.AttachGlobalSymbol(),
            ]
        )(module)

    return tvm.transform.module_pass(run, opt_level=0)


def allocated_bytes(module: IRModule) -> dict[str, int]:
    """Count the bytes that the plan of memory gives each function, where their number is fixed."""
    return {
        str(variable.name_hint): total
        for variable, function in module.functions_items()
        if isinstance(function, relax.Function) and (total := _allocated(function))
    }


def _allocated(function: relax.Function) -> int:
    allocate = tvm.ir.Op.get("relax.memory.alloc_storage")
    sizes: list[int] = []

    def visit(expression: relax.Expr) -> None:
        if isinstance(expression, relax.Call) and expression.op == allocate:
            sizes.extend(int(one) for one in expression.args[0].values if isinstance(one, tirx.IntImm))

    relax.analysis.post_order_visit(function, visit)
    return sum(sizes)


def _bounds(tokens: int) -> Any:
    def run(module: IRModule, _: Any) -> IRModule:
        for variable, function in list(module.functions_items()):
            if isinstance(function, relax.Function):
                module[variable] = function.with_attr(
                    "tir_var_upper_bound", {_TOKENS: tokens, "batch_size": 1}
                ).with_attr("relax.memory_plan_dynamic_func_output", True)
        return module

    return tvm.transform.module_pass(run, opt_level=0)


def _with_metadata(module: IRModule, text: str) -> IRModule:
    builder = relax.BlockBuilder(module)
    with builder.function(_METADATA, params=[]):
        builder.emit_func_output(tvm.ir.StringImm(text))
    return builder.finalize()
