"""A guard over answers that are about to be shown: `guard`; whether its judge may be believed: `trust`.

`measuring` says what a guard costs beside what it brings: good answers that it changes or refuses.
"""

from prompting.guarding.guard import Guard as Guard
from prompting.guarding.guard import GuardKind as GuardKind
from prompting.guarding.guard import guard_of as guard_of
