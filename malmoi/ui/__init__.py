"""The local console: a workspace seen and asked in a browser on this machine; `malmoi ui`.

`application` puts together what `views` show; `protection` lets in requests from this machine's own pages
alone; `serving` listens; `desk` is what the views share; `rows`, `lines` and `curve` read releases and
runs a page at a time. Plain files in `templates` and `static`, no build step, nothing from outside.
"""
