"""Examples of the task files have the form and the names of the answers that readers give."""

import re
from itertools import product

import pytest

from curation.readers.dependencies import ROOT, sejong_relation, universal_relation
from curation.readers.named_entities import KLUE_TYPES, NOTHING, TYPES_15, TYPES_150
from curation.tasks.spec import task

PHRASES = ("NP", "VP", "VNP", "AP", "DP", "IP")
SEJONG = {
    *map(sejong_relation, PHRASES),
    *(
        sejong_relation(f"{one}_{role}")
        for one, role in product(PHRASES, ("SBJ", "OBJ", "MOD", "AJT", "CMP"))
    ),
}
UNIVERSAL = set(map(universal_relation, ("nsubj", "obj", "obl", "advmod", "amod", "punct", "root")))


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("klue_ner", KLUE_TYPES),
        ("konec", TYPES_150),
        ("konne", TYPES_150),
        ("nikl_ne_15", TYPES_15),
        ("nikl_ne_150", TYPES_150),
    ],
)
def test_entities_stand_in_the_text_in_order_with_types_that_there_are(name, types):
    for example in (*task(name).positive, *task(name).negative):
        places = []
        for line in example.output.split("\n"):
            if line == NOTHING:
                continue
            entity, named = re.fullmatch(r"(.+?) \((.+)\)", line).groups()
            assert named in types.values()
            places.append(example.fields["text"].index(entity))
        assert places == sorted(places)


@pytest.mark.parametrize(
    ("name", "relations"), [("klue_dp", SEJONG), ("nikl_dp", SEJONG), ("conllu", UNIVERSAL)]
)
def test_trees_have_a_line_a_word_one_root_and_relations_that_there_are(name, relations):
    for example in task(name).positive:
        lines = [
            re.fullmatch(r"((\d+) (\S+)) → (.+) \((.+)\)", line).groups()
            for line in example.output.split("\n")
        ]
        assert [int(number) for _, number, *_ in lines] == [*range(1, len(lines) + 1)]
        joined = "".join(form for _, _, form, *_ in lines)
        assert joined == example.fields["text"].replace(" ", "")
        heads = [head for *_, head, _ in lines]
        assert heads.count(ROOT) == 1
        assert {*heads} <= {ROOT, *(word for word, *_ in lines)}
        assert {relation for *_, relation in lines} <= relations
