// The wire between parent and worker: length-prefixed binary frames over stdin and stdout.
//
// Every frame is [u32 length of the rest][u8 type][u32 fields …][UTF-8 texts …], little endian. Binary rather than
// JSON lines because contexts and outcomes are JSON texts themselves: wrapped in a JSON frame each would be
// escaped and parsed once more, which costs as much as the boundary does.

/**
 * Frames the parent sends. `context` and `settings` hold for the `run` frames after them. A `run` frame asks for one evaluation or
 * several in a row with the same options. `reply` answers a `call`; whatever `run` frames the worker holds by then are void.
 */
export const REQUEST = { run: 1, load: 2, drop: 3, reply: 4, context: 5, settings: 6 } as const;
/** Fields of a `run` frame before those of its evaluations: sequence, three limits, count. */
export const RUN_HEAD = 5;
/**
 * Frames the worker sends. `done` has one outcome, `batch` several in a row, each with its length and a colon before it.
 * `retired` says that the worker answers nothing further and must be replaced; `call`, that the running evaluation waits for
 * the host.
 */
export const ANSWER = { ready: 16, done: 17, failed: 18, retired: 19, call: 20, batch: 21 } as const;

/** Failure codes of `failed` and `retired` frames, in wire order. */
export const FAILURES = [
  "WallTimeLimitExceeded",
  "MemoryLimitExceeded",
  "OutputLimitExceeded",
  "ProgramRejected",
  "WorkerCrashed",
] as const;
export type FrameFailure = (typeof FAILURES)[number];

/** Longest message of a failure, in bytes; the worker cuts, the parent refuses more. */
export const MESSAGE_BYTES = 2048;

/** Bytes of the length prefix and the type. */
export const HEAD_BYTES = 5;

/** Replaces unpaired surrogates, which UTF-8 cannot carry, by the escape that means the same inside a JSON string. */
export function wellFormedJson(text: string): string {
  if (text.isWellFormed()) return text;
  return text.replace(/\p{Surrogate}/gu, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

/** One frame: fixed fields, then texts, whose byte lengths are fields too. */
export function encodeFrame(type: number, fields: readonly number[], texts: readonly string[]): Buffer {
  const batch = new FrameBatch(0);
  batch.add(type, fields, texts);
  return batch.take();
}

const NOTHING = Buffer.alloc(0);
/** Bytes that a text takes at most: exactly where that is worth counting, else three for each UTF-16 unit. */
function longestBytes(text: string): number {
  return text.length > 4096 ? Buffer.byteLength(text) : text.length * 3;
}

/** Frames that will be written together: one write costs more than a small frame does. */
export class FrameBatch {
  readonly #chunk: number;
  #bytes: Buffer = NOTHING;
  #end = 0;
  /** @param chunk bytes of memory taken at a time */
  constructor(chunk: number) {
    this.#chunk = chunk;
  }
  /** Bytes that wait. */
  get size(): number {
    return this.#end;
  }
  /** Adds a frame; gives the bytes of its texts. */
  add(type: number, fields: readonly number[], texts: readonly string[]): number {
    let longest = HEAD_BYTES + 4 * (fields.length + texts.length);
    for (const text of texts) longest += longestBytes(text);
    this.#reserve(longest);
    const frame = this.#bytes;
    const start = this.#end;
    frame[start + 4] = type;
    let at = start + HEAD_BYTES;
    for (const field of fields) at = frame.writeUInt32LE(field, at);
    let lengths = at;
    at += 4 * texts.length;
    const body = at;
    for (const text of texts) {
      const length = frame.write(text, at);
      lengths = frame.writeUInt32LE(length, lengths);
      at += length;
    }
    frame.writeUInt32LE(at - start - 4, start);
    this.#end = at;
    return at - body;
  }
  /** Takes back the frames added since {@link size} was `size`. */
  cut(size: number): void {
    this.#end = size;
  }
  /** The bytes that wait, until the next frame is added: for who writes them at once. */
  drain(): Buffer {
    const bytes = this.#bytes.subarray(0, this.#end);
    if (this.#bytes.length > this.#chunk) this.#bytes = NOTHING;
    this.#end = 0;
    return bytes;
  }
  /** The bytes that wait, which are the caller's from now on. */
  take(): Buffer {
    const bytes = this.#bytes.subarray(0, this.#end);
    // What is left of the memory serves the next batch; none that a large frame has made.
    this.#bytes = this.#bytes.length > this.#chunk ? NOTHING : this.#bytes.subarray(this.#end);
    this.#end = 0;
    return bytes;
  }
  #reserve(bytes: number): void {
    if (this.#bytes.length - this.#end >= bytes) return;
    // Twice as much as before, where frames wait: else each of many would copy all before it.
    const doubled = this.#end === 0 ? 0 : 2 * this.#bytes.length;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#chunk, doubled, this.#end + bytes));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

/** A frame that is not what the protocol says. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** Reads the fields and texts of one frame body (after the type), and refuses anything left over or missing. */
export class FrameBody {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;
  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }
  field(): number {
    if (this.#end - this.#at < 4) throw new FrameError("frame ends inside a field");
    const value = this.#bytes.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }
  /** The `count` texts that end the frame. */
  texts(count: number): string[] {
    let at = this.#at + 4 * count;
    if (at > this.#end) throw new FrameError("frame ends inside a length");
    const texts: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const length = this.#bytes.readUInt32LE(this.#at + 4 * index);
      if (length > this.#end - at) throw new FrameError("frame ends inside a text");
      texts.push(this.#bytes.toString("utf8", at, at + length));
      at += length;
    }
    if (at !== this.#end) throw new FrameError(`${this.#end - at} bytes after the end of a frame's texts`);
    return texts;
  }
}

/** Cuts a byte stream into frames of at most a length that may change with every frame. */
export class FrameSplitter {
  #held: Buffer[] = [];
  #heldBytes = 0;
  #wanted = 4;

  /**
   * Feeds one chunk, which may be reused afterwards; `onFrame` is called with each whole frame, and returns false to
   * stop for good. Throws {@link FrameError} for a frame longer than `longest()` says at that moment.
   */
  push(chunk: Buffer, longest: () => number, onFrame: (type: number, body: FrameBody) => boolean): void {
    if (this.#heldBytes + chunk.length < this.#wanted) {
      this.#hold(chunk);
      return;
    }
    const bytes = this.#heldBytes === 0 ? chunk : Buffer.concat([...this.#held, chunk]);
    this.#held = [];
    this.#heldBytes = 0;
    this.#wanted = 4;
    let at = 0;
    while (bytes.length - at >= 4) {
      const length = bytes.readUInt32LE(at);
      const most = longest();
      if (length < 1 || length > most)
        throw new FrameError(`frame of ${length} bytes where at most ${most} may come`);
      const end = at + 4 + length;
      if (end > bytes.length) {
        this.#wanted = 4 + length;
        break;
      }
      if (!onFrame(bytes[at + 4], new FrameBody(bytes, at + HEAD_BYTES, end))) return;
      at = end;
    }
    if (at < bytes.length) this.#hold(bytes.subarray(at));
  }

  #hold(part: Buffer): void {
    this.#held.push(Buffer.from(part));
    this.#heldBytes += part.length;
  }
}
