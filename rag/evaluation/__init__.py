"""How good retrieval and answers are, measured on one's own questions.

`questions` reads them and `drafts` (with `asking`) makes some to begin with; `retrieval` and `answers`
(with `grounding`, `gold` and `metrics`) measure an index; `comparison` and `reports` say whether one
measurement is better than another or only luckier; `page` and `answers_page` show what went wrong.
"""
