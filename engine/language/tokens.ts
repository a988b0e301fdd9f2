// Token kinds of Python 3.13, and the spelling of its keywords and operators.

const KIND = {
  EndMarker: 0,
  Name: 1,
  Number: 2,
  String: 3,
  Newline: 4,
  Indent: 5,
  Dedent: 6,
  FStringStart: 7,
  FStringMiddle: 8,
  FStringEnd: 9,
  /** The tokenizer gave up here; `TokenStream.failure` says why. */
  Error: 10,
  /** A printable ASCII character that Python has no use for. */
  Unknown: 11,
  LeftParen: 12,
  RightParen: 13,
  LeftBracket: 14,
  RightBracket: 15,
  LeftBrace: 16,
  RightBrace: 17,
  Colon: 18,
  Comma: 19,
  Semicolon: 20,
  Dot: 21,
  Ellipsis: 22,
  Arrow: 23,
  ColonEqual: 24,
  Exclamation: 25,
  Equal: 26,
  PlusEqual: 27,
  MinusEqual: 28,
  StarEqual: 29,
  SlashEqual: 30,
  DoubleSlashEqual: 31,
  PercentEqual: 32,
  AtEqual: 33,
  AmpersandEqual: 34,
  BarEqual: 35,
  CaretEqual: 36,
  RightShiftEqual: 37,
  LeftShiftEqual: 38,
  DoubleStarEqual: 39,
  EqualEqual: 40,
  NotEqual: 41,
  Less: 42,
  LessEqual: 43,
  Greater: 44,
  GreaterEqual: 45,
  Plus: 46,
  Minus: 47,
  Star: 48,
  DoubleStar: 49,
  Slash: 50,
  DoubleSlash: 51,
  Percent: 52,
  At: 53,
  Ampersand: 54,
  Bar: 55,
  Caret: 56,
  Tilde: 57,
  LeftShift: 58,
  RightShift: 59,
  /** `<>`: an operator only to be refused. */
  LessGreater: 60,
  False: 64,
  None: 65,
  True: 66,
  And: 67,
  As: 68,
  Assert: 69,
  Async: 70,
  Await: 71,
  Break: 72,
  Class: 73,
  Continue: 74,
  Def: 75,
  Del: 76,
  Elif: 77,
  Else: 78,
  Except: 79,
  Finally: 80,
  For: 81,
  From: 82,
  Global: 83,
  If: 84,
  Import: 85,
  In: 86,
  Is: 87,
  Lambda: 88,
  Nonlocal: 89,
  Not: 90,
  Or: 91,
  Pass: 92,
  Raise: 93,
  Return: 94,
  Try: 95,
  While: 96,
  With: 97,
  Yield: 98,
};

/** Kinds of token. Keywords follow operators, so `kind >= Kind.False` asks "is it a keyword?". */
export const Kind: Readonly<typeof KIND> = KIND;

/** One token. Offsets are UTF-16 into the source, end exclusive. */
export interface Token {
  readonly kind: number;
  readonly start: number;
  readonly end: number;
  /** A name (NFKC-normalised), the raw text of a literal part of an f-string, or the prefix of its start. */
  readonly value: string;
}

const KEYWORD_LIST =
  "False None True and as assert async await break class continue def del elif else except finally for from " +
  "global if import in is lambda nonlocal not or pass raise return try while with yield";

/** Keyword spelling to kind. Soft keywords (`match case _ type`) are names. */
export const KEYWORDS: ReadonlyMap<string, number> = new Map(
  KEYWORD_LIST.split(" ").map((word, index) => [word, Kind.False + index]),
);

const OPERATOR_LIST: readonly (readonly [string, number])[] = [
  ["(", Kind.LeftParen],
  [")", Kind.RightParen],
  ["[", Kind.LeftBracket],
  ["]", Kind.RightBracket],
  ["{", Kind.LeftBrace],
  ["}", Kind.RightBrace],
  [":", Kind.Colon],
  [",", Kind.Comma],
  [";", Kind.Semicolon],
  [".", Kind.Dot],
  ["...", Kind.Ellipsis],
  ["->", Kind.Arrow],
  [":=", Kind.ColonEqual],
  ["!", Kind.Exclamation],
  ["=", Kind.Equal],
  ["+=", Kind.PlusEqual],
  ["-=", Kind.MinusEqual],
  ["*=", Kind.StarEqual],
  ["/=", Kind.SlashEqual],
  ["//=", Kind.DoubleSlashEqual],
  ["%=", Kind.PercentEqual],
  ["@=", Kind.AtEqual],
  ["&=", Kind.AmpersandEqual],
  ["|=", Kind.BarEqual],
  ["^=", Kind.CaretEqual],
  [">>=", Kind.RightShiftEqual],
  ["<<=", Kind.LeftShiftEqual],
  ["**=", Kind.DoubleStarEqual],
  ["==", Kind.EqualEqual],
  ["!=", Kind.NotEqual],
  ["<", Kind.Less],
  ["<=", Kind.LessEqual],
  [">", Kind.Greater],
  [">=", Kind.GreaterEqual],
  ["+", Kind.Plus],
  ["-", Kind.Minus],
  ["*", Kind.Star],
  ["**", Kind.DoubleStar],
  ["/", Kind.Slash],
  ["//", Kind.DoubleSlash],
  ["%", Kind.Percent],
  ["@", Kind.At],
  ["&", Kind.Ampersand],
  ["|", Kind.Bar],
  ["^", Kind.Caret],
  ["~", Kind.Tilde],
  ["<<", Kind.LeftShift],
  [">>", Kind.RightShift],
  ["<>", Kind.LessGreater],
];

/** Operators by their first character's code: spelling and kind, longest first. */
export const OPERATORS: readonly (readonly (readonly [string, number])[] | undefined)[] = (() => {
  const table: (readonly [string, number])[][] = [];
  for (const entry of OPERATOR_LIST) {
    const code = entry[0].charCodeAt(0);
    table[code] ??= [];
    table[code].push(entry);
  }
  for (const entries of table) entries?.sort((a, b) => b[0].length - a[0].length);
  return table;
})();

/** True for a name, number, string or keyword: what a sentence of code is made of besides punctuation. */
export function isKeyword(kind: number): boolean {
  return kind >= Kind.False;
}
