// The module `shlex`: texts as a shell takes them apart, and quotes them.
import { PyBytes } from "../bytes.ts";
import { adopt } from "../classes.ts";
import { OSError, PyException, pyError, raise, StopIteration, typeError, valueError } from "../exceptions.ts";
import { call, defineAttributes, defineStatic, method0, method1, method2 } from "../function.ts";
import { collect } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asInt, asStr, makeType, PyObject, type PyType, type PyValue, typeName } from "../object.ts";
import { truth } from "../operators.ts";
import { str } from "../representation.ts";
import { list } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { joinText } from "../types/str-methods.ts";
import { pythonFunctions, pythonMethods } from "./python-function.ts";

/** A text that is read a character at a time. */
class Source {
  private readonly chars: readonly string[];
  private at = 0;
  constructor(text: string) {
    allocate(text.length * 16);
    this.chars = Array.from(text);
  }
  next(): string {
    return this.chars[this.at++] ?? "";
  }
  skipLine(): void {
    while (this.at < this.chars.length && this.chars[this.at++] !== "\n") charge(1);
  }
}

const LETTERS = "abcdfeghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
const ACCENTED = "ßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞ";

/** A lexical analyser. */
class PyShlex extends PyObject {
  source: Source = new Source("");
  instream: PyValue = null;
  infile: PyValue = null;
  posix = false;
  commenters = "#";
  wordchars = LETTERS;
  whitespace = " \t\r\n";
  whitespaceSplit = false;
  quotes = "'\"";
  escape = "\\";
  escapedQuotes = '"';
  punctuation = "";
  lineno = 1;
  debug: PyValue = 0;
  inclusion: PyValue = null;
  /** Between tokens, within a word or a run of punctuation, behind a quote or an escape; null at the end. */
  state: string | null = " ";
  token = "";
  readonly pushedTokens: PyValue[] = [];
  readonly pushedChars: string[] = [];
  readonly outer: { source: Source; instream: PyValue; infile: PyValue; lineno: number }[] = [];

  get eof(): PyValue {
    return this.posix ? null : "";
  }
  /** The next token of the input; `eof` at its end. */
  read(): PyValue {
    let quoted = false;
    let escaped = " ";
    const parts: string[] = [this.token];
    const full = (): boolean => parts.some((part) => part !== "") || (this.posix && quoted);
    for (;;) {
      charge(1);
      const char = this.pushedChars.length > 0 ? (this.pushedChars.pop() as string) : this.source.next();
      const among = (set: string): boolean => set.includes(char);
      if (char === "\n") this.lineno += 1;
      const { state } = this;
      if (state === null) {
        parts.length = 0;
        break;
      }
      if (state === " ") {
        if (char === "") {
          this.state = null;
          break;
        }
        if (among(this.whitespace)) {
          if (full()) break;
        } else if (among(this.commenters)) {
          this.source.skipLine();
          this.lineno += 1;
        } else if (this.posix && among(this.escape)) {
          escaped = "a";
          this.state = char;
        } else if (among(this.wordchars)) {
          parts.splice(0, parts.length, char);
          this.state = "a";
        } else if (this.punctuation !== "" && among(this.punctuation)) {
          parts.splice(0, parts.length, char);
          this.state = "c";
        } else if (among(this.quotes)) {
          if (!this.posix) parts.splice(0, parts.length, char);
          this.state = char;
        } else {
          parts.splice(0, parts.length, char);
          if (!this.whitespaceSplit) break;
          this.state = "a";
        }
      } else if (this.quotes.includes(state)) {
        quoted = true;
        if (char === "") throw valueError("No closing quotation");
        if (char === state) {
          if (!this.posix) {
            parts.push(char);
            this.state = " ";
            break;
          }
          this.state = "a";
        } else if (this.posix && among(this.escape) && this.escapedQuotes.includes(state)) {
          escaped = state;
          this.state = char;
        } else parts.push(char);
      } else if (this.escape.includes(state)) {
        if (char === "") throw valueError("No escaped character");
        // Within quotes only the quote and the escape character itself can be escaped.
        if (this.quotes.includes(escaped) && char !== state && char !== escaped) parts.push(state);
        parts.push(char);
        this.state = escaped;
      } else {
        if (char === "") {
          this.state = null;
          break;
        }
        if (among(this.whitespace)) {
          this.state = " ";
          if (full()) break;
        } else if (among(this.commenters)) {
          this.source.skipLine();
          this.lineno += 1;
          if (this.posix) {
            this.state = " ";
            if (full()) break;
          }
        } else if (state === "c") {
          if (this.punctuation.includes(char)) parts.push(char);
          else {
            this.pushedChars.push(char);
            this.state = " ";
            break;
          }
        } else if (this.posix && among(this.quotes)) this.state = char;
        else if (this.posix && among(this.escape)) {
          escaped = "a";
          this.state = char;
        } else if (
          among(this.wordchars) ||
          among(this.quotes) ||
          (this.whitespaceSplit && !(this.punctuation !== "" && among(this.punctuation)))
        )
          parts.push(char);
        else {
          if (this.punctuation !== "") this.pushedChars.push(char);
          else this.pushedTokens.unshift(char);
          this.state = " ";
          if (full()) break;
        }
      }
    }
    this.token = "";
    const result = parts.join("");
    return this.posix && !quoted && result === "" ? null : result;
  }
}
const shlexType: PyType = makeType("shlex", { of: PyShlex, module: "shlex" });
shlexType.hasDict = true;

defineStatic(shlexType, { "__new__(cls, *args, **kwargs)": (cls: PyType) => adopt(new PyShlex(), cls) });
function streamText(stream: PyValue): string {
  const text = asStr(stream);
  if (text !== undefined) return text;
  const content = method0(stream, "read");
  const read = asStr(content);
  if (read === undefined)
    throw typeError(`read() should have returned a str object, not '${typeName(content)}'`);
  return read;
}
function include(self: PyShlex, stream: PyValue, file: PyValue): void {
  self.outer.unshift({
    source: self.source,
    instream: self.instream,
    infile: self.infile,
    lineno: self.lineno,
  });
  self.source = new Source(streamText(stream));
  self.instream = stream;
  self.infile = file;
  self.lineno = 1;
}
function leave(self: PyShlex): void {
  Object.assign(self, self.outer.shift());
  self.state = " ";
}

pythonMethods(shlexType, {
  "__init__(instream=None, infile=None, posix=False, punctuation_chars=False)": (
    self: PyShlex,
    stream: PyValue = null,
    infile: PyValue = null,
    posix: PyValue = false,
    punctuation: PyValue = false,
  ) => {
    if (stream === null) throw pyError(OSError, "standard input is not available in an expression");
    self.instream = stream;
    self.infile = infile;
    self.source = new Source(streamText(stream));
    self.posix = truth(posix);
    if (self.posix) self.wordchars += ACCENTED;
    if (!truth(punctuation)) return null;
    self.punctuation = punctuation === true ? "();<>|&" : joinText("", punctuation);
    const words = `${self.wordchars}~-./*?=`;
    self.wordchars = Array.from(words)
      .filter((char) => !self.punctuation.includes(char))
      .join("");
    return null;
  },
  "push_token(tok)": (self: PyShlex, token: PyValue) => {
    self.pushedTokens.unshift(token);
    return null;
  },
  "push_source(newstream, newfile=None)": (self: PyShlex, stream: PyValue, file: PyValue = null) => {
    include(self, stream, file);
    return null;
  },
  "pop_source()": (self: PyShlex) => {
    leave(self);
    return null;
  },
  "read_token()": (self: PyShlex) => self.read(),
  "get_token()": (self: PyShlex) => {
    const pushed = self.pushedTokens.shift();
    if (pushed !== undefined) return pushed;
    let raw = method0(self, "read_token");
    while (self.inclusion !== null && raw === self.inclusion) {
      const found = method1(self, "sourcehook", method0(self, "read_token"));
      if (truth(found)) {
        const [file, stream] = collect(found) as [PyValue, PyValue];
        method2(self, "push_source", stream, file);
      }
      raw = method0(self, "get_token");
    }
    while (raw === self.eof) {
      if (self.outer.length === 0) return self.eof;
      method0(self, "pop_source");
      raw = method0(self, "get_token");
    }
    return raw;
  },
  "sourcehook(newfile)": () => {
    throw pyError(OSError, "files are not available in an expression");
  },
  "error_leader(infile=None, lineno=None)": (self: PyShlex, infile: PyValue = null, lineno: PyValue = null) =>
    `"${str(infile ?? self.infile)}", line ${str(lineno ?? self.lineno)}: `,
  "__iter__()": (self: PyShlex) => self,
  "__next__()": (self: PyShlex) => {
    const token = method0(self, "get_token");
    if (token === self.eof) throw raise(new PyException(StopIteration, []));
    return token;
  },
});
type Settable = "commenters" | "wordchars" | "whitespace" | "quotes" | "escape" | "escapedQuotes";
const textual = (name: Settable) =>
  [
    (self: PyShlex) => self[name],
    (self: PyShlex, value: PyValue) => {
      self[name] = asStr(value) ?? joinText("", value);
    },
  ] as [(self: PyShlex) => PyValue, (self: PyShlex, value: PyValue) => void];
defineAttributes<PyShlex>(shlexType, {
  commenters: textual("commenters"),
  wordchars: textual("wordchars"),
  whitespace: textual("whitespace"),
  quotes: textual("quotes"),
  escape: textual("escape"),
  escapedquotes: textual("escapedQuotes"),
  whitespace_split: [
    (self) => self.whitespaceSplit,
    (self, value) => {
      self.whitespaceSplit = truth(value);
    },
  ],
  punctuation_chars: (self) => self.punctuation,
  posix: (self) => self.posix,
  eof: (self) => self.eof,
  instream: (self) => self.instream,
  infile: [(self) => self.infile, (self, value) => void (self.infile = value)],
  lineno: [(self) => self.lineno, (self, value) => void (self.lineno = Number(asInt(value) ?? 1))],
  debug: [(self) => self.debug, (self, value) => void (self.debug = value)],
  source: [(self) => self.inclusion, (self, value) => void (self.inclusion = value)],
  state: (self) => self.state,
  token: (self) => self.token,
});

function quote(value: PyValue): PyValue {
  if (!truth(value)) return "''";
  const text = asStr(value);
  if (text === undefined) {
    throw typeError(
      value instanceof PyBytes
        ? "cannot use a string pattern on a bytes-like object"
        : `expected string or bytes-like object, got '${typeName(value)}'`,
    );
  }
  allocate(text.length * 2);
  return /[^A-Za-z0-9_@%+=:,./-]/.test(text) ? `'${text.replaceAll("'", "'\"'\"'")}'` : value;
}

defineModule("shlex", {
  values: pythonFunctions({
    "split(s, comments=False, posix=True)": (
      s: PyValue,
      comments: PyValue = false,
      posix: PyValue = true,
    ) => {
      if (s === null) throw valueError("s argument must not be None");
      const lexer = call(shlexType, [s], new Map([["posix", posix]])) as PyShlex;
      lexer.whitespaceSplit = true;
      if (!truth(comments)) lexer.commenters = "";
      return list(collect(lexer));
    },
    "join(split_command)": (command: PyValue) => joinText(" ", list(collect(command).map(quote))),
    "quote(s)": quote,
  }),
  types: [shlexType],
});
