"""Lines and tails of lines that belong to a page and not to its text.

Copyright notices, by-lines with an address, menus, breadcrumbs, counters and prompts. Each rule wants
the sign and the shape together: a short line, or a bracket, or the end of a line. A sentence about
copyright or subscriptions stays.
"""

import re

Span = tuple[int, int]

_LONGEST = 120  # characters of a boilerplate line; longer lines are searched for tails only

# One pass over the text tells most texts from the few that are worth a look line by line.
_SIGN = re.compile(
    r"무단|저작권|[ⓒ©|>»›·]|\(c\)|copyright|reserved|기자|특파원|@|댓글|조회|추천|공유|구독|좋아요|로그인|회원"
    r"|목록|이전|다음|더\s?보기|접기|바로\s?가기|TOP|맨\s?위|인쇄|글자|글씨|스크랩|신고|앱에서|관련\s?기사|제보|뉴스레터"
    r"|cookie|쿠키|채널|많이|광고|답글|작성일|등록일|입력|수정",
    re.IGNORECASE,
)

_COPYRIGHT = (
    r"(?:저작권자\s?[ⓒ©(:]|(?:copyright|저작권자?|[ⓒ©])[^\n]{0,60}(?:무단|all\s+rights?\s+reserved|금지)"
    r"|all\s+rights?\s+reserved|copyright\s*(?:[ⓒ©]|\(c\)|\d{4})"
    r"|[ⓒ©]\s?(?:\d{4}|(?![^\n]*다\.?\Z)[\w.&· ]{2,30}\Z)"
    r"|무단\s?(?:전재|복제|배포|도용|사용)(?:\s?(?:및|[-/·,&])?\s?(?:무단)?\s?(?:재)?(?:배포|전재|복제|수집|이용|AI\s?학습))*"
    r"[^\n가-힣]{0,3}(?:이용|활용)?\s?(?:을|를)?\s?(?:금지|금합니다|불허))"
)
_ADDRESS = r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{2,20}){1,3}"
_REPORTER = (
    rf"(?:[가-힣]{{2,4}}\s?(?:인턴\s?|객원\s?|선임\s?|전문\s?)?(?:기자|특파원|통신원|논설위원)\s?[=·(/|<\[]?\s?{_ADDRESS}"
    rf"|[(\[<]?[가-힣]{{2,6}}=[가-힣]{{2,6}}[)\]>]?\s?[가-힣]{{2,4}}\s?(?:기자|특파원)"
    rf"|{_ADDRESS}\s?[가-힣]{{2,4}}\s?기자)"
)
# A whole line that is one of these, but for signs around it.
_CREDIT = re.compile(
    rf"[^\w가-힣]*(?:{_REPORTER}|{_ADDRESS}|[가-힣]{{2,4}}\s?(?:인턴|객원|선임|전문)?\s?(?:기자|특파원))[^\w가-힣]*\Z"
)
# The same for what a page offers beside its text; one such word may be a text of its own, so these
# count only among other lines.
_NAVIGATION = re.compile(
    r"[^\w가-힣]*(?:"
    r"(?:Q\s?&\s?A\s*)?(?:댓글|답글|조회수?|추천수?|공감|좋아요|공유|스크랩|찜|리뷰|후기)\s?[:(]?\s?\d[\d,.]*\s?[만천]?\s?(?:개|건|회|명)?\s?\)?"
    r"|(?:이전|다음)\s?(?:글|기사|페이지|목록|게시물)?(?:\s?[|/·]?\s?(?:이전|다음|목록)\s?(?:글|기사|페이지|게시물)?)*"
    r"|목록(?:으로|보기)?|(?:맨\s?)?위로(?:\s?가기)?|TOP|페이지\s?상단으로|본문\s?바로\s?가기|메뉴\s?(?:열기|닫기|바로\s?가기)"
    r"|로그인|로그아웃|회원\s?가입|마이\s?페이지|장바구니|사이트\s?맵|고객\s?센터|검색|전체\s?메뉴"
    r"|더\s?보기|접기|펼치기|닫기|자세히\s?보기|원문\s?보기|전체\s?보기|댓글\s?(?:쓰기|달기|보기|입력)|답글\s?(?:쓰기|달기)"
    r"|(?:기사|글|본문|이\s?글|페이스북|트위터|카카오톡|카톡|밴드|링크|URL|SNS)\s?(?:공유|스크랩|복사|인쇄|신고|저장)(?:하기)?"
    r"|공유(?:하기)?|인쇄(?:하기)?|스크랩(?:하기)?|신고(?:하기)?|글자\s?크기|글씨\s?(?:크게|작게)|가가"
    r"|관련\s?(?:기사|글|뉴스|키워드)|추천\s?기사|많이\s?본\s?(?:기사|뉴스)|인기\s?(?:기사|글)|최신\s?(?:기사|글)|실시간\s?(?:뉴스|검색어)"
    r"|(?:입력|수정|등록|작성|게시|승인)(?:일|일시|시간)?\s?:?\s?\d{2,4}[.\-/년]\s?\d{1,2}[.\-/월]\s?\d{1,2}일?[.\s]*(?:\([가-힣]\))?(?:[\d:\s오전후시분]*)?"
    r"|(?:광고|AD|Advertisement|Sponsored)"
    r")[^\w가-힣]*\Z",
    re.IGNORECASE,
)
# Prompts: the sign anywhere in a short line, together with what it asks for.
_PROMPT = re.compile(
    r"(?:구독|알림\s?설정|팔로우|이웃\s?추가)(?:[과와및,·&/+!~\s]|하기|버튼)*(?:좋아요|알림\s?설정|댓글|공유|꾹|클릭|눌러|부탁)"
    r"|(?:좋아요|공감|추천)(?:[과와및,·&/+!~\s]|하기|버튼)*(?:구독|알림\s?설정|댓글|공유|꾹|클릭|눌러|부탁)"
    r"|(?:채널|뉴스레터|카카오톡|유튜브|네이버|앱)[^\n.]{0,25}(?:구독하(?:기|세요)|추가하(?:기|세요)|다운로드|설치하(?:기|세요))"
    r"|제보\s?(?:하기|는|[:=>])[^\n]{0,40}(?:카카오톡|카톡|전화|이메일|☎|@)"
    r"|(?:로그인|회원\s?가입)\s?(?:후|하시면|하셔야)[^\n]{0,20}(?:이용|작성|가능|볼\s?수)"
    r"|쿠키[^\n]{0,30}(?:동의|허용|사용합니다)|앱에서\s?(?:보기|열기|더\s?편하게)",
)
_LONGEST_PROMPT = 60

# Tails: from the sign to the end of the line.
_TAIL = re.compile(
    rf"(?:[<\[(【〈]\s?(?:[^<>\[\]()【】〈〉\n]{{0,40}}){_COPYRIGHT}[^\n]{{0,80}}|{_COPYRIGHT}[^\n]{{0,60}})\Z",
    re.IGNORECASE,
)
_TAIL_REPORTER = re.compile(rf"(?<=[.!?\"”’])\s+[/|]?\s?{_REPORTER}[^\w가-힣]*\Z")
_NOTICE = re.compile(_COPYRIGHT, re.IGNORECASE)

# A menu or a path: short names between the same separators.
_SEPARATORS = re.compile(r"\s*(?:[|»›]|(?<![-=])>)\s*|\s+·\s+")
_PATH = re.compile(r"\A\s*(?:홈|HOME|Home|처음|메인)\s*[>»›/]")
_SENTENCE = re.compile(r"(?:[다요죠까네음함됨임][.?!]|[.?!…])[\"'”’)]*\s*\Z")
_MENU_NAMES, _MENU_NAME = 4, 10
_FEW_LINES = 3  # a text of fewer lines has no menus


def boilerplate(text: str) -> list[Span]:
    """Give the spans of ``text`` that are boilerplate, in order, without line breaks.

    Examples
    --------
    >>> boilerplate("비가 내렸다.\\n저작권자 ⓒ 무단전재 및 재배포 금지")
    [(8, 29)]
    """
    if _SIGN.search(text) is None:
        return []
    spans: list[Span] = []
    lines = text.split("\n")
    among_others = len(lines) >= _FEW_LINES
    start = 0
    for line in lines:
        if line and (span := _of_line(line, among_others)):
            spans.append((start + span[0], start + span[1]))
        start += len(line) + 1
    return spans


def share(text: str, spans: list[Span]) -> float:
    """Give the share of the visible characters of ``text`` that the spans hold."""
    if not spans:
        return 0.0
    inside = sum(len("".join(text[start:end].split())) for start, end in spans)
    return inside / max(1, len("".join(text.split())))


def without(text: str, spans: list[Span]) -> str:
    """Give ``text`` without the spans; a line that becomes blank goes with its line break."""
    if not spans:
        return text
    kept: list[str] = []
    start, rest = 0, iter([*spans, (len(text) + 1, len(text) + 1)])
    first, last = next(rest)
    for line in text.split("\n"):
        end = start + len(line)
        if first < end:
            if remaining := (line[: first - start] + line[last - start :]).rstrip():
                kept.append(remaining)
            first, last = next(rest)
        else:
            kept.append(line)
        start = end + 1
    return "\n".join(kept).strip("\n")


def _of_line(line: str, among_others: bool) -> Span | None:
    stripped = line.strip()
    if not stripped or _SIGN.search(stripped) is None:
        return None
    start = line.index(stripped)
    whole = (start, start + len(stripped))
    if len(stripped) <= _LONGEST and (_is_credit(stripped) or (among_others and _is_navigation(stripped))):
        return whole
    for pattern in (_TAIL, _TAIL_REPORTER):
        if match := pattern.search(line, max(0, len(line) - 2 * _LONGEST)):
            return match.start(), whole[1]
    return None


def _is_credit(line: str) -> bool:
    if _CREDIT.match(line):
        return True
    notice = _NOTICE.search(line)
    return notice is not None and not _SENTENCE.search(line[: notice.start()].rstrip("<[(【〈 "))


def _is_navigation(line: str) -> bool:
    if _NAVIGATION.match(line) or _PATH.match(line):
        return True
    return (len(line) <= _LONGEST_PROMPT and _PROMPT.search(line) is not None) or _is_menu(line)


def _is_menu(line: str) -> bool:
    if _SENTENCE.search(line) or line[0] == "|" or line[-1] == "|":  # or a row of a table
        return False
    names = [name for name in _SEPARATORS.split(line) if name]
    return len(names) >= _MENU_NAMES and all(len(name) <= _MENU_NAME for name in names)
