"""What `benchmarks/all.py` is made of: every benchmark as a process, kept results, one page.

``scripts`` names them with their arguments and limits of time, ``contract`` holds what they print against
the contract, ``identity`` says what a result is of, ``kept`` keeps results, ``running`` runs one script,
``machine_facts`` describes the machine, ``page`` draws all of it.
"""
