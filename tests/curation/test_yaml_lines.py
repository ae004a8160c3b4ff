"""Faults of YAML that would come as a traceback, or long after reading: each is told with its line."""

import pytest

from curation.errors import UserError
from curation.yaml_lines import read_yaml


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ('a: 1\nb: "x\\ud800y"\n', "half a character", 2),
        ('a: 1\n"\\udc00": 1\n', "half a character", 2),
        ('a: 1\nb: "\\UFFFFFFFF"\n', "not valid YAML", 2),
        ("a: 1\nb: " + "[" * 2_000 + "]" * 2_000, "nested deeper than 64", 2),
        ("a: 1\nb: " + "{a: " * 2_000 + "}" * 2_000, "nested deeper than 64", 2),
        ("a: 1\n" + "".join(" " * depth + "b:\n" for depth in range(2_000)), "nested deeper than 64", 65),
        ("a: 1\nb: 2026-13-45\n", "no value of its kind: 2026-13-45", 2),
        ("a: 1\nb: " + "9" * 5_000, "no value of its kind", 2),
        ("a: 1\nb: !!bool perhaps\n", "no value of its kind: perhaps", 2),
        ("a: 1\nb: !!timestamp soon\n", "no value of its kind: soon", 2),
        ("a: 1\nb: x\0y\n", r"U\+0000", 2),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path, text, what, line):
    path = tmp_path / "file.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(UserError, match=what) as refused:
        read_yaml(path)
    assert refused.value.where == f"{path}:{line}"


def test_what_is_deep_or_beyond_the_first_plane_is_read(tmp_path):
    path = tmp_path / "file.yaml"
    path.write_text("a: " + "[" * 63 + "]" * 63 + '\nb: "\\U0001F600"\n', "utf-8")
    assert read_yaml(path).data["b"] == "\U0001f600"
