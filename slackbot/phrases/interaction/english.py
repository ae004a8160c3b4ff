"""What the bot says beside its answers, in English."""

from typing import Final

from slackbot.phrases.interaction.wording import Interaction

ENGLISH: Final = Interaction(
    thanks="Thank you. If you change your mind, press again.",
    thanks_for_reason="Thank you for telling me. It will be used to correct the answer.",
    reason_title="What was missing?",
    reason_intro="Your vote is counted already. The reason makes it more useful.",
    reason_label="Reason",
    reasons={
        "wrong": "It is wrong",
        "outdated": "It is out of date",
        "beside": "It is not what I asked",
        "sources": "The sources do not fit the answer",
        "other": "Something else",
    },
    reason_more="Anything to add",
    reason_hint="What is right, or where it is written",
    send="Send",
    cancel="Cancel",
    close="Close",
    start_coaching="Hint again",
    coaching_stopped="No more hints about conversation habits. `/malmoi coaching on` brings them back.",
    coaching_started="You get a hint about conversation habits at most once a day; only you see it.",
    summary_title="Thread summary",
    reading="Reading the thread…",
    excerpt="These are sentences chosen from the thread, not a summary written anew.",
    nothing_to_summarise="There is nothing to summarise in this thread.",
    thread_unreadable="I cannot read this thread. Please invite me to the channel first.",
    summary_failed="The summary could not be made. Try again later; if it fails again, tell an admin.",
    saved_public="Saved. Members of this workspace can now find this thread by asking me.",
    saved_private="Saved. Only members of {channel} can find this thread by asking me.",
    this_conversation="this conversation",
    save_later="Noted. It cannot be done right now; I will as soon as I can.",
    save_direct="Messages between the two of us are not saved. Please save a thread of a channel.",
    nothing_to_save="There is nothing to save in this thread.",
    unsaved="This thread can no longer be found by asking me.",
    help=(
        "• `/malmoi ask How many days off do I have?` only you see the answer\n"
        "• `/malmoi mode off|mention|roots|threads` what I answer in this channel\n"
        "• `/malmoi coaching on|off` hints about conversation habits for you; "
        "`coaching channel off` switches them off for everybody here\n"
        "• `/malmoi status` the settings as they are\n"
        "• `/malmoi forget me` erases what I keep of your messages and feedback"
    ),
    ask_empty="Please add what you want to know: `/malmoi ask How many days off do I have?`",
    asking="Looking for an answer…",
    too_long_here="The answer is too long to show here. Please ask me in a direct message.",
    mode_set="In this channel from now on: {mode}.",
    mode_unknown="The mode is one of `off`, `mention`, `roots`, `threads`.",
    mode_direct="I always answer direct messages. Please set the mode in a channel.",
    modes={
        "off": "I do not answer",
        "mention": "I answer when I am mentioned",
        "roots": "I answer mentions and every new message",
        "threads": "I answer new messages and those in threads",
    },
    coaching_here="Hints about conversation habits in this channel: {state}.",
    on="on",
    off="off",
    status_channel="This channel: {mode}. Hints about conversation habits are {state}.",
    status_person="Your own hints about conversation habits: {state}.",
    status_waiting="Questions that wait for an answer: {count}.",
    forget_ask="This erases your questions, their answers, your feedback and settings. It cannot be undone.",
    forget_button="Erase everything",
    forgotten="Everything is erased. Messages that stand in Slack are yours to delete.",
    home_what="I look for answers in our documents and show where each stands. If there is none, I say so.",
    home_how=(
        "*How to ask*\n"
        "• Mention me in a channel, the whole question in one message. I answer in its thread\n"
        "• In a thread that I answer in, go on without mentioning me\n"
        "• Send me a message to talk between the two of us\n"
        "• The ⋮ menu of a message summarises its thread or saves it as knowledge"
    ),
    home_settings="My settings",
    home_coaching="Hints about conversation habits: *{state}*. At most one a day; only you see it.",
    home_language="Language: *{language}*, as set in Slack.",
    language="English",
    greeting="Hello. Ask me anything; I look it up in our documents and show where it stands.",
    prompts_title="Try one of these",
    prompt_about="What does {title} say?",
    prompts=("What can I ask you?", "How do I request time off?", "How do I claim expenses?"),
)
