"""What the report calls things, in Korean and English: steps, reasons, kinds of personal data."""

from dataclasses import dataclass

from markupsafe import Markup

from curation.steps import STEPS


@dataclass(frozen=True, slots=True)
class Both:
    """A text in both languages; the page shows the one that its reader chose."""

    ko: str
    en: str

    def __html__(self) -> str:
        if self.ko == self.en:
            return str(Markup.escape(self.ko))
        return str(
            Markup(
                '<span class="ko" lang="ko">{}</span><span class="gap"> </span>'
                '<span class="en" lang="en">{}</span>'
            ).format(self.ko, self.en)
        )


# Name and one line, for every step that malmoi has; a step that is missing here is told in English.
_STEPS_KO = {
    "normalise": ("정규화", "유니코드 NFC로 맞추고, 빈칸을 접고, 보이지 않는 글자와 깨진 글자를 고칩니다"),
    "length": ("길이", "글자 수가 한도를 벗어난 글을 뺍니다"),
    "hangul_ratio": ("한글 비율", "글자 가운데 한글의 비율이 너무 낮은 글을 뺍니다"),
    "shape": ("글의 모양", "기호, 목록, 말줄임표, 어절 길이가 보통 글 같지 않은 글을 뺍니다"),
    "repetition": ("되풀이", "같은 줄이나 같은 말이 지나치게 되풀이되는 글을 뺍니다"),
    "function_words": ("조사와 어미", "조사와 어미가 너무 적어 문장으로 보기 어려운 글을 뺍니다"),
    "language": ("언어 판별", "글의 언어를 알아내고, 바라지 않는 언어의 글을 뺍니다"),
    "personal_data": ("개인정보", "개인정보를 찾아 가리거나 바꾸거나, 그 글을 뺍니다"),
    "safety": ("안전성", "혐오, 편향, 욕설의 정도를 매기고, 조리법이 정한 대로 표시하거나 뺍니다"),
    "quality": ("품질", "문장이 얼마나 자연스러운지, 틀에 박힌 글인지, 띄어쓰기가 맞는지 봅니다"),
    "correct": ("교정", "띄어쓰기와 맞춤법을 고치고, 고치기 전의 글도 남깁니다"),
    "exact_dedup": ("완전 중복 제거", "똑같은 글은 하나만 남깁니다"),
    "near_dedup": ("비슷한 글 제거", "거의 같은 글은 하나만 남깁니다"),
    "sentence_dedup": ("문장 중복 제거", "여러 글에 되풀이되는 문장을 덜어 냅니다"),
    "decontaminate": ("평가 자료와 겹침", "평가 자료와 겹치는 글을 뺍니다"),
    "split": ("나누기", "비슷한 글이 갈라지지 않게 학습, 검증, 시험용으로 나눕니다"),
    "mix": ("섞기", "출처마다 정한 비율과 한도대로 줄이거나 늘립니다"),
}

_REASONS_KO = {
    "too_short": "너무 짧음",
    "too_long": "너무 김",
    "no_letters": "글자 없음",
    "little_hangul": "한글이 적음",
    "duplicate": "중복",
    "near_duplicate": "거의 같은 글",
    "empty": "빈 글",
}

# Rules, kinds of personal data, categories of safety.
_RULES_KO = {
    "email": "전자우편",
    "phone": "전화번호",
    "resident_number": "주민등록번호",
    "foreigner_number": "외국인등록번호",
    "card": "카드번호",
    "account": "계좌번호",
    "passport": "여권번호",
    "driver_licence": "운전면허번호",
    "business_number": "사업자등록번호",
    "address": "주소",
    "person": "이름",
    "hate": "혐오",
    "bias": "편향",
    "profanity": "욕설",
}


def step_name(step: str) -> Both:
    """Give what a step is called; in English it is the name that recipes use."""
    return Both(_STEPS_KO[step][0] if step in _STEPS_KO else step, step)


def step_summary(step: str) -> Both:
    """Give one line on what a step does, from its registration."""
    english = STEPS[step].summary if step in STEPS else ""
    return Both(_STEPS_KO[step][1] if step in _STEPS_KO else english, english)


def reason_name(label: str) -> Both:
    """Give what ``step/reason`` says; English keeps the label, by which rejects are found.

    Examples
    --------
    >>> reason_name("length/too_short").ko
    '길이: 너무 짧음'
    """
    step, _, reason = label.partition("/")
    said = _REASONS_KO.get(reason) or _RULES_KO.get(reason, reason)
    return Both(f"{step_name(step).ko}: {said}" if reason else step_name(step).ko, label)


def rule_name(rule: str) -> Both:
    """Give what a rule, a kind of personal data or a category of safety is called."""
    return Both(_RULES_KO.get(rule, rule), rule)


def with_code(name: Both) -> Both:
    """Add to a Korean name the word by which programs know the thing, which is its English one."""
    return name if name.ko == name.en else Both(f"{name.ko} ({name.en})", name.en)
