"""What a run would need and take, and why it cannot work, before any hour is spent.

`planning` puts it together: `memory` estimates the peak, `remedies` says which setting needs less, and
`duration` how long it takes; `result` is what comes out.
"""

from training.planning.planning import plan as plan
from training.planning.result import Plan as Plan
