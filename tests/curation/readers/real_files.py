"""Real files that readers read: all samples, and the corpora where they lie beside the clone."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[3]
SAMPLES = PROJECT / "samples"
_ITEMS = 15
CORPORA = PROJECT.parent / "shared" / "corpora"


@dataclass(frozen=True)
class RealFile:
    """A file, the reader that reads it, and the options it needs."""

    reader: str
    path: Path
    options: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.reader}-{self.path.name}"

    def content(self, most: int) -> bytes:
        """The beginning of the file, enough to be damaged: whole lines, or the first items of a JSON."""
        whole = self.path.read_bytes()
        if len(whole) <= most:
            return whole
        if self.path.suffix == ".json" and self.reader != "kommongen":  # its files are JSON lines
            return _first_items(whole)
        return whole[: whole.rfind(b"\n", 0, most) + 1] or whole[:most]


def _first_items(content: bytes) -> bytes:
    value = json.loads(content)
    if isinstance(value, list):
        value = value[:_ITEMS]
    else:
        value = {key: held[:_ITEMS] if isinstance(held, list) else held for key, held in value.items()}
    return json.dumps(value, ensure_ascii=False, indent=4).encode()


def sample_files() -> list[RealFile]:
    """The shipped samples."""
    documents = sorted(path for path in SAMPLES.rglob("*") if path.suffix in (".md", ".txt", ".hwpx"))
    return [
        RealFile("jsonl", SAMPLES / "inbox/notes.jsonl"),
        RealFile("csv", SAMPLES / "labels/문의분류.csv", {"text": "문의"}),
        *(RealFile("superni", path) for path in sorted((SAMPLES / "superni").glob("*.json"))),
        *(RealFile("documents", path) for path in documents),
    ]


def format_files() -> list[RealFile]:
    """Small files written in the forms of corpora that do not lie beside the clone."""
    folder = Path(__file__).parent / "by_format"
    return [
        RealFile("totto", folder / "totto_dev.jsonl"),
        RealFile("rotowire", folder / "rotowire_train.json"),
        RealFile("e2e", folder / "e2e_train.csv"),
        RealFile("table_documents", folder / "branches.html"),
        RealFile("table_documents", folder / "branches.csv", {"examples": [{"cells": "B2"}]}),
        RealFile("kold", folder / "kold_v1.json"),
        RealFile("kold", folder / "kold_v1.json", {"task": "target"}),
        RealFile("kmhas", folder / "kmhas_valid.txt"),
        RealFile("unsmile", folder / "unsmile_valid_v1.0.tsv"),
        RealFile("apeach", folder / "apeach_test.csv"),
        RealFile("korquad", folder / "KorQuAD_v1.0_dev.json"),
        RealFile("korquad", folder / "korquad2.1_dev_00.json"),
        RealFile("lbox", folder / "lbox_casename_valid.jsonl"),
        RealFile("lbox_precedents", folder / "lbox_precedents.jsonl"),
        RealFile("aihub", folder / "aihub_dialogue.json", {"layout": "dialogue"}),
        RealFile("namuwikitext", folder / "namuwikitext_dev"),
        RealFile("kowiki", folder / "kowiki-pages-articles.xml"),
        RealFile("nikl_text", folder / "nikl_newspaper.json"),
        RealFile("nikl_dialogue", folder / "nikl_messenger.json"),
        RealFile("nikl_mp", folder / "nikl_mp.json"),
        RealFile("nikl_wsd", folder / "nikl_mp.json"),
        RealFile("nikl_ne", folder / "nikl_ne.json"),
        RealFile("nikl_dp", folder / "nikl_dp.json"),
        RealFile("nikl_srl", folder / "nikl_srl.json"),
        RealFile("nikl_za", folder / "nikl_za.json"),
        RealFile("nikl_cr", folder / "nikl_cr.json"),
        RealFile("nikl_evaluation", folder / "nikl_emotion.jsonl"),
        RealFile("nikl_evaluation", folder / "nikl_absa.jsonl"),
        RealFile("nikl_evaluation", folder / "nikl_table_to_text.jsonl"),
        RealFile("nikl_evaluation", folder / "nikl_inference.json"),
        RealFile("sejong", folder / "sejong_raw.txt"),
        RealFile("sejong", folder / "sejong_treebank.txt"),
        RealFile("sejong", folder / "sejong_tagged.txt", {"record": "morphemes"}),
        RealFile("sejong", folder / "sejong_spoken.txt", {"record": "morphemes"}),
    ]


def corpus_files() -> list[RealFile]:
    """Files of public corpora, one of each form; none when the corpora are not there."""
    listed = [
        RealFile("nsmc", CORPORA / "nsmc/nsmc_from_raw_train_24k.txt"),
        *(RealFile("nsmc_raw", path) for path in sorted((CORPORA / "nsmc/raw").glob("*.json"))[:1]),
        RealFile("chatbot_data", CORPORA / "chatbot_data/ChatbotData.csv"),
        RealFile("kobest_boolq", CORPORA / "kobest/BoolQ_dev.tsv"),
        RealFile("nsmc", CORPORA / "nsmc/nsmc_from_raw_train_24k.txt", {"record": "instruction"}),
        RealFile("kobest_copa", CORPORA / "kobest/COPA_dev.tsv"),
        RealFile("kobest_wic", CORPORA / "kobest/WiC_dev.tsv"),
        RealFile("kobest_hellaswag", CORPORA / "kobest/HellaSwag_dev.tsv"),
        RealFile("kobest_sentineg", CORPORA / "kobest/SentiNeg_dev.tsv"),
        RealFile("question_pair", CORPORA / "question_pair/kor_pair_train.csv"),
        RealFile("question_pair", CORPORA / "question_pair/kor_Pair_test.csv"),
        RealFile("question_pair", CORPORA / "question_pair/validation.txt"),
        RealFile("klue_nli", CORPORA / "klue/klue-nli-v1.1_dev.json"),
        RealFile("klue_sts", CORPORA / "klue/klue-sts-v1.1_dev.json"),
        RealFile("kornli", CORPORA / "kornlu/xnli.dev.ko.tsv"),
        RealFile("korsts", CORPORA / "kornlu/sts-dev.tsv"),
        RealFile("parakqc", CORPORA / "parakqc/paraKQC_v1.txt"),
        RealFile("3i4k", CORPORA / "3i4k/fci_train_val.txt"),
        RealFile("sae4k", CORPORA / "sae4k/sae4k_v1.txt"),
        RealFile("beep", CORPORA / "korean_hate_speech/labeled/train.tsv"),
        RealFile("beep", CORPORA / "korean_hate_speech/labeled/dev.tsv", {"task": "bias"}),
        RealFile("beep_text", CORPORA / "korean_hate_speech/test.no_label.tsv"),
        RealFile("beep_text", CORPORA / "korean_hate_speech/news_title/train.news_title.txt"),
        RealFile("beep_text", CORPORA / "korean_hate_speech/unlabeled/unlabeled_comments_5.txt"),
        RealFile("kote", CORPORA / "kote/val.tsv"),
        RealFile("kosbi", CORPORA / "kosbi/kosbi_valid.json"),
        RealFile("kommongen", CORPORA / "kommongen/kommongen_dev.json"),
        RealFile("xpersona", CORPORA / "xpersona/Ko_persona_split_valid_human_annotated.json"),
        RealFile("functionchat", CORPORA / "functionchat/FunctionChat-Dialog.jsonl"),
        RealFile("korean_parallel", CORPORA / "korean_parallel/korean-english-park.dev.tar.gz"),
        RealFile("klue_ner", CORPORA / "klue/klue-ner-v1.1_dev.tsv"),
        RealFile("konec", CORPORA / "konec_konne/konec-dev.tsv"),
        RealFile("konne", CORPORA / "konec_konne/konne-dev.jsonl"),
        RealFile("klue_dp", CORPORA / "klue/klue-dp-v1.1_dev.tsv"),
        RealFile("conllu", CORPORA / "ud/ko_gsd-ud-dev.conllu"),
        RealFile("nikl_ne", CORPORA / "nikl_schema_samples/NXNE_konne_dev_sample.json"),
        RealFile("petitions", CORPORA / "petitions/petitions_2017-08"),
        RealFile("superni", CORPORA / "superni/tasks/task1146_country_capital.json"),
        RealFile("superni", CORPORA / "superni/tasks/task603_wikitext-103_fill_in_the_blank.json"),
        RealFile(
            "superni",
            CORPORA / "superni/legacy_schema_2021-09/task321_stereoset_classification_religion.json",
        ),
        RealFile("jsonl", CORPORA / "konec_konne/konne-dev.jsonl", {"attributes": ["label", "id"]}),
        RealFile("csv", CORPORA / "question_pair/kor_pair_train.csv", {"text": "question1"}),
        RealFile("csv", CORPORA / "korean_hate_speech/labeled/dev.tsv", {"text": "comments"}),
        RealFile("csv", CORPORA / "kornlu/sts-dev.tsv", {"text": "sentence1", "attributes": ["score"]}),
        RealFile("csv", CORPORA / "3i4k/fci_train_val.txt", {"header": False, "text": 2}),
    ]
    return [one for one in listed if one.path.exists()]
