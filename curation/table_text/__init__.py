"""Tables to be put into words: the table itself, its linearisations, and what is told of sentences about it.

`model` is a table with its marked cells, `layout` where they stand on the page, `ranges` what `B2:C4`
means in it, `linearise` the strings that models read, `record` the instruction record of a table.
`metrics` scores sentences against references and tables; `faithfulness` finds what a sentence says
beyond its table, with `amounts` for numbers and `names` for names. `targets` reads back tables and
references for both.
"""
