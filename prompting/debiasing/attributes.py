"""What a text may hold that it should not: the six attributes of the paper, which are Perspective API's."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from prompting.judging import Language


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute in words that continue "does this text contain …"; the wording is ours."""

    ko: str
    en: str

    def words(self, language: Language) -> str:
        """Give it in a language."""
        return self.ko if language == "ko" else self.en


ATTRIBUTES: Final[Mapping[str, Attribute]] = MappingProxyType(
    {
        "toxicity": Attribute("무례하거나 남을 불쾌하게 하는 말", "rude or disrespectful language"),
        "severe_toxicity": Attribute(
            "증오에 차 있거나 매우 공격적인 말", "very hateful or very aggressive language"
        ),
        "sexually_explicit": Attribute("노골적인 성적 표현", "sexually explicit language"),
        "threat": Attribute("남을 해치겠다는 위협", "threats to hurt somebody"),
        "profanity": Attribute("욕설이나 비속어", "swear words or obscenities"),
        "identity_attack": Attribute(
            "성별, 출신, 종교, 장애 따위를 이유로 한 혐오나 비하",
            "hate or contempt for people because of their sex, origin, religion or disability",
        ),
    }
)
