"""Readers, one file per family of formats; `READERS` is the registry that recipes name.

Corpora with a format of their own: `nsmc`, `nsmc_raw`, `chatbot_data`, `kobest`, `petitions`,
`superni`. Formats: `jsonl`, `csv_file`, `parquet`, `documents`, `slack_export` (with
`slack_messages`). The rest is what they share: `encoding`, `scripts` and `lines` from bytes to text,
`table`, `dialect` and `fixed_table` from text to fields, `labels` for what corpora write as labels,
`json_file` for JSON, `columns` from fields to records, `quoting` from the user's data to messages.
"""

from typing import Any

from curation.readers.base import Reader
from curation.registry import Registry

_PLACES = {
    "nsmc": "nsmc:NSMC",
    "nsmc_raw": "nsmc_raw:NSMC_RAW",
    "chatbot_data": "chatbot_data:CHATBOT_DATA",
    "kobest_boolq": "kobest:KOBEST_BOOLQ",
    "kobest_copa": "kobest:KOBEST_COPA",
    "kobest_wic": "kobest:KOBEST_WIC",
    "kobest_hellaswag": "kobest:KOBEST_HELLASWAG",
    "kobest_sentineg": "kobest:KOBEST_SENTINEG",
    "question_pair": "question_pair:QUESTION_PAIR",
    "klue_nli": "klue:KLUE_NLI",
    "klue_sts": "klue:KLUE_STS",
    "kornli": "kornlu:KORNLI",
    "korsts": "kornlu:KORSTS",
    "parakqc": "parakqc:PARAKQC",
    "3i4k": "threei4k:THREE_I4K",
    "sae4k": "sae4k:SAE4K",
    "beep": "beep:BEEP",
    "beep_text": "beep:BEEP_TEXT",
    "kote": "kote:KOTE",
    "kosbi": "kosbi:KOSBI",
    "kold": "kold:KOLD",
    "kmhas": "kmhas:KMHAS",
    "unsmile": "unsmile:UNSMILE",
    "apeach": "apeach:APEACH",
    "kommongen": "kommongen:KOMMONGEN",
    "xpersona": "xpersona:XPERSONA",
    "functionchat": "functionchat:FUNCTIONCHAT",
    "korean_parallel": "korean_parallel:KOREAN_PARALLEL",
    "petitions": "petitions:PETITIONS",
    "klue_ner": "character_tags:KLUE_NER",
    "konec": "character_tags:KONEC",
    "konne": "konne:KONNE",
    "klue_dp": "klue_dp:KLUE_DP",
    "conllu": "conllu:CONLLU",
    "nikl_text": "nikl.text:NIKL_TEXT",
    "nikl_dialogue": "nikl.dialogue:NIKL_DIALOGUE",
    "nikl_mp": "nikl.words:NIKL_MP",
    "nikl_ne": "nikl.entities:NIKL_NE",
    "nikl_wsd": "nikl.words:NIKL_WSD",
    "nikl_dp": "nikl.words:NIKL_DP",
    "nikl_srl": "nikl.roles:NIKL_SRL",
    "nikl_za": "nikl.references:NIKL_ZA",
    "nikl_cr": "nikl.references:NIKL_CR",
    "nikl_evaluation": "nikl.evaluation:NIKL_EVALUATION",
    "sejong": "sejong:SEJONG",
    "totto": "totto:TOTTO",
    "rotowire": "rotowire:ROTOWIRE",
    "wikibio": "wikibio:WIKIBIO",
    "e2e": "e2e:E2E",
    "kbgen": "kbgen:KBGEN",
    "table_documents": "table_documents:TABLE_DOCUMENTS",
    "korquad": "korquad:KORQUAD",
    "lbox": "lbox:LBOX",
    "lbox_precedents": "lbox:LBOX_PRECEDENTS",
    "aihub": "aihub:AIHUB",
    "namuwikitext": "namuwikitext:NAMUWIKITEXT",
    "kowiki": "kowiki:KOWIKI",
    "superni": "superni:SUPERNI",
    "jsonl": "jsonl:JSONL",
    "csv": "csv_file:CSV",
    "parquet": "parquet:PARQUET",
    "documents": "documents:DOCUMENTS",
    "slack_export": "slack_export:SLACK_EXPORT",
}

READERS: Registry[Reader[Any]] = Registry(
    Reader, {name: f"{__name__}.{place}" for name, place in _PLACES.items()}
)
