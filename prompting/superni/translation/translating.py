"""Texts through a model: translated, checked, asked for again at most twice, and translated back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sacrebleu.metrics.chrf import CHRF

from curation.errors import UserError
from curation.superni.schema import Task
from prompting.asking import Conversation, Reply
from prompting.superni.translation.items import Built, Item, Target, built, items_of, label_id
from prompting.superni.translation.keeping import alike, faults_of, has_words, lost_names, mentioned, stands
from prompting.superni.translation.labels import Words, labels_of
from prompting.superni.translation.review import FAILED, Reviewed, Translated, applied
from prompting.superni.translation.wording import again, back_prompt, cleaned, translation_prompt

MOST_RETRIES: Final = 2
DOUBTFUL: Final = 30.0
"""A score below which a person should look first: few letters came back."""

AskAll = Callable[[Sequence[Conversation], str], Sequence[Reply]]
"""Answers conversations, and says on the way what they are for."""


@dataclass(frozen=True, slots=True)
class TranslatedTask:
    """A task in another language, or why there is none, with all its texts."""

    task: Task
    labels: Mapping[str, str]
    texts: Sequence[Translated]
    built: Built


class Translator:
    """Translates tasks of one language into another.

    Parameters
    ----------
    ask
        The model; its answers should be greedy, and kept somewhere.
    target
        The language to translate into.
    words
        What a person wants labels and names to be called.
    reviewed
        What a person decided about translations, by id.
    """

    def __init__(
        self,
        ask: AskAll,
        target: Target,
        words: Words | None = None,
        reviewed: Mapping[str, Reviewed] | None = None,
    ) -> None:
        self._ask = ask
        self._target = target
        self._words = words or Words()
        self._reviewed = reviewed or {}
        self._chrf = CHRF()

    def translate(self, task: Task) -> TranslatedTask:
        """Translate a task: its labels first, so that every other text may call them alike."""
        reason = self._refused(task)
        if reason:
            return TranslatedTask(task, {}, (), Built(None, reason, len(task.instances)))
        labels = labels_of(task)
        items = list(items_of(task, labels))
        texts = {one.item.id: one for one in self._labels(task, items[: len(labels)])}
        called = {
            label: texts[at].translation
            for number, label in enumerate(labels, 1)
            if texts[at := label_id(task, number)].kept
        }
        rest = items[len(labels) :] if len(called) == len(labels) else []  # without one, nothing is made
        words = {item.id: mentioned(called, item.text) | self._names(item.text) for item in rest}
        texts |= {one.item.id: one for one in self._translated(rest, words)}
        kept = {at: one.translation for at, one in texts.items() if one.kept}
        return TranslatedTask(task, called, list(texts.values()), built(task, labels, kept, self._target))

    def _refused(self, task: Task) -> str:
        if not task.instances:
            return "it has no instance that can be read"
        languages = {*task.input_language, *task.output_language}
        if len(languages) != 1:
            return f"it is about {len(languages)} languages ({', '.join(sorted(languages)) or 'none stated'})"
        return f"it is in {self._target.language} already" if self._target.language in languages else ""

    def _labels(self, task: Task, items: Sequence[Item]) -> list[Translated]:
        given = self._words.labels.get(task.name, {})
        found = {
            one.id: applied(Translated(one, given[one.text], model=given[one.text]), self._reviewed)
            for one in items
            if one.text in given
        }
        asked = [one for one in items if one.id not in found]
        names = {one.id: self._names(one.text) for one in asked}
        found |= {one.item.id: one for one in self._translated(asked, names, task.definition[0])}
        texts = [found[one.id] for one in items]
        called = {one.item.text: one.translation for one in texts if one.translation}
        same = alike(called)
        return [
            replace(one, faults=(*one.faults, "another label is called so")) if one.item.text in same else one
            for one in texts
        ]

    def _names(self, text: str) -> dict[str, str]:
        return {name: called for name, called in self._words.names.items() if stands(name, text)}

    def _translated(
        self, items: Sequence[Item], words: Mapping[str, Mapping[str, str]], about: str = ""
    ) -> Iterator[Translated]:
        found: dict[str, Translated] = {}
        asked: dict[str, Conversation] = {}
        for item in items:
            if has_words(item.text):
                asked[item.id] = translation_prompt(
                    item.text, item.language, self._target.language, words[item.id], about
                )
            else:
                found[item.id] = Translated(item, item.text, model=item.text)
        by_id = {item.id: item for item in items}
        for _ in range(1 + MOST_RETRIES):
            said = self._asked(asked, "translate")
            tried = [self._checked(by_id[at], reply, words[at], found.get(at)) for at, reply in said.items()]
            tried = self._back(tried, words)
            found |= {one.item.id: one for one in tried}
            asked = {
                one.item.id: again(asked[one.item.id], one.translation, one.faults)
                for one in tried
                if one.faults and not one.failed
            }
        return (applied(found[item.id], self._reviewed) for item in items)

    def _asked(self, conversations: Mapping[str, Conversation], what: str) -> dict[str, Reply]:
        if not conversations:
            return {}
        replies = self._ask(list(conversations.values()), what)
        return dict(zip(conversations, replies, strict=True))

    def _checked(
        self, item: Item, reply: Reply, words: Mapping[str, str], before: Translated | None
    ) -> Translated:
        if isinstance(reply, UserError):
            # What was paid for and did not stand is better for a reader than an empty line.
            one = before or Translated(item, "")
            return replace(one, faults=(*one.faults, f"{FAILED}{reply.what}"))
        text = cleaned(reply, item.text)
        faults = faults_of(item.text, text, self._target.language, words)
        return Translated(item, text, tuple(faults), model=text)

    def _back(self, tried: Sequence[Translated], words: Mapping[str, Mapping[str, str]]) -> list[Translated]:
        """Translate back what has no fault so far; names are looked for there too."""
        prompts = {
            one.item.id: back_prompt(one.translation, one.item.language, self._target.language)
            for one in tried
            if not one.faults
        }
        replies = self._asked(prompts, "translate back")
        return [self._scored(one, replies.get(one.item.id), words[one.item.id]) for one in tried]

    def _scored(self, one: Translated, reply: Reply | None, words: Mapping[str, str]) -> Translated:
        if reply is None:
            return one
        if isinstance(reply, UserError):
            return replace(one, faults=(f"{FAILED}{reply.what}",))
        back = cleaned(reply, one.item.text)
        score = self._chrf.sentence_score(back.strip(), [one.item.text.strip()]).score
        lost = lost_names(one.item.text, one.translation, back, words)
        return replace(one, faults=tuple(lost), score=score)
