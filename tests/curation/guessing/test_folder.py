"""Going through a folder: what is looked at, what is left out, and how files become sources."""

import os
from pathlib import Path

import pytest
import yaml

from curation.guessing.card_draft import render_card
from curation.guessing.folder import Found, LeftOut, find, look_through
from curation.guessing.guess import Looked
from curation.guessing.licences import catalogued, read_papers, what_it_says
from curation.guessing.recipe_draft import render_recipe
from curation.guessing.sources import DraftSource, group, paths_of, slug, split_of
from curation.progress import Quiet
from curation.recipe import load_recipe
from datacards.catalogue import load
from datacards.checks import check_card

ROW = '{{"글": "{} 번째 줄에 있는 글이다."}}\n'
BY_FORMAT = Path(__file__).parents[1] / "readers/by_format"
ESSAY = "# 제목\n\n본문이다.\n"


def through(root: Path, scratch: Path) -> tuple[Found, list[Looked], list[DraftSource]]:
    scratch.mkdir()
    found = find(root, Quiet())
    looked = look_through(found.files, scratch, Quiet())
    return found, looked, group(found, looked, read_papers(found.papers), "draft", catalogued(load()))


def write(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return root


def test_links_pipes_and_hidden_files_are_treated_as_the_engine_treats_them(tmp_path: Path) -> None:
    root = write(
        tmp_path / "data", {"a.md": ESSAY, ".hidden.md": ESSAY, ".git/x.md": ESSAY, "sub/b.md": ESSAY}
    )
    write(tmp_path / "elsewhere", {"c.md": ESSAY})
    (root / "inside.md").symlink_to(root / "a.md")
    (root / "out.md").symlink_to(tmp_path / "elsewhere/c.md")
    (root / "nowhere.md").symlink_to(root / "absent.md")
    (root / "circle.md").symlink_to(root / "circle.md")
    (root / "linked").symlink_to(root / "sub")
    os.mkfifo(root / "pipe.md")
    found = find(root, Quiet(), mine=[root / "sub/b.md"])
    assert [file.name for file in found.files] == ["a.md", "inside.md"]
    assert found.left_out == [
        LeftOut("linked", "the folder is a link; put it there itself"),
        LeftOut("circle.md", "a link that leads nowhere"),
        LeftOut("nowhere.md", "a link that leads nowhere"),
        LeftOut("out.md", "a link that leads out of the folder"),
        LeftOut("pipe.md", "no regular file"),
    ]


def test_a_name_that_is_no_utf8_is_named(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xb1\xdb.txt", "wb") as stream:  # noqa: PTH123 - no Path holds it
        stream.write(b"x")
    assert find(tmp_path, Quiet()).left_out == [LeftOut("\\udcb1\\udcdb.txt", "the file name is not UTF-8")]


def test_of_many_alike_files_some_are_opened(tmp_path: Path) -> None:
    files = {f"many/{number:04}.jsonl": ROW.format(number) for number in range(450)}
    root = write(tmp_path / "data", files)
    _, looked, (source,) = through(root, tmp_path / "scratch")
    opened = [one for one in looked if one.known == "counted"]
    assert (len(looked), len(opened)) == (450, 150)
    assert (source.reader, source.paths) == ("jsonl", ("many/*.jsonl",))
    assert source.rows_in_words == "about 450"
    (assumed,) = looked[1].guesses
    assert assumed.evidence[0] == "like 150 others of 450 in its folder; not opened"
    # One that differs makes all of them worth a look.
    (root / "many/0003.jsonl").write_text('{"text": "글", "번호": 1}\n', "utf-8")
    _, looked, sources = through(root, tmp_path / "scratch2")
    assert sorted(len(one.files) for one in sources) == [1, 449]
    assert all(one.known == "counted" for one in looked)


def test_a_slack_export_is_one_source_wherever_it_lies(tmp_path: Path, project: Path) -> None:
    _, looked, (source,) = through(project / "samples/slack_export", tmp_path / "scratch")
    assert (looked, source.reader, source.paths, source.rows) == ([], "slack_export", (".",), 29)
    path = tmp_path / "draft.yaml"
    path.write_text(render_recipe("draft", "draft", [source], [], {}), "utf-8")
    assert load_recipe(path).sources[0].path == (".",)


def test_papers_speak_for_the_files_beside_and_below(tmp_path: Path) -> None:
    files = {
        "LICENSE": "MIT License\n\nCopyright (c) 2020\n",
        "a.csv": "글,갈래\n눈이 온다,날씨\n비가 온다,날씨\n",
        "b/deep/b.jsonl": ROW.format(1),
        "b/README.md": "---\nlicense: cc-by-4.0\n---\n# 자료\n",
        "c/README.md": "이 자료는 자유 이용 허락을 받았습니다.\n",
        "c/c.md": ESSAY,
    }
    found, _, sources = through(write(tmp_path / "data", files), tmp_path / "scratch")
    assert {one.paths[0]: one.licence for one in sources} == {
        "a.csv": "MIT",
        "b/deep/b.jsonl": "CC-BY-4.0",
        "c/c.md": "unknown",
    }
    assert [one.said[0].quote for one in sources if one.licence == "unknown"] == [
        "이 자료는 자유 이용 허락을 받았습니다."
    ]
    assert len(found.papers) == 3


def test_a_paper_that_names_another_licence_than_the_corpus_decides_nothing(tmp_path: Path) -> None:
    """A folder with files of several corpora: the licence of one of them is not that of the others."""
    files = {
        "LICENSE": "Attribution-ShareAlike 4.0 International\n",
        "NWRW.json": (BY_FORMAT / "nikl_newspaper.json").read_text("utf-8"),
        "kmhas_valid.txt": (BY_FORMAT / "kmhas_valid.txt").read_text("utf-8"),
        "kold_v1.json": (BY_FORMAT / "kold_v1.json").read_text("utf-8"),
        "my/own.csv": "글,갈래\n눈이 온다,날씨\n비가 온다,날씨\n",
    }
    _, _, sources = through(write(tmp_path / "data", files), tmp_path / "scratch")
    assert {one.reader: one.licence for one in sources} == {
        "nikl_text": "unknown",  # forbids redistribution
        "kmhas": "CC-BY-SA-4.0",
        "kold": "CC-BY-SA-4.0",  # the catalogue does not know it
        "csv": "CC-BY-SA-4.0",
    }
    assert all(one.said[0].file == "LICENSE" for one in sources)


@pytest.mark.parametrize(
    ("text", "spdx"),
    [
        ("Apache License\n                           Version 2.0, January 2004\n", "Apache-2.0"),
        ("Attribution-ShareAlike 4.0 International\n\n====\n", "CC-BY-SA-4.0"),
        ("Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Attribution 4.0 International", "CC-BY-4.0"),
        ("under the Creative Commons License Attribution-ShareAlike 3.0 Unported.", "CC-BY-SA-3.0"),
        ("CC0 1.0 Universal", "CC0-1.0"),
        ("GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007", "GPL-3.0"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE\n   Version 3", "AGPL-3.0"),
        ("Code: MIT License. Data: Creative Commons Attribution 4.0 International", ""),
        ("All rights reserved.", ""),
    ],
)
def test_a_licence_is_known_by_its_name_or_not_at_all(text: str, spdx: str) -> None:
    said = what_it_says(text, "sub/LICENSE.md")
    assert said is not None
    assert said.spdx == spdx
    assert said.quote == " ".join(text.splitlines()[0].split())


@pytest.mark.parametrize(
    ("name", "split"),
    [("ratings_test.txt", "test"), ("dev.news_title.txt", "validation"), ("Ko_valid.json", "validation"),
     ("latest.csv", "train"), ("train/1.json", "train"), ("kosbi_train.json", "train")],
)  # fmt: skip
def test_the_split_is_a_word_of_the_name(name: str, split: str) -> None:
    assert split_of(name) == split


def test_paths_are_patterns_only_where_they_take_nothing_else() -> None:
    many = [f"d/{number:02}.json" for number in range(20)]
    assert paths_of(many[:3], many) == tuple(many[:3])
    assert paths_of(many, many) == ("d/*.json",)
    assert paths_of(many, [*many, "e/other.json"]) == ("d/*.json",)
    assert paths_of(many, [*many, "d/other.json"]) == tuple(many)
    deep = [f"d/{number}/x.json" for number in range(20)]
    assert paths_of(deep, [*deep, "other.json"]) == ("d/**/*.json",)
    odd = [f"[1]/{number}.json" for number in range(20)]
    assert paths_of(odd, odd) == tuple(odd)


def test_drafts_hold_whatever_files_are_called(tmp_path: Path) -> None:
    files = {
        "a: b #1.jsonl": ROW.format(1),
        "*.jsonl": '{"text": "별표"}\n',
        "- 목록.md": ESSAY,
        "'따옴표'/말.csv": '문장: 글,"x\ny"\n눈이 온다,1\n비가 온다,2\n',
    }
    found, looked, sources = through(write(tmp_path / "자료", files), tmp_path / "scratch")
    assert slug("자료") == ""
    left = [LeftOut("이상한\n이름", "왜\n그런지"), *found.left_out]
    path = tmp_path / "draft.yaml"
    path.write_text(render_recipe("draft", "자료: #1", sources, left, {"jsonl": ["a: b\n- c"]}), "utf-8")
    recipe = load_recipe(path)
    assert sorted(name for source in recipe.sources for name in source.path) == sorted(files)
    assert len({source.name for source in recipe.sources}) == 4
    assert "#   이상한 이름: 왜 그런지" in path.read_text("utf-8")
    assert all(one.best for one in looked)


def test_a_card_lacks_only_what_a_person_knows(tmp_path: Path) -> None:
    files = {"LICENSE": "CC0 1.0 Universal\n", "a.jsonl": "".join(map(ROW.format, range(40)))}
    _, _, sources = through(write(tmp_path / "data", files), tmp_path / "scratch")
    card = render_card("자료", sources, [LeftOut("x.bin", "a | b")], {"a.jsonl": "0" * 64})
    matter = yaml.safe_load(card.split("---")[1])
    size = (tmp_path / "data/a.jsonl").stat().st_size
    assert matter["volume"] == f"40 rows, {size / 1000:.1f} kB"
    assert (matter["licence"], matter["languages"], matter["readers"]) == ("CC0-1.0", ["ko"], ["jsonl"])
    assert matter["allows"] == {
        "commercial": "allowed", "redistribution": "allowed", "modification": "allowed", "by": "licence",
    }  # fmt: skip
    assert f"| a.jsonl | a | 40 | {size:,} | {'0' * 64} |" in card
    assert "- x.bin: a \\| b" in card
    assert [(fault.field, fault.fault) for fault in check_card(card, "data.md")] == [("links", "empty")]
