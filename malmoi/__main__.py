"""`python -m malmoi` is the `malmoi` command."""

from malmoi.main import main

main()
