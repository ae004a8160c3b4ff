"""The names that Super-NaturalInstructions gives to categories, reasoning and domains.

As doc/task-hierarchy.md of https://github.com/allenai/natural-instructions has them (commit 7fdb49b8): all
categories, and of reasoning and domains those that a Korean corpus may need; ``->`` leads to a part.
"""

CATEGORIES = {
    *("Translation", "Question Answering", "Program Execution", "Question Generation"),
    *("Sentiment Analysis", "Text Categorization", "Text Matching", "Toxic Language Detection"),
    *("Cause Effect Classification", "Information Extraction", "Textual Entailment"),
    *("Wrong Candidate Generation", "Named Entity Recognition", "Commonsense Classification"),
    *("Fill in The Blank", "Text Completion", "Sentence Composition", "Title Generation"),
    *("Language Identification", "Question Understanding", "Sentence Perturbation"),
    *("Answerability Classification", "Summarization", "Coreference Resolution"),
    *("Text Quality Evaluation", "Text to Code", "Paraphrasing", "Dialogue Generation"),
    *("Question Rewriting", "Word Semantics", "Pos Tagging", "Linguistic Probing"),
    *("Story Composition", "Speaker Identification", "Word Analogy", "Data to Text"),
    *("Stereotype Detection", "Negotiation Strategy Detection", "Dialogue Act Recognition"),
    *("Gender Classification", "Coherence Classification", "Explanation", "Ethics Classification"),
    *("Word Relation Classification", "Sentence Ordering", "Answer Verification", "Mathematics"),
    *("Intent Identification", "Keyword Tagging", "Code to Text", "Dialogue State Tracking"),
    *("Text Simplification", "Stance Detection", "Fact Verification", "Grammar Error Detection"),
    *("Section Classification", "Number Conversion", "Style Transfer", "Irony Detection"),
    *("Speaker Relation Classification", "Question Decomposition", "Overlap Extraction"),
    *("Grammar Error Correction", "Spelling Error Detection", "Entity Generation"),
    *("Sentence Expansion", "Discourse Connective Identification", "Poem Generation"),
    *("Discourse Relation Classification", "Entity Relation Classification", "Paper Review"),
    *("Punctuation Error Detection", "Spam Classification", "Sentence Compression"),
    *("Preposition Prediction", "Misc."),
}
REASONING = {
    *("Abductive Reasoning", "Analogical Reasoning", "Argument Reasoning", "Causal Reasoning"),
    *("Commonsense Reasoning", "Deductive Reasoning", "Logical Reasoning", "Numerical Reasoning"),
    *("Quantitative Reasoning", "Relational Reasoning", "Temporal Reasoning", "Textual Entailment"),
}
DOMAINS = {
    *("Biology", "Books", "Captions", "Commonsense", "Commonsense -> Concepts and Relations"),
    *("Dialogue", "Fiction", "Food", "Government and Politics", "Knowledge Base", "Law"),
    *("Miscellaneous", "Movies", "News", "Public Places", "Public Places -> Restaurants", "Reviews"),
    *("Reviews -> Movies", "Social Media", "Sports", "Stereotypes", "Story", "Web", "Wikipedia"),
}
