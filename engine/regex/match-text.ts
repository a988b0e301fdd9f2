// A text as code points, with the way back to UTF-16 offsets.

/** The code points of a text (a lone surrogate is one) and where each begins. */
export class MatchText {
  readonly codes: Uint16Array | Int32Array;
  /** UTF-16 offset of each code point and of the end; undefined where both count alike. */
  readonly #offsets: Uint32Array | undefined;

  constructor(text: string) {
    let pairs = 0;
    for (let index = 0; index + 1 < text.length; index++) if (startsPair(text, index)) pairs++;
    if (pairs === 0) {
      const codes = new Uint16Array(text.length);
      for (let index = 0; index < text.length; index++) codes[index] = text.charCodeAt(index);
      this.codes = codes;
      this.#offsets = undefined;
      return;
    }
    const length = text.length - pairs;
    this.codes = new Int32Array(length);
    this.#offsets = new Uint32Array(length + 1);
    let offset = 0;
    for (let index = 0; index < length; index++) {
      const code = text.codePointAt(offset) as number;
      this.codes[index] = code;
      this.#offsets[index] = offset;
      offset += code > 0xffff ? 2 : 1;
    }
    this.#offsets[length] = offset;
  }

  get length(): number {
    return this.codes.length;
  }

  /** UTF-16 offset of the code point at `index`; -1 stays -1. */
  offset(index: number): number {
    return index < 0 || this.#offsets === undefined ? index : this.#offsets[index];
  }

  /** Index of the code point at a UTF-16 offset. */
  index(offset: number): number {
    if (this.#offsets === undefined) return offset;
    let low = 0;
    let high = this.#offsets.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#offsets[middle] < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A surrogate pair begins at `index`. */
export function startsPair(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00;
}
