"""The attacks that were collected elsewhere: files of JSON lines, by what they aim at."""

import json

XSS = (
    "ammonia",
    "bleach-xss",
    "dompurify",
    "html5lib-sanitizer",
    "miniflux-sanitizer",
    "nh3",
    "patt-xss",
    "payloadbox-xss",
)
TEXTS = ("blns", "patt-crlf", "patt-ssti", "patt-xxe", "email-validator")
ADDRESSES = ("patt-open-redirect", "warehouse-open-redirect", "patt-ssrf")


def inputs(folder, *names):
    """Yield each attack of the files ``names`` in ``folder``, with what it is called."""
    for name in names:
        for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            if isinstance(case.get("input"), str):
                yield case["id"], case["input"]
