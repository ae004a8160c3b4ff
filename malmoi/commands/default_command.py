"""Groups whose most used subcommand may be left out."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Final

from typer.core import TyperGroup

# Share of the letters: "chekc" has four fifths of "check".
_ALIKE: Final = 0.8


class _ByDefault(TyperGroup):
    default: ClassVar[str]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Read an argument that is no subcommand as the first one of the default."""
        if args and self.get_command(ctx, args[0]) is None and not self._is_mistyped(ctx, args[0]):
            args = [self.default, *args]
        return super().resolve_command(ctx, args)

    def _is_mistyped(self, ctx: Any, word: str) -> bool:
        """Whether a word is nearly a subcommand's name, and nothing that lies here."""
        return bool(get_close_matches(word, self.list_commands(ctx), 1, _ALIKE)) and not Path(word).exists()


class RunByDefault(_ByDefault):
    """`malmoi curate RECIPE` is short for `malmoi curate run RECIPE`."""

    default = "run"


class BuildByDefault(_ByDefault):
    """`malmoi compile MODEL` is short for `malmoi compile build MODEL`."""

    default = "build"
