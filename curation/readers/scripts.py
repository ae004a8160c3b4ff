"""Whether characters look like text of a language, for telling an encoding from a few bytes."""

# The 2,350 syllables of KS X 1001. CP949 holds 8,822 more that running text hardly uses: where they
# abound, the bytes were something else.
_KS_X_1001 = frozenset(
    bytes((lead, trail)).decode("cp949") for lead in range(0xB0, 0xC9) for trail in range(0xA1, 0xFF)
)
# The 200 syllables most frequent in NSMC, Chatbot_data, KoBEST BoolQ, petitions and KLUE-STS,
# weighted alike: 82 % of all syllables there.
_FREQUENT = frozenset(
    "가각간감강같개거건걸것게겠결경계고공과관교구국그근금기까나난남내너네년는니다단당대더던데도동되된두드들등때또라람랑래러려로르를"
    "리마만많말매메며면명모무문물미민바반받발방별보본봐부분비사산상생서선설성세소속수스습시식신실심싶아안않알았애야양어업없었에여"
    "역연였영예오와요용우운원위유육으은을음의이인일임입있자작잘장재저적전점정제조종좋주중지직진집차처청체최치친타터통트편포프하학한"
    "할함합해했행현호화회후히"
)
_LEAST_SHARE = 0.9
# With Hanja or rare syllables in between, frequent ones have to speak for the text.
_LEAST_SHARE_WHEN_FREQUENT = 0.4
_LEAST_TO_BE_FREQUENT = 4
_FREQUENT_ENOUGH = 0.35
# Chinese in GB 2312, read as CP949, gives KS X 1001 syllables too, but the frequent ones rarely.
_LONG = 30
_TOO_RARE = 0.1


def looks_korean(text: str) -> bool:
    """Tell whether the letters beyond ASCII are such as stand in Korean text.

    Single jamo, digits, punctuation and symbols count neither way.

    Examples
    --------
    >>> looks_korean("환불은 7일 안에")
    True
    >>> looks_korean("궞귢궼볷")
    False
    """
    letters = [c for c in text if c > "\x7f" and c.isalpha() and not "\u3130" < c < "\u3190"]
    syllables = [c for c in letters if c in _KS_X_1001]
    if not syllables:
        return False
    share = len(syllables) / len(letters)
    frequent = sum(c in _FREQUENT for c in syllables) / len(syllables)
    if len(syllables) >= _LONG and frequent < _TOO_RARE:
        return False
    if share >= _LEAST_SHARE:
        return True
    enough = len(syllables) >= _LEAST_TO_BE_FREQUENT and frequent >= _FREQUENT_ENOUGH
    return enough and share >= _LEAST_SHARE_WHEN_FREQUENT


_FREQUENT_IN_CHINESE = frozenset("的一是不了在人有我他这這中来來上大为為个個国國们們到说說时時要就出会會也你")


def looks_japanese(text: str) -> bool:
    """Tell whether hiragana hold the letters together; half-width katakana speak against it.

    Single bytes of other alphabets, read as Shift JIS, become half-width katakana.
    """
    letters = [c for c in text if c > "\x7f" and c.isalpha()]
    hiragana = sum("\u3041" <= c <= "\u309f" for c in letters)
    half_width = sum("\uff61" <= c <= "\uff9f" for c in letters)
    return hiragana >= 0.2 * max(1, len(letters)) and half_width <= 0.1 * len(letters)


def looks_chinese(text: str) -> bool:
    """Tell whether the letters are ideographs, and frequent ones among them."""
    letters = [c for c in text if c > "\x7f" and c.isalpha()]
    ideographs = [c for c in letters if "\u4e00" <= c <= "\u9fff"]
    frequent = sum(c in _FREQUENT_IN_CHINESE for c in ideographs)
    return len(ideographs) >= 0.9 * max(1, len(letters)) and frequent >= 0.05 * max(1, len(ideographs))
