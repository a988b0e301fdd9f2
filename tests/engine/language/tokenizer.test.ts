// The tokenizer on its own: kinds of tokens, indentation, f-strings, and where it gives up.

import { describe, expect, it } from "vitest";
import { tokenize } from "../../../engine/language/tokenizer.ts";
import { Kind } from "../../../engine/language/tokens.ts";

const names = new Map(Object.entries(Kind).map(([name, kind]) => [kind, name]));

function kinds(text: string): string {
  return tokenize(text)
    .tokens.map(({ kind }) => names.get(kind))
    .join(" ");
}

describe("tokenize", () => {
  it("ends every line of code, the last one too", () => {
    expect(kinds("x")).toBe("Name Newline EndMarker");
    expect(kinds("x\n")).toBe("Name Newline EndMarker");
    expect(kinds("")).toBe("EndMarker");
    expect(kinds("# only\n\n  # this")).toBe("EndMarker");
  });

  it("turns indentation into blocks and closes them all at the end", () => {
    expect(kinds("if x:\n  if y:\n    z\nw")).toBe(
      "If Name Colon Newline Indent If Name Colon Newline Indent Name Newline Dedent Dedent Name Newline EndMarker",
    );
    expect(kinds("if x:\n\ty")).toBe("If Name Colon Newline Indent Name Newline Dedent EndMarker");
  });

  it("does not end lines inside brackets or after a backslash", () => {
    expect(kinds("(\n1,\n# c\n2)")).toBe("LeftParen Number Comma Number RightParen Newline EndMarker");
    expect(kinds("a \\\r\n + b")).toBe("Name Plus Name Newline EndMarker");
  });

  it("takes the longest operator", () => {
    expect(kinds("a**=b//c>>=d->e:=f...g!=h")).toBe(
      "Name DoubleStarEqual Name DoubleSlash Name RightShiftEqual Name Arrow Name ColonEqual Name Ellipsis Name NotEqual Name Newline EndMarker",
    );
  });

  it("knows soft keywords as names and keywords as themselves", () => {
    expect(kinds("match case type _ None")).toBe("Name Name Name Name None Newline EndMarker");
  });

  it("switches between text and code inside f-strings", () => {
    expect(kinds("f'a{b!r:>{c}x}d'")).toBe(
      "FStringStart FStringMiddle LeftBrace Name Exclamation Name Colon FStringMiddle LeftBrace Name RightBrace FStringMiddle RightBrace FStringMiddle FStringEnd Newline EndMarker",
    );
    expect(kinds("f'{x[a:b]}{(lambda: 1)}'")).toBe(
      "FStringStart LeftBrace Name LeftBracket Name Colon Name RightBracket RightBrace LeftBrace LeftParen Lambda Colon Number RightParen RightBrace FStringEnd Newline EndMarker",
    );
    expect(kinds("f'{{}}'")).toBe("FStringStart FStringMiddle FStringMiddle FStringEnd Newline EndMarker");
  });

  it("gives up with a last token, and says why and which bracket was open", () => {
    const stream = tokenize("x = (1,\n0777)");
    expect(stream.tokens.at(-1)?.kind).toBe(Kind.Error);
    expect(stream.failure?.error.message).toMatch(/^leading zeros in decimal integer literals/);
    expect(stream.failure?.openBracket).toEqual({ char: "(", offset: 4 });
    expect(stream.failure?.outranksGrammar).toBe(true);
    expect(tokenize("x").failure).toBeNull();
  });
});
