"""Named entities: the names of their types in Korean, and how they stand in an answer.

Types: the six of KLUE (https://github.com/KLUE-benchmark/KLUE), the 15 of TTAK.KO-10.0852 that the
National Institute of Korean Language uses, and the 150 into which its edition of 2021 divides those
(https://github.com/korean-named-entity/konne, docs/tagset).
"""

import unicodedata
from collections.abc import Iterable, Mapping

from curation.readers.quoting import shown

NOTHING = "없음"
KLUE_TYPES = {"PS": "인물", "LC": "장소", "OG": "기관", "DT": "날짜", "TI": "시간", "QT": "수량"}
TYPES_15 = {
    **{"PS": "인물", "LC": "장소", "OG": "기관", "AF": "인공물", "DT": "날짜", "TI": "시간"},
    **{"CV": "문명", "AM": "동물", "PT": "식물", "QT": "수량", "FD": "학문 분야", "TR": "이론"},
    **{"EV": "사건", "MT": "물질", "TM": "용어"},
}
TYPES_150 = {
    **{"PS_NAME": "인물", "PS_CHARACTER": "등장인물", "PS_PET": "반려동물"},
    **{"FD_SCIENCE": "과학 분야", "FD_SOCIAL_SCIENCE": "사회과학 분야", "FD_MEDICINE": "의학 분야"},
    **{"FD_ART": "예술 분야", "FD_HUMANITIES": "인문학 분야", "FD_OTHERS": "기타 학문 분야"},
    **{"TR_SCIENCE": "과학 이론", "TR_SOCIAL_SCIENCE": "사회과학 이론", "TR_MEDICINE": "의학 요법"},
    **{"TR_ART": "예술 이론", "TR_HUMANITIES": "인문학 이론", "TR_OTHERS": "기타 이론"},
    **{"AF_BUILDING": "건축물", "AF_CULTURAL_ASSET": "문화재", "AF_ROAD": "도로", "AF_TRANSPORT": "교통수단"},
    **{"AF_MUSICAL_INSTRUMENT": "악기", "AF_WEAPON": "무기", "AFA_DOCUMENT": "책과 문서"},
    **{"AFA_PERFORMANCE": "공연 작품", "AFA_VIDEO": "영상 작품", "AFA_ART_CRAFT": "미술 작품"},
    **{"AFA_MUSIC": "음악 작품", "AFW_SERVICE_PRODUCTS": "서비스 상품", "AFW_OTHER_PRODUCTS": "기타 상품"},
    **{"OGG_ECONOMY": "경제 기관", "OGG_EDUCATION": "교육 기관", "OGG_MILITARY": "군사 기관"},
    **{"OGG_MEDIA": "언론 기관", "OGG_SPORTS": "스포츠 단체", "OGG_ART": "예술 기관"},
    **{"OGG_MEDICINE": "의료 기관", "OGG_RELIGION": "종교 단체", "OGG_SCIENCE": "과학 기관"},
    **{"OGG_LIBRARY": "도서관", "OGG_LAW": "법률 기관", "OGG_POLITICS": "정치·행정 기관"},
    **{"OGG_FOOD": "음식 업체", "OGG_HOTEL": "숙박 업체", "OGG_OTHERS": "기타 기관"},
    **{"LCP_COUNTRY": "국가", "LCP_PROVINCE": "도·주", "LCP_COUNTY": "군·읍·면·동", "LCP_CITY": "도시"},
    **{"LCP_CAPITALCITY": "수도", "LCG_RIVER": "강·호수", "LCG_OCEAN": "바다", "LCG_BAY": "반도·만"},
    **{"LCG_MOUNTAIN": "산", "LCG_ISLAND": "섬", "LCG_CONTINENT": "대륙", "LC_SPACE": "천체"},
    **{"LC_OTHERS": "기타 장소", "CV_CULTURE": "문명·문화", "CV_TRIBE": "민족", "CV_LANGUAGE": "언어"},
    **{
        "CV_POLICY": "제도·정책",
        "CV_LAW": "법률",
        "CV_CURRENCY": "통화",
        "CV_TAX": "조세",
        "CV_FUNDS": "기금",
    },
    **{"CV_ART": "예술 갈래", "CV_SPORTS": "스포츠 종목", "CV_SPORTS_POSITION": "스포츠 포지션"},
    **{"CV_SPORTS_INST": "스포츠 용품", "CV_PRIZE": "상·훈장", "CV_RELATION": "가족·친족 관계"},
    **{"CV_OCCUPATION": "직업", "CV_POSITION": "직위", "CV_FOOD": "음식", "CV_DRINK": "음료"},
    **{"CV_FOOD_STYLE": "음식 유형", "CV_CLOTHING": "의복", "CV_BUILDING_TYPE": "건축 양식"},
    **{"DT_DURATION": "기간(날짜)", "DT_DAY": "날", "DT_WEEK": "주", "DT_MONTH": "달", "DT_YEAR": "해"},
    **{"DT_SEASON": "계절", "DT_GEOAGE": "지질 시대", "DT_DYNASTY": "왕조 시대", "DT_OTHERS": "기타 날짜"},
    **{"TI_DURATION": "기간(시간)", "TI_HOUR": "시", "TI_MINUTE": "분", "TI_SECOND": "초"},
    **{
        "TI_OTHERS": "기타 시간",
        "QT_AGE": "나이",
        "QT_SIZE": "넓이",
        "QT_LENGTH": "길이",
        "QT_COUNT": "개수",
    },
    **{"QT_MAN_COUNT": "인원수", "QT_WEIGHT": "무게", "QT_PERCENTAGE": "비율", "QT_SPEED": "속도"},
    **{"QT_TEMPERATURE": "온도", "QT_VOLUME": "부피", "QT_ORDER": "순서", "QT_PRICE": "금액"},
    **{
        "QT_PHONE": "전화번호",
        "QT_SPORTS": "스포츠 수량",
        "QT_CHANNEL": "채널 번호",
        "QT_ALBUM": "앨범 수량",
    },
    **{"QT_ADDRESS": "주소 숫자", "QT_OTHERS": "기타 수량", "EV_ACTIVITY": "사회 운동"},
    **{"EV_WAR_REVOLUTION": "전쟁·혁명", "EV_SPORTS": "스포츠 행사", "EV_FESTIVAL": "축제"},
    **{"EV_OTHERS": "기타 사건", "AM_INSECT": "곤충", "AM_BIRD": "새", "AM_FISH": "물고기"},
    **{"AM_MAMMALIA": "포유류", "AM_AMPHIBIA": "양서류", "AM_REPTILIA": "파충류", "AM_TYPE": "동물 분류"},
    **{"AM_PART": "신체 부위", "AM_OTHERS": "기타 동물", "PT_FRUIT": "과일·열매", "PT_FLOWER": "꽃"},
    **{"PT_TREE": "나무", "PT_GRASS": "풀", "PT_TYPE": "식물 분류", "PT_PART": "식물의 부분"},
    **{"PT_OTHERS": "기타 식물", "MT_ELEMENT": "원소", "MT_METAL": "금속", "MT_ROCK": "암석"},
    **{"MT_CHEMICAL": "화학 물질", "TM_COLOR": "색깔", "TM_DIRECTION": "방향", "TM_CLIMATE": "기후"},
    **{"TM_SHAPE": "모양", "TM_CELL_TISSUE_ORGAN": "세포·조직·기관", "TMM_DISEASE": "질병·증상"},
    **{"TMM_DRUG": "약품", "TMI_HW": "하드웨어", "TMI_SW": "소프트웨어", "TMI_SITE": "웹 주소"},
    **{"TMI_EMAIL": "전자 우편 주소", "TMI_MODEL": "제품 모델", "TMI_SERVICE": "IT 서비스"},
    **{"TMI_PROJECT": "프로젝트", "TMIG_GENRE": "게임 장르", "TM_SPORTS": "스포츠 용어"},
}


def sentence_group(text: str) -> str:
    """What a sentence of KLUE NER has in common with itself in KoNEC and KoNNE.

    KLUE NER writes single letters as parts of syllables (U+1100 on), KoNNE as letters of their own.

    Examples
    --------
    >>> sentence_group("좋다 \u110f\u110f") == sentence_group("좋다  ㅋㅋ")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", text).split())


# Where an expression begins and ends (exclusive), and its type as the corpus spells it.
Span = tuple[int, int, str]


def in_lines(text: str, spans: Iterable[Span], types: Mapping[str, str]) -> str:
    """Set the entities of a text out as an answer, one a line, in the given order.

    Raises
    ------
    ValueError
        When a type is not among ``types``; the message is the reason for quarantine.

    Examples
    --------
    >>> in_lines("박씨의 딸", [(0, 1, "PS")], KLUE_TYPES), in_lines("비가 온다.", [], KLUE_TYPES)
    ('박 (인물)', '없음')
    """
    try:
        return "\n".join([f"{text[begin:end]} ({types[label]})" for begin, end, label in spans]) or NOTHING
    except KeyError as error:
        raise ValueError(f"the entity type {shown(str(error.args[0]))!r} is unknown") from None
