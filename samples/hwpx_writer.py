"""Writes small HWPX documents: headings, paragraphs and plain tables.

HWPX is the OWPML package of KS X 6101. The same blocks always give the same bytes (fixed time
stamps, no compression), so a change of the text is the only change that version control sees.
"""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

_OWPML = "http://www.hancom.co.kr/hwpml/2011"
# Hancom Office wants every one of these declared on both root elements, used or not.
_NAMESPACES = {
    "ha": f"{_OWPML}/app",
    "hp": f"{_OWPML}/paragraph",
    "hp10": "http://www.hancom.co.kr/hwpml/2016/paragraph",
    "hs": f"{_OWPML}/section",
    "hc": f"{_OWPML}/core",
    "hh": f"{_OWPML}/head",
    "hhs": f"{_OWPML}/history",
    "hm": f"{_OWPML}/master-page",
    "hpf": "http://www.hancom.co.kr/schema/2011/hpf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "opf": "http://www.idpf.org/2007/opf/",
    "ooxmlchart": "http://www.hancom.co.kr/hwpml/2016/ooxmlchart",
    "hwpunitchar": "http://www.hancom.co.kr/hwpml/2016/HwpUnitChar",
    "epub": "http://www.idpf.org/2007/ops",
    "config": "urn:oasis:names:tc:opendocument:xmlns:config:1.0",
}
_ROOT = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>'
_TIME_STAMP = (2026, 1, 5, 9, 0, 0)
# Lengths are HWPUNIT, 1/7200 inch: an A4 page with the word processor's usual margins.
_PAGE_WIDTH, _PAGE_HEIGHT, _TEXT_WIDTH, _ROW_HEIGHT = 59528, 84188, 42520, 1800


@dataclass(frozen=True)
class Block:
    """A heading of level 1 or 2, a paragraph, or a table whose first row is its head."""

    kind: Literal["title", "heading", "paragraph", "table"]
    text: str = ""
    rows: Sequence[Sequence[str]] = ()


# Paragraph property, character property and style of each kind, by their numbers in the header.
# The outline levels are the second and third, because readers take the first for body text.
_STYLES = {"paragraph": (0, 0, 0), "title": (1, 1, 1), "heading": (2, 1, 2)}


def paragraph_xml(paragraph_id: int, kind: str, content: str) -> str:
    """One ``hp:p`` with a single run that holds ``content`` (already XML)."""
    para, char, style = _STYLES[kind]
    return (
        f'<hp:p id="{paragraph_id}" paraPrIDRef="{para}" styleIDRef="{style}" pageBreak="0" columnBreak="0" '
        f'merged="0"><hp:run charPrIDRef="{char}">{content}</hp:run></hp:p>'
    )


def table_xml(rows: Sequence[Sequence[str]], ids: Iterator[int]) -> str:
    """An ``hp:tbl`` of equally wide columns without merged cells."""
    columns = len(rows[0])
    width = _TEXT_WIDTH // columns
    size = f'<hp:sz width="{width * columns}" widthRelTo="ABSOLUTE" height="{_ROW_HEIGHT * len(rows)}"'
    body = "".join(
        "<hp:tr>" + "".join(_cell_xml(r, c, text, width, ids) for c, text in enumerate(row)) + "</hp:tr>"
        for r, row in enumerate(rows)
    )
    return (
        f'<hp:tbl id="{next(ids)}" zOrder="0" numberingType="TABLE" textWrap="TOP_AND_BOTTOM" '
        f'textFlow="BOTH_SIDES" lock="0" dropcapstyle="None" pageBreak="CELL" repeatHeader="1" '
        f'rowCnt="{len(rows)}" colCnt="{columns}" cellSpacing="0" borderFillIDRef="2" noAdjust="0">'
        f'{size} heightRelTo="ABSOLUTE" protect="0"/>'
        '<hp:pos treatAsChar="1" affectLSpacing="0" flowWithText="1" allowOverlap="0" '
        'holdAnchorAndSO="0" vertRelTo="PARA" horzRelTo="COLUMN" vertAlign="TOP" horzAlign="LEFT" '
        'vertOffset="0" horzOffset="0"/>'
        '<hp:outMargin left="283" right="283" top="283" bottom="283"/>'
        f'<hp:inMargin left="510" right="510" top="141" bottom="141"/>{body}</hp:tbl>'
    )


def _cell_xml(row: int, column: int, text: str, width: int, ids: Iterator[int]) -> str:
    paragraph = paragraph_xml(next(ids), "paragraph", f"<hp:t>{escape(text)}</hp:t>")
    return (
        f'<hp:tc name="" header="{int(row == 0)}" hasMargin="0" protect="0" editable="0" dirty="0" '
        'borderFillIDRef="2"><hp:subList id="" textDirection="HORIZONTAL" lineWrap="BREAK" '
        'vertAlign="CENTER" linkListIDRef="0" linkListNextIDRef="0" textWidth="0" textHeight="0" '
        f'hasTextRef="0" hasNumRef="0">{paragraph}</hp:subList>'
        f'<hp:cellAddr colAddr="{column}" rowAddr="{row}"/><hp:cellSpan colSpan="1" rowSpan="1"/>'
        f'<hp:cellSz width="{width}" height="{_ROW_HEIGHT}"/>'
        '<hp:cellMargin left="510" right="510" top="141" bottom="141"/></hp:tc>'
    )


def section_xml(blocks: Sequence[Block]) -> str:
    """``Contents/section0.xml``: the first paragraph carries the page's properties."""
    ids = count(1)
    page = (
        '<hp:secPr id="" textDirection="HORIZONTAL" spaceColumns="1134" tabStop="8000" '
        'outlineShapeIDRef="1" memoShapeIDRef="0" textVerticalWidthHead="0" masterPageCnt="0">'
        '<hp:grid lineGrid="0" charGrid="0" wonggojiFormat="0"/>'
        '<hp:startNum pageStartsOn="BOTH" page="0" pic="0" tbl="0" equation="0"/>'
        '<hp:visibility hideFirstHeader="0" hideFirstFooter="0" hideFirstMasterPage="0" border="SHOW_ALL" '
        'fill="SHOW_ALL" hideFirstPageNum="0" hideFirstEmptyLine="0" showLineNumber="0"/>'
        f'<hp:pagePr landscape="WIDELY" width="{_PAGE_WIDTH}" height="{_PAGE_HEIGHT}" gutterType="LEFT_ONLY">'
        '<hp:margin header="4252" footer="4252" gutter="0" left="8504" right="8504" top="5668" '
        'bottom="4252"/>'
        "</hp:pagePr></hp:secPr>"
    )
    parts = []
    for position, block in enumerate(blocks):
        content = f"<hp:t>{escape(block.text)}</hp:t>"
        kind = block.kind
        if kind == "table":
            # Text that follows the table in its paragraph; the format wants the element, empty.
            kind, content = "paragraph", table_xml(block.rows, ids) + "<hp:t/>"
        parts.append(paragraph_xml(next(ids), kind, (page if position == 0 else "") + content))
    return f"{_DECLARATION}<hs:sec {_ROOT}>{''.join(parts)}</hs:sec>"


def header_xml() -> str:
    """``Contents/header.xml``: fonts, borders and the three styles that the section refers to."""
    languages = ("HANGUL", "LATIN", "HANJA", "JAPANESE", "OTHER", "SYMBOL", "USER")
    fonts = "".join(
        f'<hh:fontface lang="{language}" fontCnt="1">'
        '<hh:font id="0" face="함초롬바탕" type="TTF" isEmbedded="0"/></hh:fontface>'
        for language in languages
    )
    return (
        f'{_DECLARATION}<hh:head {_ROOT} version="1.4" secCnt="1">'
        '<hh:beginNum page="1" footnote="1" endnote="1" pic="1" tbl="1" equation="1"/><hh:refList>'
        f'<hh:fontfaces itemCnt="{len(languages)}">{fonts}</hh:fontfaces>'
        f'<hh:borderFills itemCnt="2">{_border_fill(1, "NONE")}{_border_fill(2, "SOLID")}</hh:borderFills>'
        f'<hh:charProperties itemCnt="2">{_char_property(0, 1000)}{_char_property(1, 1400)}'
        "</hh:charProperties>"
        '<hh:tabProperties itemCnt="1"><hh:tabPr id="0" autoTabLeft="0" autoTabRight="0"/></hh:tabProperties>'
        '<hh:numberings itemCnt="1"><hh:numbering id="1" start="0"><hh:paraHead start="1" level="1" '
        'align="LEFT" useInstWidth="1" autoIndent="1" widthAdjust="0" textOffsetType="PERCENT" '
        'textOffset="50" numFormat="DIGIT" charPrIDRef="4294967295" checkable="0">^1.</hh:paraHead>'
        "</hh:numbering></hh:numberings>"
        f'<hh:paraProperties itemCnt="3">{_para_property(0, "NONE", 0)}{_para_property(1, "OUTLINE", 1)}'
        f"{_para_property(2, 'OUTLINE', 2)}</hh:paraProperties>"
        f'<hh:styles itemCnt="3">{_style(0, "바탕글", "Normal", 0)}{_style(1, "개요 2", "Outline 2", 1)}'
        f"{_style(2, '개요 3', 'Outline 3', 1)}</hh:styles></hh:refList>"
        '<hh:compatibleDocument targetProgram="HWP201X"><hh:layoutCompatibility/></hh:compatibleDocument>'
        '<hh:docOption><hh:linkinfo path="" pageInherit="0" footnoteInherit="0"/></hh:docOption></hh:head>'
    )


def _border_fill(identifier: int, line: str) -> str:
    sides = "".join(
        f'<hh:{side}Border type="{line}" width="0.12 mm" color="#000000"/>'
        for side in ("left", "right", "top", "bottom")
    )
    return (
        f'<hh:borderFill id="{identifier}" threeD="0" shadow="0" centerLine="NONE" breakCellSeparateLine="0">'
        '<hh:slash type="NONE" Crooked="0" isCounter="0"/>'
        f'<hh:backSlash type="NONE" Crooked="0" isCounter="0"/>{sides}</hh:borderFill>'
    )


def _char_property(identifier: int, height: int) -> str:
    def per_language(name: str, value: int) -> str:
        languages = ("hangul", "latin", "hanja", "japanese", "other", "symbol", "user")
        return f"<hh:{name} " + " ".join(f'{language}="{value}"' for language in languages) + "/>"

    return (
        f'<hh:charPr id="{identifier}" height="{height}" textColor="#000000" shadeColor="none" '
        'useFontSpace="0" useKerning="0" symMark="NONE" borderFillIDRef="1">'
        + per_language("fontRef", 0)
        + per_language("ratio", 100)
        + per_language("spacing", 0)
        + per_language("relSz", 100)
        + per_language("offset", 0)
        + "</hh:charPr>"
    )


def _para_property(identifier: int, heading: str, level: int) -> str:
    margins = "".join(
        f'<hc:{side} value="0" unit="HWPUNIT"/>' for side in ("intent", "left", "right", "prev", "next")
    )
    return (
        f'<hh:paraPr id="{identifier}" tabPrIDRef="0" condense="0" fontLineHeight="0" snapToGrid="1" '
        'suppressLineNumbers="0" checked="0"><hh:align horizontal="JUSTIFY" vertical="BASELINE"/>'
        f'<hh:heading type="{heading}" idRef="{int(heading != "NONE")}" level="{level}"/>'
        '<hh:breakSetting breakLatinWord="KEEP_WORD" breakNonLatinWord="KEEP_WORD" widowOrphan="0" '
        'keepWithNext="0" keepLines="0" pageBreakBefore="0" lineWrap="BREAK"/>'
        '<hh:autoSpacing eAsianEng="0" eAsianNum="0"/>'
        f'<hh:margin>{margins}</hh:margin><hh:lineSpacing type="PERCENT" value="160" unit="HWPUNIT"/>'
        '<hh:border borderFillIDRef="1" offsetLeft="0" offsetRight="0" offsetTop="0" offsetBottom="0" '
        'connect="0" ignoreMargin="0"/></hh:paraPr>'
    )


def _style(identifier: int, name: str, english: str, char: int) -> str:
    return (
        f'<hh:style id="{identifier}" type="PARA" name="{name}" engName="{english}" '
        f'paraPrIDRef="{identifier}" charPrIDRef="{char}" nextStyleIDRef="0" langID="1042" lockForm="0"/>'
    )


def package_parts(title: str, blocks: Sequence[Block]) -> dict[str, str]:
    """Every file of the package, in the order of the archive; ``mimetype`` must be the first."""
    plain = "\r\n".join(b.text or "\r\n".join("\t".join(row) for row in b.rows) for b in blocks)
    manifest = "".join(
        f'<opf:item id="{name}" href="{path}" media-type="application/xml"/>'
        for name, path in (
            ("header", "Contents/header.xml"),
            ("section0", "Contents/section0.xml"),
            ("settings", "settings.xml"),
        )
    )
    return {
        "mimetype": "application/hwp+zip",
        "version.xml": f'{_DECLARATION}<hv:HCFVersion xmlns:hv="{_OWPML}/version" '
        'tagetApplication="WORDPROCESSOR" major="5" minor="1" micro="0" buildNumber="1" os="10" '
        'xmlVersion="1.4" application="malmoi samples" appVersion="1.0"/>',
        "Contents/header.xml": header_xml(),
        "Contents/section0.xml": section_xml(blocks),
        "Preview/PrvText.txt": plain,
        "settings.xml": f'{_DECLARATION}<ha:HWPApplicationSetting xmlns:ha="{_OWPML}/app">'
        '<ha:CaretPosition listIDRef="0" paraIDRef="0" pos="0"/></ha:HWPApplicationSetting>',
        "Contents/content.hpf": f'{_DECLARATION}<opf:package xmlns:opf="http://www.idpf.org/2007/opf/" '
        'version="" unique-identifier="" id=""><opf:metadata>'
        f"<opf:title>{escape(title)}</opf:title><opf:language>ko</opf:language>"
        '<opf:meta name="creator" content="text">살림팀</opf:meta>'
        '<opf:meta name="CreatedDate" content="text">2026-01-05T00:00:00Z</opf:meta>'
        f"</opf:metadata><opf:manifest>{manifest}</opf:manifest>"
        '<opf:spine><opf:itemref idref="header" linear="yes"/><opf:itemref idref="section0" linear="yes"/>'
        "</opf:spine></opf:package>",
        "META-INF/container.xml": f"{_DECLARATION}"
        '<ocf:container xmlns:ocf="urn:oasis:names:tc:opendocument:xmlns:container"><ocf:rootfiles>'
        '<ocf:rootfile full-path="Contents/content.hpf" media-type="application/hwpml-package+xml"/>'
        '<ocf:rootfile full-path="Preview/PrvText.txt" media-type="text/plain"/>'
        "</ocf:rootfiles></ocf:container>",
        "META-INF/manifest.xml": f"{_DECLARATION}"
        '<odf:manifest xmlns:odf="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
    }


def write_hwpx(target: Path, title: str, blocks: Sequence[Block]) -> None:
    """Write the package; time stamps are fixed and nothing is compressed, so bytes are stable."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in package_parts(title, blocks).items():
            entry = zipfile.ZipInfo(name, _TIME_STAMP)
            # The same on every system: ZipInfo would otherwise record the one it runs on.
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content.encode("utf-8"))
