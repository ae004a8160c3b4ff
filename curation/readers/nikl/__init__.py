"""모두의 말뭉치, the corpora of the National Institute of Korean Language (https://corpus.korean.go.kr).

They are given on application and may not be passed on; the layout is known from public loaders. A file is
one JSON object ``{id, metadata, document: […]}``. `documents` reads it document by document, `sentences`
the sentences in them. On these stand the readers: `text` (newspapers, books, the web), `dialogue` (spoken,
messenger), `entities` (NE), `words` (MP, WSD, DP), `roles` (SRL), `references` (ZA, CR). `evaluation` reads
the JSON lines of the yearly tasks, with `evaluation_tasks` for what they hold and `tables` for those that
describe a table.
"""
