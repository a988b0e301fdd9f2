// What a worker writes: answers, held for a moment so that several go together, and its own end.
import * as fs from "node:fs";
import { ANSWER, FAILURES, FrameBatch, type FrameFailure, MESSAGE_BYTES } from "./frames.ts";
import { isolate } from "./worker-isolate.ts";

/**
 * Answers that wait to be written together. They are held no longer than small evaluations take: whatever reaches a tick of
 * the guest, a call, a large allocation or the end of what was read writes them first (`flush`).
 */
export const held: FrameBatch = new FrameBatch(1 << 16);
/** Bytes that are not held on to: the parent can work on them meanwhile. */
export const HELD_BYTES: number = 1 << 13;

/** Writes what is held. */
export function flush(): void {
  if (held.size === 0) return;
  const bytes = held.drain();
  let at = 0;
  while (at < bytes.length) {
    try {
      at += fs.writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") process.exit(1);
    }
  }
}

function cut(text: string): string {
  return Buffer.from(text)
    .subarray(0, MESSAGE_BYTES - 8)
    .toString("utf8");
}

/** Text of whatever was thrown, without trusting it: it may come from inside. */
export function describe(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return "an error without text";
  }
}

/** Answers that an evaluation has failed. */
export function fail(type: number, sequence: number, failure: FrameFailure, message: string): void {
  held.add(type, [sequence, FAILURES.indexOf(failure)], [cut(message)]);
}

/** Answers and ends the process at once: no exit handlers, since V8 may be beyond running any. */
export function retire(sequence: number, failure: FrameFailure, message: string): never {
  fail(ANSWER.retired, sequence, failure, message);
  flush();
  process.kill(process.pid, "SIGKILL");
  throw new Error("unreachable");
}

/** What is wrong with the isolate as a whole after this error, if anything is. */
export function damage(error: unknown): [FrameFailure, string] | undefined {
  if (isolate.isDisposed) return ["MemoryLimitExceeded", "the isolate passed its memory limit"];
  const text = describe(error);
  // A stopped guest is half-way through something, so that its state cannot be trusted any more.
  if (text.includes("Script execution timed out"))
    return ["WallTimeLimitExceeded", "stopped at its deadline"];
  return undefined;
}

/** V8's refusals of one too large value. The guest should have refused it before; it is a limit all the same. */
const TOO_LARGE =
  /allocation failed|Invalid (string|array|typed array|array buffer) length|Maximum BigInt size/i;

/** Ends the worker for what the guest has thrown. */
export function stop(sequence: number, error: unknown): never {
  const damaged = damage(error);
  if (damaged !== undefined) retire(sequence, ...damaged);
  const text = describe(error);
  if (TOO_LARGE.test(text)) retire(sequence, "MemoryLimitExceeded", text);
  retire(sequence, "WorkerCrashed", `the guest failed: ${text}`);
}

/** Answers with an outcome as the realm gives it. */
export function answer(sequence: number, outputBytes: number, outcome: unknown): void {
  if (typeof outcome === "string") {
    const { size } = held;
    const bytes = held.add(ANSWER.done, [sequence], [outcome]);
    if (bytes > outputBytes) {
      held.cut(size);
      const message = `the outcome has ${bytes} bytes, the limit is ${outputBytes}`;
      fail(ANSWER.failed, sequence, "OutputLimitExceeded", message);
    }
  } else if (outcome === -1) {
    retire(sequence, "WorkerCrashed", "the guest's outcome is no text");
  } else {
    fail(
      ANSWER.failed,
      sequence,
      "OutputLimitExceeded",
      `the outcome has at least ${outcome} bytes, the limit is ${outputBytes}`,
    );
  }
}
