"""Writes character-tables.ts from the running CPython (3.13): what re means by word, digit and case."""

import _sre
import sys
from re._casefix import _EXTRA_CASES

LIMIT = 0x110000
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    sign, number = ("-", -number) if number < 0 else ("", number)
    text = ""
    while True:
        number, rest = divmod(number, 36)
        text = DIGITS[rest] + text
        if not number:
            return sign + text


def ranges(predicate) -> str:
    """Alternating gap and length, from code point 0, in base 36."""
    out, edge, inside = [], 0, False
    for code in range(LIMIT + 1):
        now = code < LIMIT and predicate(chr(code))
        if now != inside:
            out.append(base36(code - edge))
            edge, inside = code, now
    return " ".join(out)


def runs(mapping: dict[int, int]) -> str:
    """start,count,step,delta: `count` codes from `start`, `step` apart, each mapped to code + delta."""
    left, out = dict(mapping), []
    while left:
        start = min(left)
        delta = left[start] - start
        best = (1, 1)
        for step in (1, 2, 4):
            count = 1
            while left.get(start + count * step) == start + count * step + delta:
                count += 1
            if count > best[0]:
                best = (count, step)
        count, step = best
        for index in range(count):
            del left[start + index * step]
        out.append(",".join(base36(n) for n in (start, count, step, delta)))
    return " ".join(out)


def upper_first(code: int) -> int:
    return ord(chr(code).upper()[0])


lower = {c: _sre.unicode_tolower(c) for c in range(LIMIT) if _sre.unicode_tolower(c) != c}
inverse: dict[int, list[int]] = {}
for code, small in lower.items():
    inverse.setdefault(small, []).append(code)
upper_exceptions = {
    c: upper_first(c)
    for c in range(LIMIT)
    if c not in lower and upper_first(c) != (inverse[c][0] if len(inverse.get(c, ())) == 1 else c)
}


def wrapped(name: str, doc: str, text: str) -> str:
    words, lines, line = text.split(" "), [], ""
    for word in words:
        if len(line) + len(word) + 1 > 100:
            lines.append(line)
            line = ""
        line += word + " "
    lines.append(line.rstrip())
    body = " +\n  ".join(f'"{line}"' for line in lines)
    joint = " " if len(lines) == 1 else "\n  "
    return f"/** {doc} */\nexport const {name} ={joint}{body};\n"


version = ".".join(map(str, sys.version_info[:2]))
print(f"// What CPython {version} takes for word, digit and case; written by record_character_tables.py, never by hand.\n")
print(wrapped("WORD_RANGES", "`str.isalnum()` or `_`: alternating gap and length in base 36.", ranges(lambda c: c.isalnum() or c == "_")))
print(wrapped("DIGIT_RANGES", "`str.isdecimal()`, encoded likewise.", ranges(str.isdecimal)))
print(wrapped("SPACE_RANGES", "`str.isspace()`, encoded likewise.", ranges(str.isspace)))
print(wrapped("LOWER_RUNS", "Simple lower-casing as `start,count,step,delta` runs in base 36.", runs(lower)))
print(wrapped("UPPER_EXCEPTIONS", "Lower-case characters whose upper case is not the one that lowers to them, as runs.", runs(upper_exceptions)))
cases = " ".join(",".join(base36(n) for n in (k, *v)) for k, v in _EXTRA_CASES.items())
print(wrapped("EXTRA_CASES", "Lower-case characters that share their upper case: `character,others…` in base 36.", cases), end="")
