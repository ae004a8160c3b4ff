"""A release in the console, whole and broken."""

import re
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from malmoi.ui.markdown import to_html
from tests.ui.conftest import PLANTED, Open
from tests.ui.test_pages import elements

PARTS = ["", "/report", "/ledger", "/rows", "/rejects", "/quarantine"]
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def release(changed: Path) -> Path:
    return changed / "releases" / "samples"


def shown(console: Open, home: Path, address: str, status: int = 200) -> str:
    answer = console(home, **ENGLISH).get(address)
    assert answer.status_code == status, answer.text
    return answer.text


def test_the_ledger_adds_up_and_leads_to_the_rows(console: Open, home: Path) -> None:
    text = shown(console, home, "/release/ledger?name=samples")
    ledger = orjson.loads((home / "releases/samples/manifest.json").read_bytes())["ledger"]
    sums = [
        int(one.replace(",", ""))
        for one in re.findall(r'<td class="n">([\d,]+)</td>', text[text.index("<tfoot") :])
    ]
    read, kept, dropped, quarantined = sums[:4]
    assert read == sum(entry["read"] for entry in ledger.values())
    assert read == kept + dropped + quarantined
    assert "step=length&amp;reason=too_short" in text
    rejected = shown(console, home, "/release/rejects?name=samples&step=length&reason=too_short")
    assert rejected.count('class="row"') == ledger["notes"]["dropped"]["length/too_short"]


def test_rows_are_paged_by_number(console: Open, home: Path) -> None:
    first = shown(console, home, "/release/rows?name=samples")
    assert "Rows 1–20 of 170" in first
    assert "row=20" in first
    last = shown(console, home, f"/release/rows?name=samples&row={10**14}")
    assert "Rows 161–170 of 170" in last
    assert 'rel="next"' not in last
    for nonsense in ("-5", "x", "1e9", "9" * 500, "٣"):
        assert "Rows 1–20" in shown(console, home, f"/release/rows?name=samples&row={nonsense}")
    part = shown(console, home, "/release/rows?name=samples&part=handbook/train")
    assert "of 44" in part


def test_rows_are_searched(console: Open, home: Path) -> None:
    text = shown(console, home, "/release/rows?name=samples&q=연차")
    assert text.count('class="row"') > 0
    assert "looked at" in text
    rows = re.findall(r'<article class="row">.*?</article>', text, re.DOTALL)
    assert all("연차" in row for row in rows)
    assert "There is no row" in shown(console, home, "/release/rows?name=samples&q=찾을수없는낱말")


def test_dropped_rows_are_filtered(console: Open, home: Path) -> None:
    everything = shown(console, home, "/release/rejects?name=samples")
    assert everything.count('class="row"') == 17
    some = shown(console, home, "/release/rejects?name=samples&step=exact_dedup&source=handbook")
    assert some.count('class="row"') == 3
    assert some.count("exact_dedup/duplicate") == 3
    # Only reasons of the step can be chosen.
    assert '<option value="too_short"' not in some


def test_quarantined_rows_are_shown_with_the_error(console: Open, home: Path) -> None:
    text = shown(console, home, "/release/quarantine?name=samples&source=labels")
    assert text.count('class="row"') == 6
    assert "2 columns instead of 3" in text
    whole = shown(console, home, "/release/quarantine?name=samples")
    assert whole.count('class="row"') == 20
    after = re.search(r'href="([^"]+)">Next', whole)
    assert after is not None
    rest = shown(console, home, after[1].replace("&amp;", "&"))
    assert rest.count('class="row"') == 2


def test_the_report_is_the_file_and_may_reach_nothing(console: Open, home: Path) -> None:
    framed = console(home).get("/release/report.html?name=samples")
    assert framed.content == (home / "releases/samples/report.html").read_bytes()
    policy = framed.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts;")
    assert "allow-same-origin" not in policy
    assert "connect-src" not in policy  # falls back to 'none'
    frame = [
        one for tag, one in elements(shown(console, home, "/release/report?name=samples")) if tag == "iframe"
    ]
    assert [one["sandbox"] for one in frame] == ["allow-scripts"]
    assert frame[0]["title"]


def test_a_card_is_text_whatever_it_says(console: Open, changed: Path, release: Path) -> None:
    (release / "README.md").write_text(
        f"---\nlicense: cc0-1.0\n---\n# 카드\n\n{PLANTED}<script>alert(1)</script>\n\n"
        "[나쁜](javascript:alert(1)) [파일](../../secret) [웹](https://example.com) "
        "![그림](https://example.com/x.png) [자료](data:text/html,x)\n\n| 가 | 나 |\n|---|--:|\n| 1 | 2 |\n",
        encoding="utf-8",
    )
    text = shown(console, changed, "/release?name=samples")
    body = text[text.index('<div class="prose">') : text.index("</main>")]
    found = elements(body)
    assert not {"script", "img", "style"} & {tag for tag, _ in found}
    assert [one.get("href") for tag, one in found if tag == "a"] == [None, "https://example.com"]
    assert ("td", {}) in found
    assert "그림" in body
    assert "&lt;script&gt;" in body
    assert "license: cc0-1.0" in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---\n",
        "no front matter",
        "---\na: [\n---\n",
        "# " * 5_000,
        "[" * 5_000,
        "> " * 2_000,
        "\x00\ufffe",
    ],
)
def test_any_text_is_a_card(console: Open, changed: Path, release: Path, text: str) -> None:
    (release / "README.md").write_text(text, encoding="utf-8")
    shown(console, changed, "/release?name=samples")


def test_rows_are_text_whatever_they_say(console: Open, changed: Path, release: Path) -> None:
    path = release / "data/slack/train-00000-of-00001.parquet"
    table = pq.read_table(path)
    texts = [f"{PLANTED}\u202e뒤집힌 글"] * table.num_rows
    for name in ("text", "title", "source", "file"):
        table = table.set_column(table.schema.get_field_index(name), name, pa.array(texts))
    pq.write_table(table, path)
    text = shown(console, changed, "/release/rows?name=samples&part=slack/train")
    assert "&lt;img src=x" in text
    assert not any("onerror" in one for _, one in elements(text))
    assert "U+202E" in text


def test_a_huge_text_is_cut_and_says_so(console: Open, changed: Path, release: Path) -> None:
    path = release / "data/slack/train-00000-of-00001.parquet"
    table = pq.read_table(path)
    texts = pa.array(["가나다라마" * 200_000] * table.num_rows)
    pq.write_table(table.set_column(table.schema.get_field_index("text"), "text", texts), path)
    text = shown(console, changed, "/release/rows?name=samples&part=slack/train")
    assert len(text) < 600_000
    assert text.count("The first 20,000 characters are shown.") == 20


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"{",
        b"[]",
        b'{"format": "malmoi release 1"}',
        b'{"format": "malmoi release 1", "ledger": {"a": 1}, "sources": [], "recipe": {}}',
    ],
    ids=["empty", "torn", "list", "bare", "wrong"],
)
def test_a_broken_manifest_is_a_page_that_says_so(
    console: Open, changed: Path, release: Path, part: str, manifest: bytes
) -> None:
    (release / "manifest.json").write_bytes(manifest)
    answer = console(changed, **ENGLISH).get(f"/release{part}?name=samples")
    assert answer.status_code in (200, 404, 500)
    assert "This is a fault of malmoi" not in answer.text
    if answer.status_code != 200:
        assert "This cannot be shown" in answer.text


@pytest.mark.parametrize(("part", "name"), [("rows", "data"), ("rejects", "rejects")])
def test_a_broken_file_is_named(console: Open, changed: Path, release: Path, part: str, name: str) -> None:
    for path in (release / name).rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-40])
    text = shown(console, changed, f"/release/{part}?name=samples", 500)
    assert "cannot be read" in text
    assert ".parquet" in text
    assert str(changed) not in text


def test_what_is_missing_is_said(console: Open, changed: Path, release: Path) -> None:
    for name in ("README.md", "report.html"):
        (release / name).unlink()
    for path in (release / "quarantine").iterdir():
        path.unlink()
    assert "no card" in shown(console, changed, "/release?name=samples")
    assert "no report" in shown(console, changed, "/release/report?name=samples")
    assert "no report" in shown(console, changed, "/release/report.html?name=samples", 500)
    assert "There is no row" in shown(console, changed, "/release/quarantine?name=samples")


def test_a_link_out_of_the_release_is_not_followed(console: Open, changed: Path, release: Path) -> None:
    (changed / "secret.txt").write_text("비밀번호", encoding="utf-8")
    for name in ("README.md", "report.html"):
        (release / name).unlink()
        (release / name).symlink_to(changed / "secret.txt")
    assert "비밀번호" not in shown(console, changed, "/release?name=samples")
    assert "비밀번호" not in shown(console, changed, "/release/report.html?name=samples", 500)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a <b>b</b>", "<p>a &lt;b&gt;b&lt;/b&gt;</p>\n"),
        ("[a](#b)", '<p><a href="#b">a</a></p>\n'),
        ("[a](/ask?q=1)", "<p><a>a</a></p>\n"),
        ("[a](//evil.example)", "<p><a>a</a></p>\n"),
        ("![a <b>](x.png)", "<p>a &lt;b&gt;</p>\n"),
    ],
)
def test_markdown(text: str, html: str) -> None:
    assert to_html(text) == html
