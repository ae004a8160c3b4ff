"""Errors that are meant for the person at the keyboard: what, where, what to do next."""

from curation.concealing import without_secrets


class UserError(Exception):
    """The work cannot go on, and the person can do something about it.

    Passwords and keys in addresses are left out of all three, since errors stand in logs and reports.

    Parameters
    ----------
    what
        The fact, in one sentence.
    where
        File, line or key it concerns; empty when there is none.
    fix
        What to do next.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what, self.where, self.fix = map(without_secrets, (what, where, fix))
        super().__init__(self.what)

    def __str__(self) -> str:
        return "\n".join(
            part
            for part in (
                self.what,
                f"  where: {self.where}" if self.where else "",
                f"  fix:   {self.fix}" if self.fix else "",
            )
            if part
        )


class ConfigurationError(UserError):
    """Wrong usage or wrong configuration: nothing was started (exit code 2)."""

    exit_code = 2
