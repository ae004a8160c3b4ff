"""How web-llm writes a conversation: its template, made from the tokenizer's own and compared with it.

`reference` asks the tokenizer, `templates` reads its form off probes, `rendering` writes as web-llm does,
`generating` compares both over the conversations of `twelve`, `chat_config` writes mlc-chat-config.json,
`model_files` copies the tokenizer.
"""

from compile.conversation.chat_config import (
    DEFAULT_CONTEXT,
    DEFAULT_PREFILL,
    ChatSettings,
    chat_config,
    require_no_slide,
    window_of,
    write_chat_config,
)
from compile.conversation.generating import generate, trims_messages
from compile.conversation.model_files import TOKENIZER_FILES, copy_tokenizer
from compile.conversation.rendering import render

__all__ = [
    "DEFAULT_CONTEXT",
    "DEFAULT_PREFILL",
    "TOKENIZER_FILES",
    "ChatSettings",
    "chat_config",
    "copy_tokenizer",
    "generate",
    "render",
    "require_no_slide",
    "trims_messages",
    "window_of",
    "write_chat_config",
]
