"""How files elsewhere come here: over HTTP, from GitHub, and from the Hugging Face hub's data sets.

`kept` knows what is held already and whether it may be asked for, `http` brings one file, `github` and `hub`
know what their addresses mean. `curation.remote` hands each address of a recipe to one of them.
"""
