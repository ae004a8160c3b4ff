"""What to work on next: the prompt, retrieval or fine-tuning; pure, from what was measured.

Two axes, after OpenAI's talk on maximising the performance of language models (DevDay, November 2023): what
the model must know (context: prompt, RAG) and how it must act (prompt, fine-tuning). Steps add up, and each
round of the loop ends with a measurement.
"""

from rag.advice.advise import Advice, Reason, advise
from rag.advice.measurements import Measurement
from rag.advice.state import State

__all__ = ["Advice", "Measurement", "Reason", "State", "advise"]
