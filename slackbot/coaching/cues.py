"""What the wording of one message shows, in Korean, English and Japanese. Pure, microseconds a text."""

import re

# How sentences end. 요 after anything but an ending of a verb (문서요, 있잖아요) leaves the thought open.
_MARK = r"[.!?~。！？…]|[ㅋㅎㅠㅜ]{2,}"
_POLITE = r"[어아여해돼네나까죠지세에예군래려와워져써봐줘라]요|[을할갈볼줄께]게?요|니당|넵|네|시오"
# The plain style: vowels that mostly inflection gives, and endings of questions, commands, exclamations.
_PLAIN = (
    r"[다죠까음함임]|(?<=[가-힣])[어아여해돼봐줘와워져려켜춰꿔겨혀쳐펴파빠뻐싸러니냐지라렴래야나대]"
    r"|(?:^|\s)[해돼줘봐]|[했됐갔왔샀났겠었았]음?|[할갈볼줄을]게|[하가먹보]자|[는은인]가"
    r"|고마워|미안|같애|거든|잖아|더라|구나|군|을까|어때|듯|마"
)
_ENDED = re.compile(rf"(?:{_MARK}|{_POLITE}|{_PLAIN})\W*$")
# Endings that say that more comes, though they may look like the others.
_OPEN = re.compile(
    r"(?:거든요|잖아요|[는은인던한텐]데요?|때문에|에서|해서|면서|위해|대해|통해|[가-힣]\s(?:좀|더|잘|못|안))[\s.,~…]*$"
)
# English and Japanese chat ends without a mark as well: there a thought is open after a word that needs
# another.
_OPEN_ENGLISH = re.compile(
    r"(?:\b(?:a|an|the|my|our|your|its|this|that|which|who|and|or|but|so|because|if|when|while|since|as|than"
    r"|about|after|at|before|by|for|from|in|into|of|on|to|with|is|are|was|were|be|not|i|we|you|they|it)|,)\s*$",
    re.IGNORECASE,
)
_OPEN_JAPANESE = re.compile(r"(?:が|けど|けれど|て|で|から|ので|のに|は|を|に|と|し|たら|、)\s*$")
_LATIN_END = re.compile(r"[A-Za-z,]\s*$")
_JAPANESE_END = re.compile(r"[ぁ-ヿ一-龥、]\s*$")
_GOES_ON = re.compile(
    r"(?:아\s|아니\s|그리고|근데|그런데|그래서|그러니까|그래도|하지만|또\s|혹시|"
    r"(?:and|but|so|because|also|then)\b|それで|でも|あと|だから)",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"```|https?://")
_EMOJI = re.compile(r":[a-z0-9_+-]+:")
_LETTER = re.compile(r"[^\W\d_]")
_ASKS = re.compile(r"[?？]|(?:까요?|나요|[는은인]지요?|가요|죠|ですか|ますか)\W*$")
_REFERS = re.compile(
    r"^(?:[아오네]+\s+|그리고\s+)?(?:(?:감사|고맙)[가-힣]*[!.~]*\s+)?(?:그럼|그러면|그건|그거|그게|그때|그\s?중에|그렇다면|거기|"
    r"(?:thanks|thank you|and then|what about|is that|does (?:it|that)|in that case)\b|それ|では|じゃあ)"
    r"|(?:방금|아까)\s?(?:그\s|그거|그건|말씀|답|알려|얘기|이야기|질문)|(?:말씀하|알려\s?주|답해\s?주)신|^위에\s|さっき|先ほど",
    re.IGNORECASE,
)
_THANKS = re.compile(r"^(?:[아오네]+\s+)?(?:감사|고맙|고마워)|ありがとう|^thank", re.IGNORECASE)
_TURNS = re.compile(
    r"(?:다른|딴|새로운|새|별개의?)\s?(?:얘기|이야기|말씀|질문|주제|건|것|거)(?:인데|데|이지만|지만|입니다|로|\s|,)"
    r"|별개로|별도로|이\s?건은\s?아니|질문이\s?하나\s?더|^참고로|^여기(?:에|서)?\s?여쭤"
    r"|^(?:by the way|btw|unrelated|off[- ]topic|on another note|(?:a )?different (?:question|topic))"
    r"|^(?:ところで|話は変わ|別件)",
    re.IGNORECASE,
)
# How far from its start a message may say that it changes the topic.
_OPENING = 30
_WORD = re.compile(r"[가-힣]{2,}|[A-Za-z]{3,}|[一-龥]{2,}|[ァ-ヶー]{3,}")
_HANGUL = re.compile(r"[가-힣]")
# First two syllables of words that carry no topic: they ask, point, thank, count days or link.
_NO_TOPIC = """
    가능 감사 거기 고맙 괜찮 그거 그건 그것 그게 그냥 그때 그래 그러 그런 그럼 그렇 그리 근데 내일 누가
    누구 누군 다들 다른 다음 답변 되나 되는 되네 되면 돼요 됐나 됩니 드려 드리 들어 때문 말씀 말인 모두
    모르 무슨 무엇 뭐가 뭐예 뭔가 받아 방금 별개 봐도 부탁 새로 아까 아니 아시 안녕 알겠 알고 알려 알림
    어느 어디 어때 어떤 어떻 어제 언제 얘기 얼마 없나 없는 없어 없으 여기 여쭤 예요 오늘 올려 올렸 위에
    이거 이건 이것 이게 이런 이렇 이번 이야 인가 인데 있나 있는 있어 있으 있을 있습 저기 저는 저도 저희
    정도 제가 제일 좋겠 좋아 좋습 좋을 주세 주시 주실 지금 지난 질문 참고 하고 하나 하는 하면 하시 하죠
    한번 합니 해도 해야 해요 했는 했습 혹시 확인 the and for you are can how what when where who why does
    that this have has with about from was were there please thanks thank it's your any
"""
_EMPTY_STEMS = frozenset(_NO_TOPIC.split())


def stems(text: str) -> frozenset[str]:
    """What stands for the topic: the first two syllables of Korean words, whole words of others.

    Particles and endings follow the stem in Korean, so that 정산서는 and 정산은 share one. A word of one
    syllable says too little.
    """
    words = (word[:2] if _HANGUL.match(word) else word.lower() for word in _WORD.findall(text))
    return frozenset(word for word in words if word not in _EMPTY_STEMS)


def is_open(text: str) -> bool:
    """Whether the text stops in the middle of a thought; what shows code or a link stands for itself."""
    text = _EMOJI.sub("", text)
    if _SHOWN.search(text) or not _LETTER.search(text):
        return False
    if _LATIN_END.search(text):
        return bool(_OPEN_ENGLISH.search(text))
    if _JAPANESE_END.search(text):
        return bool(_OPEN_JAPANESE.search(text))
    return bool(_OPEN.search(text)) or not _ENDED.search(text)


def goes_on(text: str) -> bool:
    """Whether the text begins as the continuation of another."""
    return bool(_GOES_ON.match(text)) and not _SHOWN.search(text)


def refers_back(text: str) -> bool:
    """Whether the text points at something that was said before."""
    return bool(_REFERS.search(text)) and not turns_away(text)


def asks(text: str) -> bool:
    """Whether the text is a question by its mark or by its last ending."""
    return bool(_ASKS.search(text))


def thanks(text: str) -> bool:
    """Whether the text begins with thanks."""
    return bool(_THANKS.search(text))


def turns_away(text: str) -> bool:
    """Whether the text says at its start that it is about something else."""
    return bool(_TURNS.search(text[:_OPENING]))
