"""A small handbook, indexed once for the tests that only read it."""

from pathlib import Path

import orjson
import pytest

from rag.index import index_paths

HANDBOOK = {
    "연차.md": (
        "연차 휴가",
        "연차 휴가는 1년을 채우면 16일이 됩니다. 연차 휴가는 5영업일 전까지 나이테에서 신청합니다.",
    ),
    "반차.md": ("반차", "반차는 하루에 한 번만 쓸 수 있습니다. 오전 반차는 오후 2시에 시작합니다."),
    "출장.md": ("출장비", "국내 출장 숙박비는 하루에 11만 원까지 드립니다. 영수증은 살림팀에 냅니다."),
    "주차.md": ("주차", "지하 주차장에 회사 자리가 18면 있습니다. 주차 자리는 분기마다 추첨합니다."),
    "급여.md": ("급여", "급여는 매달 25일에 들어옵니다."),
    "보안.md": ("보안 수칙", "회사 계정의 비밀번호는 14자 이상이어야 합니다."),
}


def write_documents(path: Path, documents: dict[str, tuple[str, str]]) -> Path:
    """Write a ``docs.jsonl``: title and text by id."""
    rows = [{"id": name, "title": title, "text": text} for name, (title, text) in documents.items()]
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


@pytest.fixture(scope="session")
def handbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the handbook; tests must not write to it."""
    folder = tmp_path_factory.mktemp("handbook")
    index_paths([write_documents(folder / "docs.jsonl", HANDBOOK)], folder / "index")
    return folder / "index"
