// A dict that a program's text spells out is kept without a table (`Row` in engine/python/dict.ts): no program can tell.
import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluate } from "./in-process.ts";

const TELL = `def tell(f):
    try: return repr(f())
    except Exception as e: return repr(e)
`;
/** What programs do with a dict `d`; each gives a value or raises. */
const OPERATIONS = [
  "d['a']",
  "d['new']",
  "d.get('b')",
  "d.get('z', 7)",
  "d.get(1), d.get(True), d.get(None), d.get((1, 2))",
  "d.get([])",
  "'c' in d, 'z' in d, 1 in d",
  "len(d), bool(d)",
  "d.update(a=[1])",
  "d.update(new=2)",
  "d.setdefault('b', 5), d.setdefault('n', 6)",
  "d.pop('a', None)",
  "d.popitem()",
  "d.__setitem__('b', d)",
  "d.__setitem__(2, 'two')",
  "d.__delitem__('c')",
  "d.clear()",
  "d.copy()",
  "list(d), list(d.values()), list(reversed(d.items()))",
  "d | {'a': 0, 'y': 1}",
  "d == {'a': 1, 'b': 'two', 'c': None}",
  "[d.update(more=k) for k in d]",
  "[d.update({k: 0}) for k in d]",
  "dict(**d)",
  "[(lambda a=0, b=0, **rest: (a, b, rest))(**d)]",
];

test("a dict display is a dict as any other", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...OPERATIONS), { maxLength: 8 }), (operations) => {
      const told = (display: string) =>
        evaluate(
          `${TELL}d = ${display}\nreturn repr([${operations.map((text) => `tell(lambda: (${text})), `).join("")}d])`,
        );
      expect(told("{'a': 1, 'b': 'two', 'c': None}")).toBe(
        told("dict([('a', 1), ('b', 'two'), ('c', None)])"),
      );
    }),
  );
});
