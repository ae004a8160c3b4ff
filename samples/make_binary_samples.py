"""Writes the samples that a text editor cannot show: HWPX, old encodings, broken bytes, folded copies.

``python samples/make_binary_samples.py [FOLDER]`` writes them below FOLDER, by default the folder of
this script. The same script always gives the same bytes. Copies are made from the handbook pages
beside this script, so a page is written once.
"""

import sys
import unicodedata
from pathlib import Path

from hwpx_writer import Block, write_hwpx

SAMPLES = Path(__file__).resolve().parent

EVACUATION_PLAN = (
    Block("title", "비상 대피 계획"),
    Block(
        "paragraph",
        "이 문서는 토담타워 7층부터 9층까지에서 일하는 사람이 불이나 지진을 만났을 때 할 일을 정합니다. "
        "살림팀이 맡아 해마다 1월에 고치며, 이번 판은 2026년 1월 5일에 나왔습니다.",
    ),
    Block("heading", "불이 났을 때"),
    Block(
        "paragraph",
        "화재 경보가 울리면 모든 직원은 승강기를 쓰지 말고 동쪽 계단으로 내려가 느티공원 시계탑 앞으로 "
        "대피합니다. 동쪽 계단에 연기가 있으면 서쪽 계단을 쓰고, 두 계단이 모두 막히면 9층 옥상 정원으로 "
        "올라갑니다. 노트북이나 가방을 챙기러 돌아가지 않습니다.",
    ),
    Block("heading", "지진이 났을 때"),
    Block(
        "paragraph",
        "흔들리는 동안에는 책상 아래에서 머리를 감쌉니다. 흔들림이 멎으면 문을 열어 나갈 길을 만들고 "
        "3분 동안 기다렸다가 계단으로 내려갑니다.",
    ),
    Block("heading", "층별 대피 도우미"),
    Block(
        "paragraph",
        "층마다 대피 도우미가 두 사람씩 있습니다. 도우미는 주황색 조끼를 입고 화장실과 회의실을 살핀 다음 "
        "가장 늦게 내려갑니다.",
    ),
    Block(
        "table",
        rows=(
            ("층", "도우미 팀", "조끼와 손전등이 있는 곳", "소화기"),
            ("7층", "재고팀, 알림팀", "개울 회의실 앞 빨간 함", "6대"),
            ("8층", "바탕팀, 응대팀", "전산 창구 옆 빨간 함", "7대"),
            ("9층", "사람팀, 살림팀", "안내대 아래 서랍", "5대"),
        ),
    ),
    Block("heading", "모인 다음"),
    Block(
        "paragraph",
        "팀장은 모인 사람을 세어 10분 안에 살림팀장에게 알립니다. 보이지 않는 사람이 있으면 건물로 들어가지 "
        "말고 소방관에게 마지막으로 본 곳을 말합니다. 다시 들어가도 된다는 말은 소방관만 할 수 있습니다.",
    ),
    Block("heading", "훈련"),
    Block(
        "paragraph",
        "대피 훈련은 4월과 10월 둘째 목요일 오후 4시에 합니다. 훈련에서 모두 모이는 데 7분을 넘기면 한 달 "
        "안에 다시 합니다. 손님도 훈련에 함께하며, 그날의 화상 회의는 미리 미룹니다.",
    ),
)

EVENING_NOTICE = """가을 회식 안내

10월 16일 금요일 저녁 6시 30분에 토담타워 옆 '달항아리' 2층에서 가을 회식을 합니다.
버섯전골과 똠양꿍 가운데 하나를 고르고, 고기를 먹지 않는 사람은 두부 한 상을 고를 수 있습니다.
올 수 있는지 10월 13일 정오까지 #점심-수다 채널의 글에 손을 들어 주세요.
아홉 시가 되면 자리를 마치고, 남고 싶은 사람만 남습니다.
"""

REMOVAL_MEMO = """창고 옮기기 메모

7층 창고의 상자 46개를 11월 21일 토요일에 지하 2층으로 옮긴다.
도토리가 찦차와 손수레 두 대를 빌려 오고, 상자마다 팀 이름과 번호를 붙인다.
전시회에 썼던 간판은 버리지 않고 8층 복도 끝에 세워 둔다.
옮기는 날 아침 9시까지 살림팀 자리로 모이고 점심은 살림팀이 산다.
"""

WORKSHOP_NOTICE = """여름 워크숍 안내

올해 여름 워크숍은 8월 20일부터 1박 2일로 솔섬 수련원에서 엽니다.
첫날 오후에는 팀을 섞어 아이디어 장터를 열고, 둘째 날 오전에는 숲길을 두 시간 걷습니다.
버스는 첫날 오전 9시 10분에 토담타워 뒤에서 떠나며 자리는 45개입니다.
아이를 데려올 사람은 8월 7일까지 사람팀에 알려 주세요.
"""

MARKED_NOTICE = """공기 청정기 필터 교체

9월 2일 수요일 오전에 층마다 있는 공기 청정기 열네 대의 필터를 바꿉니다.
작업하는 사람이 자리 옆을 지나니 바닥에 둔 가방을 책상 위로 올려 주세요.
한 대에 7분쯤 걸리고, 11시 30분이면 모두 끝납니다.
"""


def copies(handbook: Path) -> dict[str, bytes]:
    """Older copies of handbook pages: identical, decomposed, and with other white space."""
    identical = (handbook / "17-도서-구입.md").read_bytes()
    decomposed = unicodedata.normalize("NFD", (handbook / "22-주차.md").read_text(encoding="utf-8"))
    page = (handbook / "18-건강검진.md").read_text(encoding="utf-8")
    # A full stop is followed by two spaces, every line ends in a space, and lines break as on Windows.
    spaced = page.replace(". ", ".  ").replace("\n", " \r\n")
    return {
        "handbook/지난-판/17-도서-구입.md": identical,
        "handbook/지난-판/18-건강검진.md": spaced.encode("utf-8"),
        "handbook/지난-판/22-주차.md": decomposed.encode("utf-8"),
    }


def inbox() -> dict[str, bytes]:
    """Text files in the encodings that Korean offices still send, and one with nothing in it."""
    notice = EVENING_NOTICE.replace("\n", "\r\n")
    return {
        "inbox/가을-회식-cp949.txt": notice.encode("cp949"),
        "inbox/가을-회식-utf16.txt": b"\xff\xfe" + notice.encode("utf-16-le"),
        "inbox/공기-청정기.txt": b"\xef\xbb\xbf" + MARKED_NOTICE.encode("utf-8"),
        "inbox/빈-파일.txt": b"",
        "inbox/여름-워크숍.txt": unicodedata.normalize("NFD", WORKSHOP_NOTICE).encode("utf-8"),
        "inbox/창고-옮기기.txt": REMOVAL_MEMO.encode("cp949"),
    }


def notes(readable: str) -> bytes:
    """``inbox/notes.jsonl``: each line as it reads in sources/notes.txt, with its bytes damaged.

    A line may begin with ``@cp949``, ``@nfd``, ``@nul`` or ``@crlf`` and a space: it is written in
    that encoding, decomposed, with ``␀`` as a NUL byte, or with a Windows line end.
    """
    lines = []
    for line in readable.splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "@cp949":
            lines.append(rest.encode("cp949"))
        elif mark == "@nfd":
            lines.append(unicodedata.normalize("NFD", rest).encode("utf-8"))
        elif mark == "@nul":
            lines.append(rest.replace("␀", "\0").encode("utf-8"))
        elif mark == "@crlf":
            lines.append(rest.encode("utf-8") + b"\r")
        else:
            lines.append(line.encode("utf-8"))
    return b"\n".join(lines) + b"\n"


def main(target: Path = SAMPLES) -> None:
    """Write every generated sample below ``target``."""
    readable = (SAMPLES / "sources" / "notes.txt").read_text(encoding="utf-8")
    files = copies(SAMPLES / "handbook") | inbox() | {"inbox/notes.jsonl": notes(readable)}
    for name, content in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    write_hwpx(target / "handbook/43-비상-대피-계획.hwpx", EVACUATION_PLAN[0].text, EVACUATION_PLAN)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
