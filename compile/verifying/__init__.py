"""Whether a bundle computes what its model does, found out in a real browser.

`browser` starts a Chromium that reaches nothing but this machine, `session` opens the page verify.html in it
(whose half is compile/web/src/verify), `watching` follows one run there, and `verifier` compares tokens.
"""

from compile.verifying.browser import browser_path as browser_path
from compile.verifying.results import EngineRun as EngineRun
from compile.verifying.results import Verified as Verified
from compile.verifying.session import Session as Session
from compile.verifying.verifier import verify as verify
from compile.verifying.verifier import verify_in as verify_in
