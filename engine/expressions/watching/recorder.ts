// What watched code calls: keeps counters, or the events of a trace, of the evaluation that runs.
//
// INVARIANT: an evaluation that is watched answers as one that is not. Nothing here runs the author's code, reads an
// attribute that is not there yet, counts a step, or asks for memory on the evaluation's account.

import { isSecretName } from "../../language/instrument.ts";
import { call, call0, call1, call2, call3 } from "../../python/function.ts";
import type { KwArgs, PyValue } from "../../python/object.ts";
import { host, S, type Watch } from "../../python/state.ts";
import { isScalar, isTool, MASK, Sketcher } from "./sketch.ts";

/** Events kept from the start, and from the end. */
const FIRST = 1000;
const LAST = 1000;
/** Lines after which the clock is no longer asked: it costs as much as a line does. */
const TIMED_LINES = 20_000;
/** Heap that watching may take beside the evaluation's own, bytes. */
const ROOM = 16 * 1024 * 1024;

/** What a line has taken so far. */
interface LineSum {
  count: number;
  steps: number;
  cpuMs: number;
}

/** As `tracing.ts` names them: kind, index of the place, and what was seen there. */
type Event = [kind: string, probe: number, ...seen: (string | string[] | number | null)[]];

class Recorder implements Watch {
  private readonly sketcher = new Sketcher();
  private counts: number[] | null = null;
  private first: Event[] = [];
  private last: Event[] = [];
  private seen = 0;
  private lines: (LineSum | undefined)[] = [];
  private lineCount = 0;
  private current: LineSum | undefined;
  private stepsSeen = 0;
  private cpuSeen = 0;
  private decided = -1;
  private at = -1;
  /** The call to the embedder that waits for its answer. */
  private asked: Event | undefined;

  /** Starts anew for an evaluation about a context. */
  begin(tree: unknown): void {
    this.end();
    this.sketcher.learn(tree);
    S.watch = this;
    S.resident += ROOM;
    this.cpuSeen = host.cpuMs();
  }
  /** Forgets everything. */
  end(): void {
    if (S.watch !== null) S.resident -= ROOM;
    S.watch = null;
    this.counts = null;
    this.first = [];
    this.last = [];
    this.seen = 0;
    this.lines = [];
    this.lineCount = 0;
    this.current = undefined;
    this.stepsSeen = 0;
    this.decided = -1;
    this.at = -1;
    this.asked = undefined;
    this.sketcher.learn(null);
  }
  /** What was kept, as JSON. */
  json(): string {
    if (this.counts !== null) return JSON.stringify({ counts: this.counts });
    this.settle();
    const lines = this.lines.flatMap((sum, probe) =>
      sum === undefined ? [] : [[probe, sum.count, sum.steps, Math.round(sum.cpuMs * 1000) / 1000]],
    );
    const from = this.seen > FIRST + LAST ? (this.seen - FIRST) % LAST : 0;
    const last = [...this.last.slice(from), ...this.last.slice(0, from)];
    const events = [...this.first, ...last];
    return JSON.stringify({ events, omitted: this.seen - events.length, lines, decided: this.decided });
  }

  // ---- counting --------------------------------------------------------------------------------

  counters(n: number): number[] {
    this.counts = new Array<number>(n).fill(0);
    return this.counts;
  }

  // ---- tracing ---------------------------------------------------------------------------------

  private add(event: Event): void {
    if (this.seen < FIRST) this.first.push(event);
    else if (this.last.length < LAST) this.last.push(event);
    else this.last[(this.seen - FIRST) % LAST] = event;
    this.seen += 1;
  }
  /** Gives the line that ran its steps and time. */
  private settle(): void {
    const { current } = this;
    const steps = S.steps - this.stepsSeen;
    this.stepsSeen = S.steps;
    if (this.lineCount <= TIMED_LINES) {
      const now = host.cpuMs();
      if (current !== undefined) current.cpuMs += now - this.cpuSeen;
      this.cpuSeen = now;
    }
    if (current !== undefined) current.steps += Math.max(0, steps);
  }
  /** A block's statements were counted together: each has its own when its line comes. */
  block(steps: number): void {
    this.stepsSeen += steps;
  }
  line(probe: number): void {
    this.settle();
    this.lineCount += 1;
    let sum = this.lines[probe];
    if (sum === undefined) {
      sum = { count: 0, steps: 0, cpuMs: 0 };
      this.lines[probe] = sum;
    }
    sum.count += 1;
    sum.steps += 1;
    this.current = sum;
    this.at = probe;
    this.add(["line", probe]);
  }
  value(probe: number, value: PyValue): PyValue {
    if (!isTool(value)) {
      this.at = probe;
      this.add(["value", probe, this.sketcher.text(value)]);
    }
    return value;
  }
  /** A value of which a part is read next. */
  held(probe: number, value: PyValue): PyValue {
    return isScalar(value) ? this.value(probe, value) : value;
  }
  secret(probe: number, value: PyValue): PyValue {
    this.at = probe;
    const shown = value === null || typeof value === "boolean" ? this.sketcher.text(value) : MASK;
    this.add(["value", probe, shown]);
    return value;
  }
  decision(probe: number, value: PyValue): PyValue {
    this.decided = probe;
    // What comes after it, its text among it, is no line's work.
    this.settle();
    this.current = undefined;
    this.add(["decision", probe, this.sketcher.text(value)]);
    return value;
  }
  branch(probe: number, taken: boolean): boolean {
    this.at = probe;
    this.add(["branch", probe, taken ? 1 : 0]);
    return taken;
  }
  way(probe: number, index: number): void {
    this.at = probe;
    this.add(["branch", probe, index]);
  }
  /** A call with up to three arguments by position, made as the code makes it that is not watched. */
  callFew(probe: number, f: PyValue, args: PyValue[]): PyValue {
    const [a, b, c] = args as [PyValue, PyValue, PyValue];
    const event = this.called(probe, args, null);
    const result =
      args.length === 0
        ? call0(f)
        : args.length === 1
          ? call1(f, a)
          : args.length === 2
            ? call2(f, a, b)
            : call3(f, a, b, c);
    event[3] = this.sketcher.text(result);
    return result;
  }
  call(probe: number, f: PyValue, args: PyValue[], keywords: KwArgs | null): PyValue {
    const event = this.called(probe, args, keywords);
    const result = call(f, args, keywords);
    event[3] = this.sketcher.text(result);
    return result;
  }
  private called(probe: number, args: PyValue[], keywords: KwArgs | null): Event {
    const named = [...(keywords ?? [])].map(
      ([name, value]) => `${name}=${isSecretName(name) ? MASK : this.sketcher.text(value)}`,
    );
    const event: Event = ["call", probe, [...args.map((arg) => this.sketcher.text(arg)), ...named], null];
    this.at = probe;
    this.add(event);
    return event;
  }

  // ---- the runtime's own news ------------------------------------------------------------------

  regex(pattern: string, engine: string, reason: string | undefined): void {
    this.add(["regex", this.at, this.sketcher.text(pattern), engine, reason ?? null]);
  }
  hostCall(operation: string, argumentJson: string): void {
    this.asked = ["host", this.at, operation, this.sketcher.json(argumentJson), ""];
    this.add(this.asked);
  }
  hostAnswer(json: string): void {
    if (this.asked !== undefined) this.asked[4] = this.sketcher.json(json);
    this.asked = undefined;
  }
}

/** The one recorder: there is one evaluation at a time. */
export const recorder = new Recorder();
