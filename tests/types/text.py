"""Texts."""

from tests.images import jpeg

NOT_UTF8 = ["is not a UTF-8 text"]
CONTROL = ["has control characters"]
LIMIT = 1024 * 1024


def good() -> dict[str, bytes]:
    return {
        "a line": b"Crisp, and well salted.",
        "lines of all systems": b"Good.\nBetter.\r\nBest.\rTab\there.\x0cNext page.\n",
        "byte order mark": "\ufeffGrüezi".encode(),
        "many scripts": "Žluťoučký kůň, กินข้าวหรือยัง, नमस्ते, שלום, 你好, 👩‍👩‍👧".encode(),
        "as large as may be": (b"x" * 1023 + b"\n") * 1024,
        "as many lines as may be": b"x\n" * 20_000,
        "a line as long as may be": b"x" * 10_000,
        "marks as many as may be": ("e" + "\u0301" * 30).encode(),
        "markup, which stays as it is written": b"<script>alert(1)</script>",
    }


def bad() -> dict[str, tuple[bytes, list[str]]]:
    return {
        "empty": (b"", ["is empty"]),
        "only spaces": (b" \n\t\r\n", ["is empty"]),
        "only a byte order mark": (b"\xef\xbb\xbf", ["is empty"]),
        "JPEG": (jpeg(), NOT_UTF8),
        "UTF-16": ("Grüezi".encode("utf-16"), NOT_UTF8),
        "Latin-1": ("Grüezi".encode("latin-1"), NOT_UTF8),
        "overlong slash": (b"..\xc0\xaf", NOT_UTF8),
        "half a surrogate": (b"\xed\xa0\x80", NOT_UTF8),
        "character cut off": ("Grü".encode()[:-1], NOT_UTF8),
        "NUL": (b"salt\0pepper", CONTROL),
        "escape sequence of a terminal": (b"\x1b[2Jsalt", CONTROL),
        "Latin-1 read as UTF-8": ("salt\x85".encode(), CONTROL),
        "too many lines": (b"x\n" * 20_001, ["has more than 20000 lines"]),
        "a line too long": (b"x" * 10_001, ["has a line of more than 10000 characters"]),
        "all at once": (
            b"\0" * 10_001 + b"\r" * 20_000 + b"x" + ("\u0301" * 31).encode(),
            [
                "has control characters",
                "has more than 20000 lines",
                "has a line of more than 10000 characters",
                "has more than 30 marks on one character",
            ],
        ),
        "a tower of marks": (("e" + "\u0301" * 5000).encode(), ["has more than 30 marks on one character"]),
        "a mark on each of too many lines": (
            ("\u0301\n" * (LIMIT // 3)).encode()[: LIMIT // 3 * 3],
            ["has more than 20000 lines"],
        ),
        "too large": (b"x" * (LIMIT + 1), ["is larger than 1 MB"]),
    }
