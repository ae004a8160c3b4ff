"""What the bot says in its own words."""

NO_SOURCE = "자료에서 답을 찾지 못했습니다."
EMPTY_QUESTION = "질문이 비어 있습니다. 저를 부르면서 물어볼 내용을 함께 적어 주세요."
TOO_SLOW = "정해진 시간 안에 답을 만들지 못했습니다. 질문을 좁혀서 다시 물어봐 주세요."
FAILED = "답을 만들다가 문제가 생겼습니다. 기록을 남겼으니 관리자에게 알려 주세요."
GAVE_UP = "여러 번 시도했지만 답을 끝내지 못했습니다. 관리자에게 알려 주세요."
SOURCES = "출처"
