// What a worker reads: frames taken apart, in the order in which they came.
import * as fs from "node:fs";
import { type FrameBody, FrameSplitter, REQUEST, RUN_HEAD } from "./frames.ts";
import { flush } from "./worker-answers.ts";
import { releaseTexts } from "./worker-isolate.ts";

/** The parent never sends a longer frame; it bounds contexts and programs itself. */
const LONGEST_REQUEST = 0x3fff_ffff;

/** A frame taken apart; of one that asks for several evaluations, one for each. */
export interface Frame {
  readonly type: number;
  readonly fields: readonly number[];
  readonly texts: readonly string[];
}
/** How many fields and texts each frame has, of a `run` frame before those of its evaluations. */
const SHAPES: Readonly<Record<number, readonly [fields: number, texts: number]>> = {
  [REQUEST.run]: [RUN_HEAD, 1],
  [REQUEST.load]: [1, 2],
  [REQUEST.drop]: [1, 0],
  [REQUEST.reply]: [2, 3],
  [REQUEST.context]: [0, 1],
  [REQUEST.settings]: [0, 1],
};

/** Frames read and not yet served. */
export const inbox: Frame[] = [];
const splitter = new FrameSplitter();
const buffer = Buffer.allocUnsafeSlow(1 << 18);

function receive(type: number, body: FrameBody): boolean {
  const shape = SHAPES[type];
  if (shape === undefined) process.exit(2);
  const fields: number[] = [];
  for (let count = shape[0]; count > 0; count -= 1) fields.push(body.field());
  if (type !== REQUEST.run) {
    inbox.push({ type, fields, texts: body.texts(shape[1]) });
    return true;
  }
  const [sequence, wallMs, outputBytes, hostMs, count] = fields;
  const asked: number[] = [];
  for (let left = 2 * count; left > 0; left -= 1) asked.push(body.field());
  const texts = body.texts(shape[1]);
  for (let i = 0; i < count; i += 1) {
    const own = [sequence + i, wallMs, outputBytes, hostMs, asked[2 * i], asked[2 * i + 1]];
    inbox.push({ type, fields: own, texts });
  }
  return true;
}

/** Reads what there is, waiting for something; false at the end of the input. */
export function read(): boolean {
  flush();
  releaseTexts();
  for (;;) {
    try {
      const count = fs.readSync(0, buffer);
      if (count === 0) return false;
      splitter.push(buffer.subarray(0, count), () => LONGEST_REQUEST, receive);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return false;
      if (code !== "EAGAIN") process.exit(1);
    }
  }
}
