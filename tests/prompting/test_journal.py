"""Calls that are paid once: resumed, killed, torn, shared, over budget."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time

import orjson
import pytest

from chat.errors import ModelUnavailableError
from curation.errors import ConfigurationError, UserError
from curation.records import Message
from prompting.journal import AT_ONCE, Budget, BudgetSpentError, CallJournal
from prompting.journal_file import JournalFile

KEY = {"model": "scripted", "temperature": 0.7}


def asked_about(count):
    return [[Message("user", f"질문 {number}")] for number in range(count)]


class Model:
    """Says what it was asked and with which seed; counts its calls, and fails where it is told to."""

    def __init__(self, fails=lambda _: None, delay=0.0):
        self.calls = []
        self.fails = fails
        self.delay = delay

    def __call__(self, conversations, seeds=None):
        ((turns,), (seed,)) = conversations, seeds or [None]
        time.sleep(self.delay)
        self.calls.append((turns[-1].content, seed))
        return [self.fails(turns[-1].content) or f"{turns[-1].content}\r\n답 {seed}"]


def test_what_was_asked_is_not_asked_again_in_another_order_or_another_process(tmp_path):
    conversations = asked_about(20)
    first, second = Model(delay=0.002), Model()
    with CallJournal(tmp_path / "a" / "calls.jsonl") as journal:
        told = []
        replies = journal.ask(first, conversations, range(20), KEY, told.append)
        assert replies == [f"질문 {number}\r\n답 {number}" for number in range(20)]
        assert (journal.spent, journal.reused, sum(told)) == (20, 0, 20)
    with CallJournal(tmp_path / "a" / "calls.jsonl") as journal:
        again = journal.ask(second, conversations[::-1], range(20)[::-1], dict(reversed(KEY.items())))
        assert again == replies[::-1]
        assert (journal.spent, journal.reused, second.calls) == (0, 20, [])


@pytest.mark.parametrize(
    ("conversation", "seed", "key"),
    [
        ([Message("user", "질문 1")], 0, KEY),
        ([Message("system", "질문 0")], 0, KEY),
        ([Message("user", "질문 0"), Message("user", "질문 0")], 0, KEY),
        ([Message("user", "질문 0")], 1, KEY),
        ([Message("user", "질문 0")], None, KEY),
        ([Message("user", "질문 0")], 0, KEY | {"temperature": 0.0}),
        ([Message("user", "질문 0")], 0, KEY | {"model": "other"}),
    ],
)
def test_another_question_seed_or_setting_is_another_call(tmp_path, conversation, seed, key):
    model = Model()
    with CallJournal(tmp_path / "calls.jsonl") as journal:
        journal.ask(model, asked_about(1), [0], KEY)
        journal.ask(model, [conversation], None if seed is None else [seed], key)
        assert journal.spent == len(model.calls) == 2


def test_the_same_call_twice_at_once_is_made_once(tmp_path):
    model = Model()
    with CallJournal(tmp_path / "calls.jsonl") as journal:
        replies = journal.ask(model, asked_about(1) * 5, [3] * 5, KEY)
        assert replies == ["질문 0\r\n답 3"] * 5
        assert (journal.spent, journal.reused) == (1, 4)


def test_a_budget_keeps_what_was_paid_and_a_larger_one_goes_on(tmp_path):
    conversations, model = asked_about(12), Model()
    with CallJournal(tmp_path / "calls.jsonl", Budget(5)) as journal:
        with pytest.raises(BudgetSpentError, match="of 5 calls is spent; 7 calls are left over") as error:
            journal.ask(model, conversations, None, KEY)
        assert "--budget" in error.value.fix
        kept = journal.kept(conversations, None, KEY)
        assert [reply is not None for reply in kept] == [True] * 5 + [False] * 7
        assert kept[4] == "질문 4\r\n답 None"
    with CallJournal(tmp_path / "calls.jsonl", Budget(7)) as journal:
        assert None not in journal.ask(model, conversations, None, KEY)
        assert (journal.spent, journal.reused) == (7, 5)
    assert len(model.calls) == len(set(model.calls)) == 12


def test_a_budget_of_nothing_makes_no_call_and_a_failure_costs_nothing(tmp_path):
    fails = {"질문 0": UserError("too long")}
    model = Model(fails.get)
    with CallJournal(tmp_path / "calls.jsonl", Budget(0)) as journal, pytest.raises(BudgetSpentError):
        journal.ask(model, asked_about(1), None, KEY)
    assert model.calls == []
    with CallJournal(tmp_path / "calls.jsonl", Budget(3)) as journal:
        replies = journal.ask(model, asked_about(4), None, KEY)
        assert replies[0] is fails["질문 0"]
        assert replies[3] == "질문 3\r\n답 None"
        assert journal.kept(asked_about(2), None, KEY) == [None, "질문 1\r\n답 None"]


def test_a_server_that_went_away_is_not_asked_to_the_end_and_later_gives_the_rest(tmp_path):
    gone = ModelUnavailableError("gone")
    model = Model(lambda text: gone if int(text.split()[1]) >= 10 else None)
    conversations = asked_about(200)
    with CallJournal(tmp_path / "calls.jsonl") as journal:
        replies = journal.ask(model, conversations, None, KEY)
    assert replies[10:] == [gone] * 190
    assert replies[9] == "질문 9\r\n답 None"
    assert 10 + AT_ONCE <= len(model.calls) < 100
    with CallJournal(tmp_path / "calls.jsonl") as journal:
        journal.ask(Model(), conversations, None, KEY)
        assert (journal.spent, journal.reused) == (190, 10)


def test_a_model_that_cannot_be_used_is_an_error_and_what_it_said_is_kept(tmp_path):
    def unusable(text):
        if text == "질문 1":
            raise ConfigurationError("no such model")

    with CallJournal(tmp_path / "calls.jsonl") as journal:
        with pytest.raises(ConfigurationError, match="no such model"):
            journal.ask(Model(unusable), asked_about(2), None, KEY)
        assert journal.kept(asked_about(2), None, KEY) == ["질문 0\r\n답 None", None]


def test_scores_are_asked_one_by_one_and_kept_by_their_labels(tmp_path):
    blocks = []

    def scorer(conversations, labels):
        blocks.append(len(conversations))
        return [[-float(turns[-1].content.split()[1]), -0.1] for turns in conversations]

    conversations = asked_about(11)
    with CallJournal(tmp_path / "calls.jsonl", Budget(11)) as journal:
        scores = journal.score(scorer, conversations, ["긍정", "부정"], KEY)
        assert scores == [[-float(number), -0.1] for number in range(11)]
        assert blocks == [1] * 11
        assert journal.kept_scores(conversations, ["긍정", "부정"], KEY) == scores
        with pytest.raises(BudgetSpentError):
            journal.score(scorer, conversations, ["부정", "긍정"], KEY)


def test_a_conversation_that_cannot_be_scored_costs_no_other_and_no_call(tmp_path):
    def scorer(conversations, labels):
        if conversations[0][-1].content == "질문 1":
            raise fault
        return [[-0.5, -1.0]]

    fault = UserError("too long")
    with CallJournal(tmp_path / "calls.jsonl", Budget(2)) as journal:
        scores = journal.score(scorer, asked_about(3), ["긍정", "부정"], KEY)
        assert scores == [[-0.5, -1.0], fault, [-0.5, -1.0]]
        assert (journal.spent, journal.reused) == (2, 0)
    fault = ConfigurationError("a label is empty")
    with CallJournal(tmp_path / "calls.jsonl") as journal, pytest.raises(ConfigurationError, match="empty"):
        journal.score(scorer, asked_about(3), ["긍정", "부정"], KEY)


# What any crash may leave of the last line, and what never comes from one.
LINE = orjson.dumps({"call": "f" * 64, "reply": "반쯤 쓰인 답"}) + b"\n"


@pytest.mark.parametrize("torn", [LINE[:1], LINE[:12], LINE[:90], LINE[:-1], b"\0" * 50, LINE[:40] + b"\0\0"])
def test_a_line_that_was_half_written_is_dropped_and_its_call_made_again(tmp_path, torn):
    path = tmp_path / "calls.jsonl"
    with CallJournal(path) as journal:
        journal.ask(Model(), asked_about(2), None, KEY)
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    with CallJournal(path) as journal:
        assert path.read_bytes() == whole
        journal.ask(Model(), asked_about(3), None, KEY)
        assert (journal.spent, journal.reused) == (1, 2)
    assert len(path.read_bytes().splitlines()) == 3


@pytest.mark.parametrize(
    ("content", "line"),
    [(LINE[:30] + b"\n" + LINE, 1), (b'{"query": "..."}\n', 1), (LINE + b"query\n", 2), (b"a note", 1)],
)
def test_a_file_that_is_no_journal_is_refused_and_left_as_it_is(tmp_path, content, line):
    path = tmp_path / "calls.jsonl"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="no journal") as error:
        CallJournal(path)
    assert error.value.where == f"{path}:{line}"
    assert path.read_bytes() == content
    path.write_bytes(LINE)  # the refused file is not held
    CallJournal(path).close()


def test_a_full_disk_is_said_and_leaves_whole_lines(tmp_path):
    file = JournalFile(tmp_path / "calls.jsonl")
    file.append("a", "x" * 100)
    before = (tmp_path / "calls.jsonl").read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 50, limits[1]))
    try:
        with pytest.raises(UserError, match="could not be written down"):
            file.append("b", "y" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (tmp_path / "calls.jsonl").read_bytes() == before
    assert "b" not in file
    file.append("c", "z")
    file.close()
    assert len((tmp_path / "calls.jsonl").read_bytes().splitlines()) == 2


def test_a_folder_in_its_place_is_said(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be written"):
        CallJournal(tmp_path)


def test_two_threads_share_a_journal_and_its_budget(tmp_path):
    model = Model(delay=0.001)
    with CallJournal(tmp_path / "calls.jsonl", Budget(60)) as journal:
        halves = [asked_about(60)[:30], asked_about(60)[30:]]
        threads = [threading.Thread(target=journal.ask, args=(model, one, None, KEY)) for one in halves]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (journal.spent, journal.reused) == (60, 0)
    assert len(set((tmp_path / "calls.jsonl").read_bytes().splitlines())) == 60


# Another process: asks 200 slow questions, and writes down each that the model was asked, before it answers.
ASKING = """
import sys, time
from pathlib import Path
from curation.records import Message
from prompting.journal import CallJournal

folder = Path(sys.argv[1])
paid = open(folder / "paid.txt", "a", buffering=1)

def model(conversations):
    time.sleep(0.02)
    paid.write(conversations[0][0].content + "\\n")
    return ["답 " * 2000]

with CallJournal(folder / "calls.jsonl") as journal:
    print("begun", flush=True)
    journal.ask(model, [[Message("user", str(n))] for n in range(200)], None, {"model": "slow"})
    print("done", journal.spent, journal.reused, flush=True)
"""


def begun(folder):
    process = subprocess.Popen([sys.executable, "-c", ASKING, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "begun\n"
    return process


def paid(folder):
    path = folder / "paid.txt"
    return path.read_text().split() if path.exists() else []


def wait_for(folder, calls):
    end = time.monotonic() + 300
    while len(paid(folder)) < calls:
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.timed
def test_interrupted_twice_it_spends_no_call_twice(tmp_path):
    for calls in (15, 50):
        process = begun(tmp_path)
        wait_for(tmp_path, calls)
        process.send_signal(signal.SIGINT)
        assert process.wait(300) == -signal.SIGINT or process.returncode == 1
        assert len((tmp_path / "calls.jsonl").read_bytes().splitlines()) == len(paid(tmp_path))
    process = begun(tmp_path)
    assert process.communicate(timeout=300)[0].startswith("done")
    assert sorted(paid(tmp_path), key=int) == [str(number) for number in range(200)]


def test_killed_while_it_writes_it_loses_no_more_than_what_was_under_way(tmp_path):
    for calls in (15, 110):
        process = begun(tmp_path)
        wait_for(tmp_path, calls)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(300)
    process = begun(tmp_path)
    _, spent, reused = process.communicate(timeout=300)[0].split()
    assert int(spent) + int(reused) == 200
    assert len(set(paid(tmp_path))) == 200
    assert len(paid(tmp_path)) <= 200 + 2 * AT_ONCE
    with CallJournal(tmp_path / "calls.jsonl") as journal:
        conversations = [[Message("user", str(number))] for number in range(200)]
        assert journal.kept(conversations, None, {"model": "slow"}) == ["답 " * 2000] * 200


def test_a_second_process_is_refused_and_the_file_is_free_again_after_a_kill(tmp_path):
    process = begun(tmp_path)
    try:
        with pytest.raises(ConfigurationError, match="Another run is using this journal"):
            CallJournal(tmp_path / "calls.jsonl")
    finally:
        process.kill()
        process.wait(300)
    CallJournal(tmp_path / "calls.jsonl").close()
