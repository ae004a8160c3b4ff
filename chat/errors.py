"""Why a model gave no answer, told to the person who asked."""

from curation.errors import UserError


class ModelBusyError(UserError):
    """Others are being answered, and waiting took too long; the question may be asked again."""


class ModelUnavailableError(UserError):
    """The model failed or cannot be reached; what it said until then is not an answer."""
