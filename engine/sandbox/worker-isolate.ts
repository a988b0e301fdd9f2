// A worker's isolate: made from the snapshot, collected when it is due, and how texts go in.
import * as fs from "node:fs";
import ivm from "isolated-vm";

const [snapshotPath, memoryMb] = process.argv.slice(2);

const snapshotBytes = fs.readFileSync(snapshotPath);
// Megabytes that nobody else needs: handed over, where they are not part of a larger buffer.
const isWhole = snapshotBytes.byteLength === snapshotBytes.buffer.byteLength;
const snapshot = new ivm.ExternalCopy(
  isWhole ? snapshotBytes.buffer : Uint8Array.from(snapshotBytes).buffer,
  { transferOut: true },
);
export const isolate: ivm.Isolate = new ivm.Isolate({ memoryLimit: Number(memoryMb), snapshot });
export const context: ivm.Context = isolate.createContextSync();

/**
 * V8's `gc`, from a context of its own: with the flag on from the start every context would have it as a global that
 * cannot be deleted. The guest's realm hides it in a closure. Made at the first use: a context is a quarter of a start.
 */
let runCollector: ivm.Reference<() => void> | undefined;
export function collectGuest(): void {
  if (runCollector === undefined) {
    // Loading it is a tenth of a start.
    const { setFlagsFromString } = process.getBuiltinModule("node:v8");
    setFlagsFromString("--expose-gc");
    const other = isolate.createContextSync();
    setFlagsFromString("--no-expose-gc");
    runCollector = other.evalSync("gc", { reference: true }) as ivm.Reference<() => void>;
  }
  runCollector.applySync(undefined, []);
}

/**
 * How a text crosses: as it is, one of a kilobyte and more becomes a text outside of V8's heap, at six times the cost, and only a
 * whole collection gives it back, of which none is due for that. In a list it is copied, which is dear for very long ones alone.
 */
export const COPIED: number = 1 << 15;
export const crossing = (text: string): string | [string] => (text.length <= COPIED ? [text] : text);
/** Characters that have gone in as they are. */
let crossedIn = 0;
const COLLECT_AFTER = 1 << 25;
/** Gives back the texts that have gone in; at a time when nobody waits. */
export function releaseTexts(): void {
  if (crossedIn <= COLLECT_AFTER) return;
  crossedIn = 0;
  collectGuest();
}
/** Notes that a text goes in. */
export function countCrossing(text: string | undefined): void {
  if (text !== undefined && text.length > COPIED) crossedIn += text.length;
}
