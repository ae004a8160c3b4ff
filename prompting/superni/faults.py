"""Why an answer to an instance is none, by name; counted beside the scores, which it does not change."""

from collections.abc import Collection, Sequence
from typing import Final, Literal

from curation.errors import UserError
from curation.korean import is_syllable
from curation.language import UNDETERMINED, bundled_model, evidence, identify
from curation.superni.metrics import exact_match, normalised
from curation.superni.schema import LANGUAGES, Instance, Task
from prompting.asking import Reply
from prompting.refusals import fault_of, kind_of

AnswerFault = Literal["", "failed", "empty", "garbled", "looping", "refusal", "copy", "language"]

_ENOUGH: Final = 40  # Latin letters, from which on a language is more than a guess
_SURE: Final = 0.7
_CODES: Final = {name: code for code, name in LANGUAGES.items()}


def answer_fault(task: Task, instance: Instance, answer: Reply) -> AnswerFault:
    """Name what is wrong with an answer whatever its score; one that is right has no fault.

    ``failed`` is a model that gave none, ``copy`` the input again, ``language`` another language than
    the task's; the others are those of `prompting.refusals`.
    """
    if isinstance(answer, UserError):
        return "failed"
    if exact_match(answer, instance.outputs):
        return ""
    named = fault_of(answer)
    if named in ("empty", "garbled", "looping"):
        return named  # type: ignore[return-value]  # its kinds are the literals
    if kind_of(answer) == "refusal":
        return "refusal"
    if normalised(answer) == normalised(instance.input):
        return "copy"
    return "language" if in_other_language(answer, task.output_language, instance.outputs) else ""


def in_other_language(text: str, languages: Collection[str], alike: Sequence[str]) -> bool:
    """Tell whether a text is surely in none of the ``languages``, English names as tasks have them.

    Of a few words only Hangul is looked at, against texts that are as they should be (``alike``): names
    and labels are in no language.
    """
    wanted = {_CODES[name] for name in languages if name in _CODES}
    if not wanted:
        return False
    found = evidence([text])
    if found.weight[0] >= _ENOUGH:
        language, _ = identify(text, float(found.korean[0]), bundled_model(), _SURE)
        return language not in (UNDETERMINED, *wanted)
    hangul = any(map(is_syllable, text))
    korean = [any(map(is_syllable, one)) for one in alike]
    if wanted == {"ko"}:
        return all(korean) and not hangul and any(map(str.isalpha, text))
    return "ko" not in wanted and hangul and not any(korean)
