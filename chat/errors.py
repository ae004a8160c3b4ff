"""Why a model gave no answer, told to the person who asked."""

from curation.errors import UserError


class ModelBusyError(UserError):
    """Others are being answered, and waiting took too long; the question may be asked again."""


class ModelUnavailableError(UserError):
    """The model failed or cannot be reached; what it said until then is not an answer."""


def failure(error: Exception) -> ModelUnavailableError:
    """What to tell of an error of a model in this process."""
    said = str(error).strip().partition("\n")[0] or type(error).__name__
    return ModelUnavailableError(
        f"The model failed while it answered: {said}",
        fix="Ask again; if it fails again, ask a shorter question.",
    )
