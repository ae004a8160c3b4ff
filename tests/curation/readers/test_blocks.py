"""Blocks of lines: what stands in quarantine has the bytes of the file, whatever parts its lines."""

from pathlib import Path

import pytest

from curation.readers.base import SourceFile
from curation.readers.blocks import Block, blocks
from curation.records import BadRow


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n"])
def test_blocks_keep_the_line_breaks_of_the_file(tmp_path: Path, codec: str, line_break: str) -> None:
    unreadable = line_break.join(["셋", "\0넷"])
    content = line_break.join(["\ufeff하나", "둘", "", unreadable, "", "다섯", ""])
    (tmp_path / "a").write_bytes(content.encode(codec))
    first, bad, last = blocks(SourceFile(tmp_path / "a", "a"))
    assert isinstance(first, Block)
    assert isinstance(last, Block)
    assert [(one.number, one.lines) for one in (first, last)] == [(1, ["하나", "둘"]), (7, ["다섯"])]
    assert isinstance(bad, BadRow)
    assert (bad.where.line, bad.lines, bad.error) == (4, 2, "NUL characters in the lines")
    end = "\r" if line_break == "\r\n" else ""  # before the last line break, which is of no line
    assert bad.raw == (unreadable + end).encode(codec)
    assert first.bad("a", "no").raw == (line_break.join(["하나", "둘"]) + end).encode(codec)
