"""Where a document speaks to the model that reads it: instructions, role marks, hidden text.

Such spans are neither shown to a model nor cited. The list cannot be complete, which is why every
sentence of an answer is held against its sources as well; and it may take a sentence about prompts for
one, which then cannot be quoted.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from curation.normalising.invisible import remove_invisible

Span = tuple[int, int]

# Not seen by whoever reads the page, or not text.
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|template|noscript|iframe|object)\b.*?(?:</\1\s*>|\Z)"
    r"|<(\w+)[^>]*(?:\bhidden\b|display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0)[^>]*>.*?(?:</\2\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
# What opens a message of a chat template, up to what closes it or the paragraph's end.
_ROLE_MARK = re.compile(
    r"(?:<[|｜]|\[/?INST\]|<</?SYS>>|</?(?:tool_call|tool_response|function_call|system|assistant|start_of_turn)\b)"
    r".*?(?:<\|im_end\|>|<\|eot_id\|>|<\|end\|>|\[/INST\]|<</SYS>>|</(?:tool_call|tool_response|function_call|system"
    r"|assistant)>|<end_of_turn>|(?=\n\s*\n)|\Z)",
    re.DOTALL | re.IGNORECASE,
)
# A line of the format in chat/sources.py: all that follows poses as something else.
_FENCE = re.compile(
    r"^[=＝]{3,}\s*(?:source\s+\d+|question|end)\b.*\Z", re.DOTALL | re.MULTILINE | re.IGNORECASE
)
_TOOL_CALL = re.compile(
    r'\{[^{}\n]*"(?:tool|tool_call|function|function_call|name|action)"\s*:[^\n]*"(?:arguments|parameters|input|args)"[^\n]*'
)
_ROLE_LINE = re.compile(
    r"^\W*(?:system|assistant|developer|시스템|어시스턴트|개발자)"
    r"(?:\s*(?:message|prompt|note|메시지|프롬프트|공지|알림|지시))?\W*[:：].*",
    re.IGNORECASE | re.MULTILINE,
)
_SENTENCE = re.compile(r"[^\n]+?(?:(?<=[.!?…。！？:：])[\"'”’」』)\]]*(?=\s)|(?=\n)|\Z)")

_READER = (
    r"(?:ai|인공지능|언어모델|챗봇|어시스턴트|assistant|llm|gpt|도우미|봇|에이전트|모델|비서|답변자|답변기)"
)
_ORDER = (
    r"(?:하라|하시오|하십시오|하세요|해라|해주세요|해주십시오|해주시기|해주시면|해줘|하기바랍니다|바랍니다|할것|하도록"
    r"|주세요|주십시오|주시기|주시면|마세요|마십시오|말것|마라|말라|시오|십시오|세요|어라|아라|여라|써라|달라|합니다|한다|야한다|야합니다)"
)
# Korean, matched without white space: spacing is free enough to hide behind.
_KOREAN: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:이전|앞선|앞의|위의|위|기존|지금까지(?:의|받은)?|모든|다른|원래|처음|당신의|너의|네)(?:모든|의|받은)?"
        r"(?:지시|명령|규칙|지침|프롬프트|설정|제한|안전장치|시스템메시지)(?:사항|문|들)?(?:은|는|을|를|이|에|보다)?.{0,12}"
        r"(?:무시|잊|따르지|버리|해제|취소|벗어나|어기|덮어|우선|비활성)",
        r"(?:시스템|숨겨진|초기|내부)(?:프롬프트|지시|지침|메시지|명령|규칙).{0,20}(?:공개|출력|보여|알려|말하|적|인쇄|드러|노출|복사|요약)",
        r"(?:프롬프트|지시문|시스템메시지)(?:를|을)?(?:그대로|전부|모두|전체)?.{0,6}(?:공개|출력|보여|노출|복사)",
        rf"(?:이|본|해당)(?:문서|글|자료|메시지|페이지|내용|항목|질문|공지)(?:를|을|에)?(?:읽는|읽고있는|처리하는|요약하는|받은|인용하는|참고하는|답하는|답변하는).{{0,12}}{_READER}",
        rf"{_READER}(?:님|분|들)?(?:은|는|이|가|에게|께서|께|야|아|의경우|이라면|라면|에게는|,|:|께서는)(?:.*?)"
        rf"(?:답|응답|대답|말|출력|안내|표시|포함|덧붙|추가|넣|붙이|쓰|적|작성|인용|언급|무시|공개|알려|전송|보내|호출|실행|따르|번역|링크|강조).{{0,8}}{_ORDER}",
        r"(?:답변|대답|응답|답|출력|인용|요약)(?:문|내용|글)?의?(?:에|에는|에도|마다|할때|하실때|앞에|뒤에|끝에|맨끝에|마지막에|첫머리에|시작에)"
        rf".{{0,160}}(?:포함|덧붙|추가|넣|붙이|붙여|쓰|써|적|출력|표시|삽입|시작|끝내|링크|언급|말하|강조|바꾸|바꿔).{{0,8}}{_ORDER}",
        rf"(?:라고|라는문구|라는말|라는답|라는문장|다고|고)(?:만|도|꼭|반드시|항상)*(?:을|를)?(?:짧게|크게|먼저)?"
        rf"(?:답변|대답|응답|답|출력|안내|인용)(?:을|를)?(?:만)?.{{0,6}}{_ORDER}",
        rf"(?:다음|아래|이)(?:문장|문구|내용|링크|이미지|코드|텍스트|주소|말)(?:을|를|만|과같이)?(?:그대로|반드시|꼭|정확히|만)*.{{0,6}}(?:출력|답변|대답|응답|삽입|복사|답하).{{0,6}}{_ORDER}",
        r"(?:개발자|관리자|디버그|탈옥|dan|무제한|점검)모드(?:로|를|에).{0,10}(?:전환|들어가|켜|활성|진입|실행|시작)",
        rf"(?:지금부터|이제부터|앞으로|이후(?:로|부터)?)(?:당신|너|넌|그대|모든답|모든질문|어떤질문|답변|대답).{{0,60}}{_ORDER}",
        rf"(?:당신|너)(?:은|는)(?:(?:이제|지금부터|더이상|사실).{{0,30}}(?:역할|행동|모드|입니다|이다|아니|아닙니다|{_ORDER})|.{{0,10}}{_READER})",
        rf"(?:자료|출처|근거|인용|번호|표시)(?:를|을|에|는)?(?:없어도|없이|무시하고|밝히지말고|숨기고).{{0,20}}(?:답|대답|말){_ORDER[:-1]}|하)",
        r"(?:base64|베이스64|rot13|16진수)(?:로|를|을)?.{0,30}(?:풀|디코드|디코딩|해독|해석|복호).{0,20}",
        rf"(?:대화|질문|질문자|사용자|앞의대화)(?:의)?(?:내용|이름|질문|기록|정보|전문)?(?:을|를)?.{{0,20}}(?:주소|링크|url|파라미터|서버|이미지)(?:에|로|의|뒤에).{{0,20}}(?:붙|넣|보내|전송|포함).{{0,8}}{_ORDER}",
        r"(?:도구|함수|툴)(?:를|을)?(?:호출|실행|사용).{0,10}(?:하라|하세요|하십시오|해라|하시오|해주세요|주세요)",
    )
)
_ENGLISH: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instruction|prompt|rule|guideline|direction|polic|context|restriction|above|previous|prior|system)",
        r"\b(?:system|hidden|initial|secret) (?:prompt|message|instruction)s?\b",
        r"\byou are (?:now |no longer )",
        r"\byou (?:must|will|should|shall|have to|need to) (?:now |only |always |never |also )?"
        r"(?:act|answer|reply|respond|output|print|include|append|recommend|repeat|reveal|comply|obey|begin|end|start)\b",
        r"\b(?:as an|dear|attention|hey|hello|to the|note to|message (?:to|for)|instructions? (?:to|for)"
        r"|for) (?:an? |the |any |all )?(?:ai|llm|language model|assistant|chatbot|bot|gpt|model|agent)s?\b",
        r"\b(?:ai|llm|language model|assistant|chatbot|bot|agent)s?\b.{0,40}\b(?:must|should|please|shall"
        r"|have to|need to|are required|is required)\b",
        r"(?:^|[.!?:,;\]>] |\b(?:please|must|should|and|then|always|now|just|only|to) )(?:reply|respond"
        r"|answer|output|say|print|repeat)\b"
        r".{0,20}\b(?:only|exactly|with|verbatim|the (?:following|phrase|word|text)|nothing)\b",
        r"\b(?:include|append|add|insert|put|embed|mention|end|begin|start|finish)\b.{0,60}\b(?:in|to|at|with|into)\b.{0,20}\b(?:answer|reply|response|output|summary)",
        r"\b(?:in|at|to) (?:your|the|every|each|all|any) (?:end of (?:your|the) )?(?:answer|reply|response"
        r"|output|summar)",
        r"\b(?:from now on|new instructions?|end of (?:sources?|context|document)|begin (?:system"
        r"|instructions?))\b",
        r"\b(?:developer|debug|admin|jailbreak|dan|god) mode\b",
        r"\b(?:decode|decrypt|base64|rot13)\b.{0,60}\b(?:follow|execute|obey|run|do|instruction|it|this|string)\b",
        r"\b(?:call|invoke|use|run|execute) (?:the )?(?:tool|function|\w+\()",
        r"\bdo not (?:tell|mention|reveal|cite|answer)\b",
    )
)
# What goes on in the same line to tell somebody what to do.
_GOES_ON = re.compile(r"(?:세요|십시오|시오|하라|해라|마라|주세요|할 것|바랍니다|줘)[\"'”’]?[.!]*\s*$")
# A sentence that dictates what comes next: "…라고 답하세요:".
_ANNOUNCES = re.compile(r"[:：]\s*$|(?:다음|아래)(?:과|와)?\s*(?:같이|문장|문구)|\bfollowing\b")


def instruction_spans(text: str) -> list[Span]:
    """Spans of ``text``, in order and apart, that speak to a model or are hidden from people."""
    found = [
        found.span()
        for pattern in (_HIDDEN, _ROLE_MARK, _FENCE, _TOOL_CALL, _ROLE_LINE)
        for found in pattern.finditer(text)
    ]
    sentences = [match.span() for match in _SENTENCE.finditer(text)]
    # Two sentences are looked at together: an order may be cut by a full stop or a line's end.
    flagged = {at for at, (start, end) in enumerate(sentences) if _speaks_to_a_model(text[start:end])}
    for at, ((start, middle), (after, end)) in enumerate(pairwise(sentences)):
        if not {at, at + 1} & flagged and _speaks_to_a_model(
            f"{text[start:middle].rstrip('.!')} {text[after:end]}"
        ):
            flagged |= {at, at + 1}
    for at in range(1, len(sentences)):
        between = text[sentences[at - 1][1] : sentences[at][0]]
        if at - 1 in flagged and "\n" not in between and _GOES_ON.search(text[slice(*sentences[at])]):
            flagged.add(at)
    for at in sorted(flagged):
        found.append(sentences[at])
        if at + 1 < len(sentences) and _ANNOUNCES.search(text[slice(*sentences[at])]):
            found.append(sentences[at + 1])
    return list(_joined(sorted(found)))


def _speaks_to_a_model(sentence: str) -> bool:
    plain = unicodedata.normalize("NFKC", remove_invisible(sentence)[0]).casefold()
    compact = re.sub(r"[\s*_`~\"'“”‘’「」]+", "", plain)
    spaced = " ".join(plain.split())
    return any(pattern.search(compact) for pattern in _KOREAN) or any(
        pattern.search(spaced) for pattern in _ENGLISH
    )


def _joined(spans: list[Span]) -> Iterator[Span]:
    current: Span | None = None
    for start, end in spans:
        if current is not None and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current
