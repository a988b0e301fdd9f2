// Loads every built-in type; modules, each of which registers itself, when they are first asked for. `library.ts` for the isolate: they
// are four fifths of the objects that a worker would have to make when it starts, and most programs import one or none.
// biome-ignore-all lint/correctness/useImportExtensions: `.ts` in a checkout, `.js` in a package; the bundler finds either.
import { useNameTable } from "../unicode/names.ts";
import "./builtin-types.ts";
import { defineLater, makeLate } from "./later.ts";
// These change types that are there without them: what patterns of `match` take, a built-in name, members.
import "./modules/builtins.ts";
import "./modules/collections-abc.ts";
import "./modules/re-scanner.ts";
import "./modules/typing-alias.ts";

/** The bundler's: it finds the module at build time and runs it at the call. */
declare const require: (path: string) => unknown;

useNameTable(() =>
  makeLate(
    "the names of characters",
    () => require("../unicode/name-table") as typeof import("../unicode/name-table.ts"),
  ),
);

/** Packages, and what defines their modules. */
const LATER: { readonly [name: string]: () => unknown } = {
  _string: () => require("./modules/string-fields"),
  abc: () => require("./modules/abc"),
  ast: () => require("./modules/ast/ast"),
  base64: () => require("./modules/base64"),
  binascii: () => require("./modules/binascii"),
  bisect: () => require("./modules/bisect"),
  calendar: () => require("./modules/calendar"),
  cmath: () => require("./modules/cmath"),
  collections: () => require("./modules/collections"),
  colorsys: () => require("./modules/colorsys"),
  contextlib: () => require("./modules/contextlib"),
  copy: () => require("./modules/copy"),
  dataclasses: () => require("./modules/dataclasses"),
  datetime: () => require("./modules/datetime"),
  decimal: () => require("./modules/decimal"),
  email: () => require("./modules/email-utils"),
  enum: () => require("./modules/enum"),
  fnmatch: () => require("./modules/fnmatch"),
  fractions: () => require("./modules/fractions"),
  functools: () => require("./modules/functools"),
  graphlib: () => require("./modules/graphlib"),
  hashlib: () => require("./modules/hashlib"),
  heapq: () => require("./modules/heapq"),
  hmac: () => require("./modules/hmac"),
  html: () => require("./modules/html"),
  io: () => require("./modules/io"),
  ipaddress: () => require("./modules/ipaddress"),
  itertools: () => require("./modules/itertools"),
  json: () => require("./modules/json"),
  keyword: () => require("./modules/keyword"),
  math: () => require("./modules/math"),
  numbers: () => require("./modules/numbers"),
  operator: () => require("./modules/operator"),
  random: () => require("./modules/random"),
  re: () => [require("./modules/re"), require("./modules/re-substitution")],
  reprlib: () => require("./modules/reprlib"),
  // It uses parts of `random`, which that completes.
  secrets: () => [require("./modules/random"), require("./modules/secrets")],
  shlex: () => require("./modules/shlex"),
  statistics: () => require("./modules/statistics"),
  string: () => require("./modules/string"),
  struct: () => require("./modules/struct"),
  textwrap: () => require("./modules/textwrap"),
  time: () => require("./modules/time"),
  types: () => require("./modules/types"),
  typing: () => require("./modules/typing"),
  unicodedata: () => require("./modules/unicodedata"),
  urllib: () => [require("./modules/urllib-parse"), require("./modules/urllib-request")],
  uuid: () => require("./modules/uuid"),
  zlib: () => require("./modules/zlib"),
  zoneinfo: () => require("./modules/zoneinfo"),
};
for (const [name, define] of Object.entries(LATER)) defineLater(name, define);
