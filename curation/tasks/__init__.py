"""Labelled corpora as instruction tasks: one YAML file a task, beside this package's code.

A file says in Korean what is asked, in several wordings, how a row's fields become an input, what the
corpus's labels are called in words, and gives examples with explanations. Readers make records with it;
`malmoi superni export` makes Super-NaturalInstructions tasks of it.
"""
