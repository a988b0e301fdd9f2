// JSON as Python's `json.dumps` writes it: ASCII only, a blank after each comma and colon, or indented.

/** A JSON text rewritten. Numbers stay as they are spelled. `indent` 0: on one line. */
export function pythonJson(json: string, indent: number): string {
  // Texts, punctuation, and everything else; blanks between them are dropped.
  const tokens = json.match(/"(?:\\.|[^"\\])*"|[[\]{},:]|[^\s"[\]{},:]+/g) ?? [];
  const newline = (depth: number): string => (indent === 0 ? "" : `\n${" ".repeat(indent * depth)}`);
  let text = "";
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    const isEmpty = tokens[index - 1] === (token === "]" ? "[" : "{");
    switch (token) {
      case "[":
      case "{": {
        const closing = tokens[index + 1];
        text += token;
        if (closing !== "]" && closing !== "}") {
          depth += 1;
          text += newline(depth);
        }
        break;
      }
      case "]":
      case "}":
        if (!isEmpty) {
          depth -= 1;
          text += newline(depth);
        }
        text += token;
        break;
      case ",":
        text += indent === 0 ? ", " : `,${newline(depth)}`;
        break;
      case ":":
        text += ": ";
        break;
      default:
        text += token.startsWith('"') ? ascii(token) : token;
    }
  }
  return text;
}

/** A JSON text whose characters beyond ASCII are escaped, and whose other escapes are Python's. */
function ascii(token: string): string {
  const escaped = JSON.stringify(JSON.parse(token));
  return escaped.replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
