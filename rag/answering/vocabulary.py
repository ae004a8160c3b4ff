"""Word lists that comparing Korean sentences takes: light words, synonyms, opposites, what denies."""

from typing import Final

# Words that report, serve grammar, or name whoever reads: they state nothing of their own.
_LIGHT = """
    하 되 있 없 이 아니 같 보 수 것 때 경우 주 드리 받 가지 위하 대하 관하 따르 의하 통하 그렇 이렇 다음
    자료 문서 내용 안내 출처 규정 나오 나와 적히 쓰이 말하 설명 명시 기재 언급 정하 정해지 확인 질문 답 답변
    회사 직원 사원 임직원 분 본인 여러분 가능 불가 불가능 금지 못하 않 말 필요 해당 각 약 총 및 등 즉
"""
# Nouns that name what kind of fact follows: 기한은 25일입니다.
_KINDS_OF_FACT = """
    한도 기한 기간 금액 비용 횟수 방법 시기 장소 대상 조건 이유 이름 시간 날짜 위치 담당자 담당 결과 원인
    목적 규모 명칭
    한 도 점 곳 수 내용 경우 때 요일 연락처 번호 주소 자격 절차 비율 개수 인원 최소 최대 기준 주기
"""
_SYNONYMS = """
    쓰/사용/이용/활용 내/제출/납부 지급/지원/제공/나오 알리/통보/공지/통지 끝나/종료/마치/마감/끝 시작/개시
    사/구매/구입 만들/작성/제작 바꾸/변경/바뀌/교체 늘/늘어나/늘리/증가 줄/줄어들/줄이/감소 열/열리/개최
    고르/선택
    맡/담당 세우/설립 매달/매월 알아보/조회 돈/금액/비용 들어오/입금 넣/입력 보내/발송/전송
"""
_OPPOSITES = """
    오전/오후 시작/종료 시작/끝 포함/제외 승인/반려 승인/거절 승인/거부 허용/금지 유료/무료 의무/선택
    필수/선택 늘/줄 오르/내리
    증가/감소 인상/인하 먼저/나중 앞/뒤 위/아래 왼쪽/오른쪽 국내/해외 국내/국외 공개/비공개 입사/퇴사
    출근/퇴근 열/닫 켜/끄
    평일/주말 평일/휴일 남성/여성 내부/외부 사전/사후 유급/무급 정기/수시 정규직/계약직 많/적 크/작 높/낮
    길/짧 빠르/느리
    합격/불합격 찬성/반대 성공/실패 낮/밤 지상/지하 첫/마지막 최대/최소 상한/하한 개인/법인 입금/출금
    매수/매도 동쪽/서쪽
    남쪽/북쪽 상반기/하반기 이전/이후 전/후
"""

LIGHT: Final = frozenset(_LIGHT.split())
KINDS_OF_FACT: Final = frozenset(_KINDS_OF_FACT.split())
# The first of its synonyms, by word.
SYNONYM_OF: Final = {word: group.split("/")[0] for group in _SYNONYMS.split() for word in group.split("/")}
OPPOSITES: Final = tuple(
    (one, other) for one, _, other in (pair.partition("/") for pair in _OPPOSITES.split())
)
# 은 and 는 say what a sentence is about, whatever its role.
ROLES: Final = {
    **{"은": "about", "는": "about", "이": "who", "가": "who", "께서": "who", "을": "what", "를": "what"},
    **{"에": "to", "에게": "to", "께": "to", "한테": "to", "에서": "where", "으로": "by", "로": "by"},
}
COORDINATING: Final = frozenset(
    {"고", "며", "으며", "지만", "으나", "나", "면서", "으면서", "는데", "은데", "ᆫ데", "되"}
)
ORDERING_ENDINGS: Final = ("세요", "십시오", "시오", "라", "자", "ᆸ시오", "소서")
DENYING_NOUNS: Final = frozenset({"불가", "금지", "불가능", "무관"})
DENYING_PREFIXES: Final = frozenset({"불", "미", "비", "무", "부"})
