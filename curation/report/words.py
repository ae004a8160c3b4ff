"""What the report calls things, in Korean and English."""

from dataclasses import dataclass

from markupsafe import Markup

from curation.report import korean_names
from curation.steps import STEPS


@dataclass(frozen=True, slots=True)
class Both:
    """A text in both languages; the page shows the one that its reader chose."""

    ko: str
    en: str

    def __html__(self) -> str:
        if self.ko == self.en:
            return str(Markup.escape(self.ko))
        return str(
            Markup(
                '<span class="ko" lang="ko">{}</span><span class="gap"> </span>'
                '<span class="en" lang="en">{}</span>'
            ).format(self.ko, self.en)
        )


def step_name(step: str) -> Both:
    """Give what a step is called; in English it is the name that recipes use.

    Examples
    --------
    >>> step_name("length#2")  # the second use of a step
    Both(ko='길이#2', en='length#2')
    """
    name, mark, number = step.partition("#")
    return Both(f"{korean_names.STEPS[name][0]}{mark}{number}" if name in korean_names.STEPS else step, step)


def step_summary(step: str) -> Both:
    """Give one line on what a step does; English has it from the step itself."""
    english = STEPS[step].summary if step in STEPS else ""
    return Both(korean_names.STEPS[step][1] if step in korean_names.STEPS else english, english)


def reason_name(label: str) -> Both:
    """Give what ``step/reason`` says; English keeps the label, by which rejects are found.

    Examples
    --------
    >>> reason_name("length/too_short").ko
    '길이: 너무 짧음'
    """
    step, _, reason = label.partition("/")
    if not reason:
        return step_name(step)
    return Both(f"{step_name(step).ko}: {rule_name(reason).ko}", label)


def rule_name(rule: str) -> Both:
    """Give what a reason, a rule, a kind of personal data or a category of safety is called."""
    return Both(korean_names.WORDS.get(rule, rule), rule)


def with_code(name: Both) -> Both:
    """Add to a Korean name the word by which programs know the thing, which is its English one."""
    return name if name.ko == name.en else Both(f"{name.ko} ({name.en})", name.en)
