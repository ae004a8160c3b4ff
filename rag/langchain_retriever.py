"""An index as a langchain-core retriever, for chains of one's own."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from rag.search import Index
from rag.types import EVERYTHING, Filter


class PassageRetriever(BaseRetriever):
    """Gives the ``k`` best passages of an index as documents; scores are in the metadata.

    Only passages that ``among`` admits are found: give the asker's groups where not everybody may
    read everything.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    k: int = 10
    among: Filter = EVERYTHING

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        del run_manager
        return [
            Document(
                page_content=hit.passage.text,
                id=hit.passage.passage_id,
                metadata={
                    "doc_id": hit.passage.doc_id,
                    "title": hit.passage.title,
                    "source": hit.passage.source,
                    "place": hit.passage.place,
                    "date": hit.passage.date,
                    "start": hit.passage.start,
                    "end": hit.passage.end,
                    "score": hit.score,
                    "lexical": hit.lexical,
                    "dense": hit.dense,
                    "coverage": hit.coverage,
                },
            )
            for hit in self.index.search(query, self.k, among=self.among)
        ]
