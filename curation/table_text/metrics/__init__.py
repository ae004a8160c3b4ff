"""How good sentences about tables are: BLEU against references, PARENT against the table as well."""
