"""Embedders: from text to unit vectors. `rag.embedding` chooses one by its spec."""
