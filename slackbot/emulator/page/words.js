// What the page itself says, in Korean and English. What bots and people say is never translated.

const WORDS = {
  ko: {
    title: "말모이 슬랙 에뮬레이터", workspace: "워크스페이스", me: "나는", people: "사람", channels: "채널", direct: "다이렉트 메시지", app: "앱",
    appMark: "앱", home: "앱 홈", assistant: "도우미 열기", newChannel: "새 채널", chatWithBot: "봇과 대화",
    unread: "읽지 않은 메시지 {n}개", language: "English", trouble: "고장 내기", openMenu: "채널 목록 열기", closeMenu: "채널 목록 닫기",
    public: "공개", private: "비공개", sharedKind: "다른 회사와 공유", im: "다이렉트", members: "{n}명", botAway: "봇 없음",
    mode: "봇이 답하는 때", modeOff: "답하지 않음", modeMention: "멘션할 때", modeRoots: "새 글마다", modeThreads: "스레드까지", modeStatus: "지금 설정 보기",
    say: "{place}에 쓰기", reply: "답글 쓰기", send: "보내기", broadcast: "채널에도 올리기", hint: "Enter 보내기 · Shift+Enter 줄 바꿈 · @ 부르기 · /malmoi 명령",
    replies: "답글 {n}개", oneReply: "답글 1개", last: "마지막 {time}", thread: "스레드", closeThread: "스레드 닫기", inThread: "스레드에 남긴 답글",
    onlyYou: "나에게만 보입니다", dismiss: "가리기", edited: "(수정됨)", streaming: "쓰는 중", deleted: "지운 메시지입니다.",
    empty: "아직 메시지가 없습니다. @malmoi 를 부르고 물어보세요.", assistantThread: "도우미 대화", suggested: "이렇게 물어볼 수 있습니다",
    react: "{name} 반응", startThread: "스레드에서 답하기", more: "더 보기", edit: "고치기", remove: "지우기", save: "저장", cancel: "취소",
    connected: "봇 연결 {n}개", away: "연결된 봇이 없습니다.", awayHow: "다른 터미널에서 봇을 켜세요. 그동안 쓴 메시지는 연결되면 전해집니다.", copy: "명령 복사", copied: "복사했습니다.",
    awayHttp: "이벤트를 {url} (으)로 보냅니다.", lost: "에뮬레이터와 연결이 끊겼습니다. 다시 잇는 중…",
    unacked: "앱이 {seconds}초 안에 응답하지 않았습니다.", failed: "하지 못했습니다: {reason}", newBelow: "새 메시지", today: "오늘", yesterday: "어제",
    name: "이름", kind: "종류", withBot: "봇을 초대", create: "만들기", close: "닫기", homeEmpty: "앱이 아직 홈을 보여 주지 않았습니다.",
    choose: "고르세요", missing: "필요한 항목입니다.", optional: "(선택)", commands: "명령",
    events: "이벤트", calls: "봇이 부른 API", noEvents: "아직 없습니다.", delivered: "{n}번", acked: "{ms} ms에 받음", waiting: "응답 대기", pending: "다음 호출에 예약됨: {what}",
    refusing: "연결 거절 중: {n}초 남음", done: "했습니다: {what}",
    troubleIntro: "슬랙과 네트워크는 가끔 이렇게 됩니다. 눌러 보고 봇이 어떻게 하는지 보세요.",
    redeliver: "마지막 이벤트 다시 보내기", redeliverWhy: "같은 event_id가 또 옵니다. 좋은 봇은 한 번만 답합니다.",
    limited: "다음 글에 429", limitedWhy: "Retry-After만큼 기다렸다가 한 번 올립니다.",
    down: "다음 글에 503", downWhy: "잠시 뒤 다시 올립니다. 답은 하나입니다.",
    lostReply: "응답 잃어버리기", lostReplyWhy: "글은 올라갔는데 응답이 없습니다. 두 번 올리지 않습니다.",
    reset: "연결 끊기 (글)", resetWhy: "올라가지 않았습니다. 확인하고 다시 올립니다.",
    refresh: "소켓 새로고침 요청", refreshWhy: "새 연결을 먼저 열고 옮겨 갑니다. 잃는 이벤트가 없습니다.",
    closeSocket: "소켓 닫기", closeSocketWhy: "몇 초 안에 다시 연결합니다.",
    abort: "소켓 뚝 끊기", abortWhy: "핑이 없음을 알아채고 다시 연결합니다.",
    refuse: "30초 동안 연결 거절", refuseWhy: "간격을 두고 다시 시도합니다. 끝나면 밀린 것을 답합니다.",
    streams: "스트림 닫기", streamsWhy: "쓰던 메시지를 고쳐서 끝까지 전합니다.",
  },
  en: {
    title: "malmoi Slack emulator", workspace: "Workspace", me: "I am", people: "People", channels: "Channels", direct: "Direct messages", app: "App",
    appMark: "APP", home: "App home", assistant: "Open assistant", newChannel: "New channel", chatWithBot: "Chat with the bot",
    unread: "{n} unread messages", language: "한국어", trouble: "Break things", openMenu: "Open the list of channels", closeMenu: "Close the list of channels",
    public: "Public", private: "Private", sharedKind: "Shared with another company", im: "Direct", members: "{n} members", botAway: "no bot",
    mode: "When the bot answers", modeOff: "Never", modeMention: "When mentioned", modeRoots: "Every new post", modeThreads: "Threads too", modeStatus: "Show the settings",
    say: "Write to {place}", reply: "Write a reply", send: "Send", broadcast: "Also send to the channel", hint: "Enter sends · Shift+Enter new line · @ mentions · /malmoi commands",
    replies: "{n} replies", oneReply: "1 reply", last: "last {time}", thread: "Thread", closeThread: "Close the thread", inThread: "Replied in a thread",
    onlyYou: "Only you can see this", dismiss: "Dismiss", edited: "(edited)", streaming: "writing", deleted: "This message was deleted.",
    empty: "No messages yet. Mention @malmoi and ask.", assistantThread: "Assistant conversation", suggested: "You could ask",
    react: "React with {name}", startThread: "Reply in thread", more: "More", edit: "Edit", remove: "Delete", save: "Save", cancel: "Cancel",
    connected: "Bot connections: {n}", away: "No bot is connected.", awayHow: "Start one in another terminal. What you write until then is delivered once it connects.", copy: "Copy commands", copied: "Copied.",
    awayHttp: "Events are sent to {url}.", lost: "The emulator cannot be reached. Trying again…",
    unacked: "The app did not respond within {seconds} s.", failed: "That did not work: {reason}", newBelow: "New messages", today: "Today", yesterday: "Yesterday",
    name: "Name", kind: "Kind", withBot: "Invite the bot", create: "Create", close: "Close", homeEmpty: "The app has not shown its home yet.",
    choose: "Choose", missing: "This is needed.", optional: "(optional)", commands: "Commands",
    events: "Events", calls: "The bot's calls", noEvents: "None yet.", delivered: "×{n}", acked: "acked in {ms} ms", waiting: "not acked", pending: "Waits for the next call: {what}",
    refusing: "Refusing connections: {n} s left", done: "Done: {what}",
    troubleIntro: "Slack and networks do this now and then. Press, and see what the bot does.",
    redeliver: "Redeliver the last event", redeliverWhy: "The same event_id comes again. A good bot answers once.",
    limited: "429 on the next post", limitedWhy: "It waits for Retry-After, then posts once.",
    down: "503 on the next post", downWhy: "It posts again a little later. There is one answer.",
    lostReply: "Lose the response", lostReplyWhy: "The post is there, the response is not. It does not post twice.",
    reset: "Reset the post", resetWhy: "Nothing was posted. It makes sure and posts again.",
    refresh: "Ask for a fresh socket", refreshWhy: "It opens a new connection first, then moves. No event is lost.",
    closeSocket: "Close the sockets", closeSocketWhy: "It is back within seconds.",
    abort: "Abort the sockets", abortWhy: "It notices that pings stop, and connects again.",
    refuse: "Refuse connections for 30 s", refuseWhy: "It tries again at intervals, then answers what has waited.",
    streams: "Close the streams", streamsWhy: "It edits the message that it was writing, so that all of it arrives.",
  },
};

let language = "ko";

export function speak(chosen) {
  language = WORDS[chosen] ? chosen : "en";
  document.documentElement.lang = language;
}

export function spoken() {
  return language;
}

/** The sentence, with what stands in braces filled in. */
export function say(key, values = {}) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

const FORMATS = new Map();
function format(options) {
  const key = language + JSON.stringify(options);
  if (!FORMATS.has(key)) FORMATS.set(key, new Intl.DateTimeFormat(language, options));
  return FORMATS.get(key);
}

function moment(ts) {
  return new Date(Number(ts) * 1000);
}

export function clock(ts) {
  return format({ hour: "numeric", minute: "2-digit" }).format(moment(ts));
}

export function fullTime(ts) {
  return format({ dateStyle: "medium", timeStyle: "medium" }).format(moment(ts));
}

export function dayKey(ts) {
  return moment(ts).toDateString();
}

export function day(ts) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - moment(ts).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return say("today");
  if (days === 1) return say("yesterday");
  return format({ month: "long", day: "numeric", weekday: "long" }).format(moment(ts));
}
