"""PDFs, put together object by object."""

import zlib

from tests.images import encoded, jpeg, picture

DAMAGED = ["is damaged"]
ACTIVE = ["contains active content"]
DRAWING = b"0 0 1 rg\n" + b"10 10 80 40 re f\n" * 50
MEGABYTE = zlib.compress(bytes(1024 * 1024))


def stream(content: bytes, entries: bytes = b"", compressed: bytes | None = None) -> bytes:
    """A compressed stream; `compressed` stands in for what `content` would be."""
    packed = zlib.compress(content) if compressed is None else compressed
    return b"<</Filter/FlateDecode/Length %d%b>>\nstream\n%b\nendstream" % (len(packed), entries, packed)


def file_of(*objects: bytes, trailer: bytes = b"") -> bytes:
    """The objects, numbered from 1, the first being the catalog, with their table."""
    file, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return file + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, trailer, len(file))
    )


def pdf(
    *more: bytes, pages: int = 1, side: int = 200, catalog: bytes = b"", drawing: bytes = b"", trailer: bytes = b""
) -> bytes:
    """A document of some pages that all show the same; `more` objects are numbered from 5."""
    return file_of(
        b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
        b"<</Type/Pages/Count %d/Kids[%b]>>" % (pages, b"3 0 R " * pages),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d 100]/Contents 4 0 R>>" % side,
        drawing or stream(DRAWING),
        *more,
        trailer=trailer,
    )


JAVASCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
LAUNCH = b"<</Type/Action/S /Launch/F(calc.exe)>>"
ATTACHMENT = stream(b"invoice", b"/Type/EmbeddedFile")
ATTACHED = b"/Names<</EmbeddedFiles<</Names[(a.xml)<</Type/Filespec/F(a.xml)/EF<</F 5 0 R>>>>]>>>>"
BOMB = zlib.compress(zlib.compress(bytes(1024 * 1024)) * 1000)
PACKED_TWICE = (
    b"<</Type/XRef/Size 3/W[1 2 1]/Root 1 0 R/Filter[/FlateDecode/FlateDecode]>>\nstream\n%b\nendstream" % BOMB
)
HIDDEN = stream(b"7 0 " + JAVASCRIPT, b"/Type/ObjStm/N 1/First 4")


WELL = file_of(
    b"<</Type/Catalog/Pages 2 0 R>>",
    *[b"<</Type/Pages/Count 1/Kids[%d 0 R]/Parent %d 0 R>>" % (number + 1, number - 1) for number in range(2, 5000)],
    b"<</Type/Page/MediaBox[0 0 9 9]>>",
)


BRANCHES_THAT_MEET = file_of(
    b"<</Type/Catalog/Pages 2 0 R>>",
    *[b"<</Type/Pages/Count 400/Kids[%b]>>" % (b"%d 0 R " % (level + 1) * 6) for level in range(2, 14)],
    b"<</Type/Pages/Count 400/Kids[]>>",
)
"""Twelve levels, each of which holds the next one six times: two thousand million branches without a page."""


def good() -> dict[str, bytes]:
    whole = pdf()
    packed = zlib.compress(DRAWING)
    return {
        "a page": whole,
        "as many pages as may be": pdf(pages=500),
        "a page as large as may be": pdf(side=14_400),
        "as large as may be": pdf(stream(b"", compressed=b"") + b"%" * (20 * 1024 * 1024 - 2000)),
        "a picture": encoded(picture(64, 48), "PDF"),
        "nothing compressed": pdf(drawing=b"<</Length %d>>\nstream\n%b\nendstream" % (len(DRAWING), DRAWING)),
        "stream without its checksum": pdf(drawing=stream(b"", compressed=packed[:-4])),
        "empty stream": pdf(stream(b"", compressed=b"")),
        "attachment, which no browser opens": pdf(ATTACHMENT, catalog=ATTACHED),
        "link to a page about JavaScript": pdf(b"<</S/URI/URI(https://example.com/JavaScript/intro)>>"),
        "a million brackets that nothing refers to": pdf(b"[" * 1_000_000),
        "a million spaces where a filter might stand": pdf(stream(b"", b"/Filter" + b" " * 1_000_000)),
        "lines before its header and behind its end": b"\n" * 1000 + whole + b"\n" * 1000,
    }


def bad() -> dict[str, tuple[bytes, list[str]]]:
    whole = pdf()
    packed = bytearray(zlib.compress(DRAWING))
    packed[len(packed) // 2] ^= 1
    return {
        "empty": (b"", ["is not a pdf"]),
        "JPEG": (jpeg(), ["is not a pdf"]),
        "header too late": (b"\n" * 1024 + whole, ["is not a pdf"]),
        "only a header": (b"%PDF-1.7\n", DAMAGED),
        "nonsense": (b"%PDF-1.7\n" + b"lorem ipsum " * 99 + b"%%EOF", DAMAGED),
        "truncated": (whole[: len(whole) * 2 // 3], DAMAGED),
        "no end": (whole.removesuffix(b"%%EOF\n"), DAMAGED),
        "drawing with a bit turned": (pdf(drawing=stream(b"", compressed=bytes(packed))), DAMAGED),
        "drawing cut off": (pdf(drawing=stream(b"", compressed=zlib.compress(DRAWING)[:-12])), DAMAGED),
        "stream without an end": (pdf(drawing=b"<<>>\nstream\n").replace(b"%%EOF", b"%%EOF "), DAMAGED),
        "page that is missing": (whole.replace(b"/Kids[3 0 R ]", b"/Kids[9 0 R ]"), DAMAGED),
        "pages that contain themselves": (whole.replace(b"/Kids[3 0 R ]", b"/Kids[2 0 R ]"), DAMAGED),
        "a tree of pages as deep as a well": (WELL, DAMAGED),
        "a tree of pages whose branches meet again": (BRANCHES_THAT_MEET, DAMAGED),
        "two million beginnings of objects": (b"%PDF-1.7\n" + b"1 0 obj " * 2_000_000 + b"%%EOF", DAMAGED),
        "table that is packed twice": (pdf(PACKED_TWICE), DAMAGED),
        "table that is packed in another spelling": (
            pdf(PACKED_TWICE.replace(b"[/FlateDecode/FlateDecode]", b"/Flate#44ecode")),
            DAMAGED,
        ),
        "encrypted": (pdf(trailer=b"/Encrypt<</Filter/Standard/V 1/R 2>>"), ["is encrypted"]),
        "no pages": (pdf(pages=0), ["has no pages"]),
        "too many pages, and a script": (
            pdf(pages=501, catalog=b"/OpenAction" + JAVASCRIPT),
            ["has more than 500 pages", *ACTIVE],
        ),
        "a page too large": (pdf(side=14_401), ["has a page with a side of more than 14400pt"]),
        "script when it is opened": (pdf(catalog=b"/OpenAction" + JAVASCRIPT), ACTIVE),
        "script in another spelling": (pdf(catalog=b"/OpenAction<</S/Java#53cript/JS(1)>>"), ACTIVE),
        "script among packed objects": (pdf(HIDDEN), ACTIVE),
        "script in what is no document": (b"%PDF-1.7\n" + JAVASCRIPT + b"%%EOF", [*ACTIVE, *DAMAGED]),
        "program to start": (pdf(LAUNCH), ACTIVE),
        "form that is a program": (pdf(catalog=b"/AcroForm<</XFA[(template)5 0 R]>>"), ACTIVE),
        "unpacks to 257 MB": (
            pdf(*[stream(b"", compressed=MEGABYTE)] * 257),
            ["unpacks to more than 256 MB"],
        ),
        "too many streams": (pdf(b"<<>>\nstream\nendstream" * 20_001), ["has more than 20000 streams"]),
        "21 MB": (whole + bytes(21 * 1024 * 1024), ["is larger than 20 MB"]),
    }
