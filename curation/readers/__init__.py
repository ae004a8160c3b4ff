"""Readers, one file per family of formats; `READERS` is the registry that recipes name."""
