"""HWP and HWPX, the formats of the Hangul word processor, through unhwp."""

import unhwp

from curation.readers.documents.draft import Draft
from curation.readers.documents.formats import Format


def parse(content: bytes) -> Draft:
    """Read a document; unhwp tells no pages, since these are laid out when a document is shown.

    Raises
    ------
    ValueError
        When it is none.
    """
    try:
        # From bytes: parsing by path would put the path of this machine into the message.
        with unhwp.parse_bytes(content) as document:
            draft = Draft(stated_title=(document.title or "").strip())
            draft.markdown(document.markdown)
    except unhwp.UnhwpError as error:
        raise ValueError(str(error)) from error
    return draft


HANGUL = Format("HWP or HWPX", parse)
