"""One file per command; each imports its work when it runs, so that `--help` is quick."""
