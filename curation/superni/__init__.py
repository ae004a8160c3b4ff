"""Super-NaturalInstructions as a whole: its tasks, splits, encodings, metrics and baselines.

`schema` and `checks` read a task file of any year and name its faults; `files` finds task files;
`splits`, `selection` and `statistics` say which tasks there are; `encoding` writes the inputs of
Tk-Instruct with a counter of `counting`; `metrics` and `baselines` score outputs, over the tokens of
`tokens`; `export` makes tasks of Korean corpora, and `ordering` puts their instances in order.
Paper: Wang et al. 2022, arXiv 2204.07705.
"""
