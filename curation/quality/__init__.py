"""How good a Korean text is, and what a careful corrector would change in it.

``excerpts``
    which part of a long text is judged;
``fluency``
    how likely Kiwi's language model holds the text, and how much of it is no known word;
``spacing``
    spaces that are missing, and spaces that split a word;
``spelling``
    words that are misspelled;
``shielded``
    what a correction leaves alone: addresses, code, quoted titles, laughter;
``corrections``
    edits put into a text, and refused where they are too many;
``boilerplate``
    copyright lines, by-lines, menus, prompts;
``score``
    one figure in [0, 1] out of these.
"""
