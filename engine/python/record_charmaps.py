"""Writes charmap-tables.ts from the running CPython (3.13): its codecs of one byte per character.

    python3.13 engine/python/record_charmaps.py > engine/python/charmap-tables.ts
"""

import importlib
import json
import pkgutil
import encodings
from encodings import aliases

ASCII = "".join(map(chr, range(128)))


def table(name: str) -> str | None:
    """What each byte means; U+FFFD for nothing."""
    module = importlib.import_module(f"encodings.{name}")
    decoding = getattr(module, "decoding_table", None)
    if isinstance(decoding, dict):
        decoding = "".join(chr(decoding.get(byte, 0xFFFE)) for byte in range(256))
    if not isinstance(decoding, str):
        return None
    return decoding.ljust(256, "\ufffe").replace("\ufffe", "\ufffd")


def quoted(text: str) -> str:
    """A literal of TypeScript's, with characters shown where they can be."""
    def plain(char: str) -> bool:
        # No marks that combine, nothing that is written from right to left.
        code = ord(char)
        return 0x20 < code < 0x7F and char not in '"\\' or 0xAE <= code < 0x300 or 0x388 <= code < 0x483

    shown = (char if plain(char) else json.dumps(char)[1:-1] for char in text)
    return f'"{"".join(shown)}"'


names: dict[str, list[str]] = {}
for alias, name in aliases.aliases.items():
    names.setdefault(name, []).append(alias)

print("// CPython's codecs of one byte per character; written by record_charmaps.py.")
print()
print("/** Names with what the bytes mean: all 256, or the upper half where the lower is ASCII; U+FFFD for nothing. */")
print("export const charmapTables: readonly (readonly [names: string, characters: string])[] = [")
for info in sorted(pkgutil.iter_modules(encodings.__path__), key=lambda info: info.name):
    if info.name in ("mbcs", "oem", "aliases", "latin_1", "ascii", "iso8859_1"):  # other names of codecs that need no table
        continue
    characters = table(info.name)
    if characters is None:
        continue
    if characters.startswith(ASCII):
        characters = characters[128:]
    known = " ".join([info.name, *sorted(names.get(info.name, []))])
    print(f"  [{json.dumps(known)}, {quoted(characters)}],")
print("];")
