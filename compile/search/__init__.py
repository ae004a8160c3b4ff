"""Search in the page: passages, postings and a lexicon of morphemes, in files that any host can serve.

`export_search` writes them. `PageTokeniser` and `PageRanking` are the twins of the page's own search
(`compile/web/src/search/`), which is held to the same scores, bit by bit.
"""

from compile.search.exporting import Exported as Exported
from compile.search.exporting import export_search as export_search
from compile.search.files import read_exported as read_exported
from compile.search.ranking import PageRanking as PageRanking
from compile.search.sources import look_at_source as look_at_source
from compile.search.tokeniser import PageTokeniser as PageTokeniser
