"""What happens to logits before a token is chosen: the functions that web-llm calls, on the device.

Every kernel is written once, as phases of loops over workgroups and threads: `compile.tvm.launching` makes
them the device's threads in a browser, and plain loops on a CPU, where the tests run. `changing` has the
hooks that change logits in place, `softmax`, `sorting` and `sampling` the way from there to a token,
`functions` the signatures.
"""

from compile.tvm.logits.functions import add_logit_functions as add_logit_functions
