"""Every folder of the real corpora: the reader of each data file is the first guess."""

from functools import cache
from pathlib import Path

import pytest

from curation.guessing.folder import Found, find, look_through
from curation.guessing.guess import Looked, look_at
from curation.guessing.licences import catalogued, read_papers
from curation.guessing.marks import GENERIC
from curation.guessing.recipe_draft import render_recipe
from curation.guessing.sources import DraftSource, group
from curation.inputs import find_inputs
from curation.progress import Quiet
from curation.readers import READERS
from curation.readers.base import SourceFile
from curation.recipe import load_recipe
from datacards.catalogue import load
from tests.curation.readers.real_files import CORPORA, RealFile, format_files

# The first word of a name decides; a folder stands for all of its files.
EXPECTED = {
    "3i4k": {"fci_train_val.txt": "3i4k"},
    "chatbot_data": {"ChatbotData.csv": "chatbot_data"},
    "functionchat": {"FunctionChat-Dialog.jsonl": "functionchat"},
    "klue": {
        "klue-dp-v1.1_dev.tsv": "klue_dp",
        "klue-ner-v1.1_dev.tsv": "klue_ner",
        "klue-nli-v1.1_dev.json": "klue_nli",
        "klue-sts-v1.1_dev.json": "klue_sts",
        "klue-re-v1.1_relation_list.json": None,
        "wos-v1.1_ontology.json": None,
    },
    "kobest": {
        "BoolQ_dev.tsv": "kobest_boolq",
        "COPA_dev.tsv": "kobest_copa",
        "HellaSwag_dev.tsv": "kobest_hellaswag",
        "SentiNeg_dev.tsv": "kobest_sentineg",
        "WiC_dev.tsv": "kobest_wic",
    },
    "kommongen": {"kommongen_dev.json": "kommongen"},
    "konec_konne": {
        "konec-dev.tsv": "konec",
        "konne-dev.jsonl": "konne",
        # A list of 150 types with descriptions: only a person can tell it from data.
        "NIKL_NE_2021_TAGSET_150.json": "aihub",
    },
    "korean_hate_speech": {
        "labeled/": "beep",
        "news_title/": "beep_text",
        "unlabeled/": "beep_text",
        "test.no_label.tsv": "beep_text",
    },
    "korean_parallel": {
        "korean-english-park.dev.tar.gz": "korean_parallel",
        "northkorean": "korean_parallel",
    },
    "kornlu": {"sts-": "korsts", "xnli.dev.ko.tsv": "kornli"},
    "kosbi": {"kosbi_valid.json": "kosbi"},
    "kote": {"val.tsv": "kote"},
    "nikl_schema_samples": {"NXNE_konne_dev_sample.json": "nikl_ne"},
    "nsmc": {"nsmc_from_raw_train_24k.txt": "nsmc", "raw/": "nsmc_raw"},
    "parakqc": {"paraKQC_v1.txt": "parakqc"},
    "petitions": {"petitions_2017-08": "petitions"},
    "question_pair": {
        "kor_": "question_pair",
        "train.txt": "question_pair",
        "validation.txt": "question_pair",
    },
    "sae4k": {"sae4k_v1.txt": "sae4k"},
    "superni": {
        "korean_excerpts/": "superni",
        "legacy_schema_2021-09/": "superni",
        "tasks/": "superni",
        # Lists of names of tasks.
        "membership.tsv": "csv",
        "korean_tasks.txt": "documents",
        "splits/": "documents",
    },
    "ud": {"ko_gsd-ud-dev.conllu": "conllu"},
    "xpersona": {"Ko_persona_split_valid_human_annotated.json": "xpersona"},
}
# What each LICENSE file and README says at its head; the others name no licence in a form to rely on.
LICENCES = {
    **dict.fromkeys(("chatbot_data", "question_pair", "kote", "kommongen", "xpersona"), "MIT"),
    **dict.fromkeys(("3i4k", "klue", "konec_konne", "korean_hate_speech", "kornlu", "ud"), "CC-BY-SA-4.0"),
}

needs_corpora = pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora do not lie beside the clone")


@cache
def looked_at(folder: str, scratch: Path) -> tuple[Found, list[Looked], list[DraftSource]]:
    (scratch / folder).mkdir(exist_ok=True)
    found = find(CORPORA / folder, Quiet())
    looked = look_through(found.files, scratch / folder, Quiet())
    return found, looked, group(found, looked, read_papers(found.papers), folder, catalogued(load()))


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("heads")


@needs_corpora
def test_every_folder_is_expected() -> None:
    assert {path.name for path in CORPORA.iterdir() if path.is_dir()} == set(EXPECTED)


@needs_corpora
@pytest.mark.parametrize("folder", EXPECTED)
def test_the_first_guess_is_the_reader(folder: str, scratch: Path) -> None:
    _, looked, _ = looked_at(folder, scratch)
    wanted = EXPECTED[folder]
    assert looked
    for one in looked:
        (reader,) = {held for name, held in wanted.items() if one.name.startswith(name)}
        assert (one.best.reader if one.best else None) == reader, one.name
        own_format = reader not in (None, "csv", "documents", "aihub")
        assert (one.best is not None and one.best.level == "sure") == own_format, one.name


@needs_corpora
@pytest.mark.parametrize("folder", EXPECTED)
def test_the_recipe_loads_and_takes_exactly_these_files(folder: str, scratch: Path, tmp_path: Path) -> None:
    _, looked, sources = looked_at(folder, scratch)
    path = tmp_path / "draft.yaml"
    path.write_text(render_recipe("draft", folder, sources, [], {}), "utf-8")
    recipe = load_recipe(path)
    taken = [
        file.name
        for given in find_inputs(recipe.sources, CORPORA / folder, READERS, Quiet())
        for file in given.files
    ]
    assert sorted(taken) == sorted(one.name for one in looked if one.best)
    assert {source.licence for source in recipe.sources} == {LICENCES.get(folder, "unknown")}


@needs_corpora
def test_figures_of_some(scratch: Path) -> None:
    _, _, (nsmc, raw) = looked_at("nsmc", scratch)
    assert (nsmc.rows, nsmc.known, dict(nsmc.languages)) == (24_323, "counted", {"ko": 1.0})
    assert (len(raw.files), raw.paths, raw.rows) == (150, ("raw/*.json",), 7_631)
    _, _, sources = looked_at("superni", scratch)
    tasks = next(source for source in sources if source.reader == "superni")
    assert (len(tasks.files), tasks.paths) == (50, ("**/*.json",))
    _, _, (parallel,) = looked_at("korean_parallel", scratch)
    assert (parallel.rows, len(parallel.files), parallel.split) == (2_000, 3, "validation")
    assert set(parallel.languages) == {"ko", "en"}
    _, _, beep = looked_at("korean_hate_speech", scratch)
    assert [(one.name, one.config, one.split) for one in beep] == [
        ("beep-validation", "beep", "validation"),
        ("beep-train", "beep", "train"),
        ("beep_text-validation", "beep_text", "validation"),
        ("beep_text-train", "beep_text", "train"),
        ("beep_text-test", "beep_text", "test"),
    ]


@needs_corpora
def test_papers_are_named_and_no_data(scratch: Path) -> None:
    found, looked, _ = looked_at("korean_parallel", scratch)
    assert [paper.name for paper in found.papers] == ["README.md"]
    assert "README.md" not in [one.name for one in looked]


BY_FORMAT = [one for one in format_files() if one.reader not in GENERIC and one.path.is_file()]


@pytest.mark.parametrize("one", BY_FORMAT, ids=str)
def test_files_in_the_forms_of_other_corpora(one: RealFile, tmp_path: Path) -> None:
    looked = look_at(SourceFile(one.path, one.path.name), tmp_path)
    # A file with several layers of annotation has a reader for each.
    readers = {other.reader for other in BY_FORMAT if other.path == one.path}
    assert looked.best is not None
    assert looked.best.reader in readers
