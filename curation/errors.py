"""Errors that are meant for the person at the keyboard: what, where, what to do next."""


class UserError(Exception):
    """The work cannot go on, and the person can do something about it.

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
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

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
