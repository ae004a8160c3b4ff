"""The stage ``eval``: the base and what was trained on it over the same sets, the gate, the page."""

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import orjson
from langchain_core.messages import HumanMessage

from chat.chat_template import ChatTemplate
from curation.atomic import write_text
from curation.progress import Progress, Quiet
from curation.superni.counting import ModelTokenizer
from prompting.asking import Conversation, Reply
from prompting.red_team.judging import judges
from prompting.red_team.probes import ProbeSet
from prompting.red_team.results import RedTeam
from training.base import ResolvedBase, load_tokenizer, resolve
from training.base.facts import facts_of
from training.config import TrainConfig
from training.data import Gathered, gather
from training.evaluation import harm, kept
from training.evaluation.differences import differences
from training.evaluation.forgetting import forgetting_gate
from training.evaluation.inputs import probes_of
from training.evaluation.measured import EvaluationSet, Measured
from training.evaluation.measuring import asked, measure
from training.evaluation.page import render_evaluation
from training.evaluation.report import EvaluationReport
from training.evaluation.sets import Room, general_sets, superni_set, task_set
from training.evaluation.subjects import Subjects
from training.evaluation.trained import trained_weights
from training.publishing.lineage import refuse_other_base
from training.run_folder import RunFolder
from training.running.at_work import at_work
from training.running.device import device_type, precision_of

# Goes up when the same settings measure something else than before.
_VERSION = 1


def evaluate(config: TrainConfig, folder: RunFolder, progress: Progress | None = None) -> EvaluationReport:
    """Measure a run before and after, decide, and write ``eval/``: two measurements and a page.

    A measurement that is there already is taken again, also that of the base by a run beside this one,
    if base, sets and settings are the same: what was stopped goes on where it was.

    Raises
    ------
    ConfigurationError
        When nothing has been trained yet, the base is not the one that was trained, or a set cannot be read.
    UserError
        When the disk is full, or another run or stage works in the folder.
    """
    with at_work(folder, "eval"):
        return _evaluate(config, folder, progress or Quiet())


def _evaluate(config: TrainConfig, folder: RunFolder, shown: Progress) -> EvaluationReport:
    began = time.monotonic()
    weights = trained_weights(config, folder)
    base = resolve(config.base, shown)
    refuse_other_base(folder.record(), base)
    tokenizer = load_tokenizer(base)
    probes = probes_of(config.eval)
    sets = _sets(config, base, tokenizer, probes, shown)
    subjects = Subjects(config, base, folder)
    before_key = _key(config, base, sets)
    after_key = _digest([before_key, *weights.values()])

    def measured(name: str, key: str, files: Sequence[Path], subject: Callable[[], Loaded]) -> Measured:
        found = kept.kept_measurement(files, key)
        if found is None:
            with subject() as model:
                found = measure(model, tokenizer, sets, config.eval, shown, name=name, key=key)
        kept.keep(files[0], found.as_json())
        return found

    # What was trained comes first: the base stays loaded, to judge both.
    after = measured("after", after_key, [kept.after_file(folder)], subjects.trained)
    before = measured("before", before_key, kept.earlier(folder), subjects.base)
    red_team = _red_team(config, probes, (before, after), subjects, tokenizer) if probes else None
    draws = {"resamples": config.eval.resamples, "seed": config.eval.seed}
    harmful = harm.harmful_difference(red_team[0], red_team[1], **draws) if red_team else None
    refused = harm.refused_difference(red_team[0], red_team[1], **draws) if red_team else None
    report = EvaluationReport(
        name=config.name,
        base=base.name if not Path(base.name).is_absolute() else Path(base.name).name,
        before=before,
        after=after,
        changes={
            new.name: differences(old, new, **draws) for old, new in zip(before.sets, after.sets, strict=True)
        },
        gate=forgetting_gate(before, after, config.forgetting, harmful=harmful, refused=refused, **draws),
        red_team=red_team,
        seconds=round(time.monotonic() - began, 3),
        weights=weights,
    )
    write_text(folder.evaluation / "report.html", render_evaluation(report))
    folder.note("eval", report.as_json())
    return report


Loaded = AbstractContextManager[Any]


def _sets(
    config: TrainConfig, base: ResolvedBase, tokenizer: Any, probes: ProbeSet | None, progress: Progress
) -> list[EvaluationSet]:
    gathered = gather(config.data, config.train.seed)
    around = len(ChatTemplate(tokenizer, base.name).prompt([HumanMessage("?")], 2**31))
    tokens = facts_of(base.folder).context - config.eval.max_new_tokens - around
    room = Room(ModelTokenizer(base.name, tokenizer), tokens)
    held_out = superni_set(config.eval, {one.task for one in gathered.train}, room, progress)
    found = [
        _task(gathered, config),
        *general_sets(config.eval),
        *([held_out] if held_out else []),
        *([harm.red_team_set(probes)] if probes else []),
    ]
    return [one for one in found if one.rows]


def _task(gathered: Gathered, config: TrainConfig) -> EvaluationSet:
    if gathered.test:
        return task_set(gathered.test, config.eval)
    note = "There is no test split; these rows are of the validation part, by which the run was stopped."
    return task_set(gathered.validation, config.eval, notes=(note,))


def _red_team(
    config: TrainConfig,
    probes: ProbeSet,
    measured: tuple[Measured, Measured],
    subjects: Subjects,
    tokenizer: Any,
) -> tuple[RedTeam, RedTeam] | None:
    """Judge both by the same judges: the base, where it can, and the classifier."""

    def ask(conversations: Sequence[Conversation]) -> Sequence[Reply]:
        with subjects.base() as model:
            return asked(model, tokenizer, conversations, config.eval)

    answered = [one.named(harm.RED_TEAM) for one in measured]
    by = judges(ask, config.eval.safety_model)
    before, after = (harm.judge_answers(one, probes, by) for one in answered if one is not None)
    return before, after


def _key(config: TrainConfig, base: ResolvedBase, sets: Sequence[EvaluationSet]) -> str:
    """Hash what decides a measurement of the base."""
    quantised = config.method.kind == "qlora"
    return _digest(
        {
            "version": _VERSION,
            "base": [base.revision, base.template],
            "quantised": [quantised, quantised and config.method.double_quantisation],
            "precision": [precision_of(config.train), device_type()],
            "sets": [[one.name, one.sha256, one.answered] for one in sets],
            "settings": [config.eval.max_new_tokens, config.eval.gpt2_merges],
        }
    )


def _digest(data: object) -> str:
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()
