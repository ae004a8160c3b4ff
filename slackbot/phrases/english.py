"""What the bot says in English."""

from typing import Final

from rag.answering import refusals
from slackbot.phrases.wording import Phrases

ENGLISH: Final = Phrases(
    language="en",
    sources="Sources",
    working="Looking through the documents…",
    no_source="I found no answer in the documents.",
    refusals={
        refusals.NOT_IN_SOURCES: (
            "I could not find the answer to this in the documents I have. Please try the words the document "
            "itself would use, or ask an administrator to add the document that holds the answer."
        ),
        refusals.EMPTY_INDEX: (
            "There are no documents to search yet. Please ask again once an administrator has added some."
        ),
        refusals.UNCLEAR_QUESTION: (
            "I could not tell what to look for. Please name what you would like to know."
        ),
        refusals.UNSUPPORTED: (
            "There are related documents, but no answer that their sentences support. "
            "Please say more precisely what you would like to know."
        ),
        refusals.MODEL_FAILED: (
            "The model that writes answers did not respond. Please ask again in a little while."
        ),
        refusals.HARMFUL: (
            "I cannot show the answer: it could hurt or deceive people, and what is harmful in it could not "
            "be taken out. Please ask in another way what you need."
        ),
    },
    near_sources="These documents are close in meaning:",
    cut_short=(
        "The model stopped part-way, so only the text above has been checked. "
        "Please ask again in a little while."
    ),
    empty_question="Your question is empty. Please mention me together with what you would like to know.",
    too_slow="I could not finish an answer in time. Please ask again with a narrower question.",
    failed="Something went wrong while I was answering. It has been logged; please tell an administrator.",
    gave_up="I tried several times but could not finish an answer. Please tell an administrator.",
    model_down=(
        "The model that writes answers is not responding right now. I have kept your question "
        "and will answer here as soon as the model is back. There is no need to ask again."
    ),
    model_lost=(
        "I waited a long time, but the model that writes answers did not come back. "
        "Please ask again later or tell an administrator."
    ),
    not_allowed=(
        "I have not been given permission to answer here. If you need me, please ask an administrator."
    ),
    answer_removed="That answer has been removed. Please ask again if you need it.",
    answer_unknown="I no longer have a record of that answer, so I could not do this. Please ask again.",
    nudge_split=(
        "It looks as if you sent one thought as several messages. Put together in a single message, "
        "it is easier to read and to answer in one thread."
    ),
    nudge_loose_reply=(
        "It looks as if you posted a reply as a new message in the channel. Written in this thread, "
        "it keeps the conversation in one place: {thread}"
    ),
    nudge_new_topic=(
        "It looks as if you started a new topic in this thread. As a new message in the channel, "
        "it is easier for others to find and answer."
    ),
    nudge_ending=(
        "Only you can see this hint, and you get at most one a day. To turn hints off, "
        "press the button below or type `/malmoi coaching off`."
    ),
    coaching_off="Stop these hints",
    helpful="Helpful",
    unhelpful="Not helpful",
    helpful_label="Report that this answer was helpful",
    unhelpful_label="Report that this answer was not helpful",
)
