// What a worker is sent: the frames of one turn of the event loop, which are written together, and what the worker holds from
// before and need not be sent again.
import { FrameBatch, REQUEST, RUN_HEAD, wellFormedJson } from "./frames.ts";
import type { CallReply, SandboxLimits, SandboxRequest } from "./types.ts";

/** A program that a worker holds. */
interface HeldProgram {
  readonly number: number;
  /** Characters of its code. */
  readonly length: number;
  /** How many uses of programs there had been when it was last put at the end. */
  used: number;
}

/** A `run` frame before it is written: further requests with the same options join it. */
interface OpenRun {
  readonly options: string;
  readonly limits: SandboxLimits;
  readonly mayCall: boolean;
  /** The first request's sequence, its limits and how many there are; of each the program's number and its index. */
  readonly fields: number[];
}

/** Characters of code that a worker keeps; V8 needs some six bytes for each. */
const PROGRAMS_LENGTH = 8 << 20;

/** Frames on their way to one worker. */
export class Outbox {
  readonly #frames = new FrameBatch(1 << 16);
  /** The last frame while requests can still join it. */
  #open: OpenRun | undefined;
  /** Programs that the worker keeps at most. */
  readonly #most: number;
  /** The programs the worker holds, by id, those that were not used for long first. */
  readonly #programs = new Map<string, HeldProgram>();
  /** Characters of their code. */
  #programsLength = 0;
  #lastProgram = 0;
  /** Counts uses of programs. */
  #uses = 0;
  /** The context and the settings that the worker was last told. */
  #context = "";
  #settings = "";

  /** @param most programs that the worker keeps at most */
  constructor(most: number) {
    this.#most = most;
  }

  get isEmpty(): boolean {
    return this.#frames.size === 0 && this.#open === undefined;
  }

  /** True if the worker holds the program. */
  holds(id: string): boolean {
    return this.#programs.has(id);
  }

  /** The bytes to write, which are the caller's from now on. */
  take(): Buffer {
    this.#seal();
    return this.#frames.take();
  }

  /** Adds a request. */
  run(sequence: number, request: SandboxRequest): void {
    const { program, contextJson, settings, options, index = 0, limits, onCall } = request;
    const number = this.#provide(program);
    if (contextJson !== this.#context) {
      this.#context = contextJson;
      this.#add(REQUEST.context, [], [wellFormedJson(contextJson)]);
    }
    if (settings !== this.#settings) {
      this.#settings = settings;
      this.#add(REQUEST.settings, [], [settings]);
    }
    const mayCall = onCall !== undefined;
    const open = this.#open;
    if (open?.options === options && open.limits === limits && open.mayCall === mayCall) {
      open.fields.push(number, index);
      return;
    }
    this.#seal();
    const hostMs = mayCall ? milliseconds(limits.hostMs) : 0;
    const head = [sequence, milliseconds(limits.wallMs), whole(limits.outputBytes), hostMs, 1];
    this.#open = { options, limits, mayCall, fields: [...head, number, index] };
  }

  /** Adds the host's reply to a call. */
  reply(sequence: number, { json, program }: CallReply): void {
    const [number, isNew] = program === undefined ? [0, false] : this.#numberOf(program.id, program.code);
    this.#add(
      REQUEST.reply,
      [sequence, number],
      [wellFormedJson(json), program?.id ?? "", isNew ? (program?.code ?? "") : ""],
    );
    this.#dropOldest();
  }

  /** Adds a frame to those of the turn. */
  #add(type: number, fields: readonly number[], texts: readonly string[]): void {
    this.#seal();
    this.#frames.add(type, fields, texts);
  }

  /** Adds the frame that requests could join until now. */
  #seal(): void {
    if (this.#open === undefined) return;
    const { fields, options } = this.#open;
    this.#open = undefined;
    fields[RUN_HEAD - 1] = (fields.length - RUN_HEAD) / 2;
    this.#frames.add(REQUEST.run, fields, [options]);
  }

  /** The number of a program, which the worker has been sent. */
  #provide({ id, code }: SandboxRequest["program"]): number {
    const [number, isNew] = this.#numberOf(id, code);
    if (isNew) {
      this.#add(REQUEST.load, [number], [id, code]);
      this.#dropOldest();
    }
    return number;
  }

  /** A program's number, and whether the worker is still to be sent the program. Notes its use. */
  #numberOf(id: string, code: string): [number: number, isNew: boolean] {
    let held = this.#programs.get(id);
    const isNew = held === undefined;
    this.#uses += 1;
    if (held === undefined) {
      this.#lastProgram = (this.#lastProgram + 1) >>> 0;
      held = { number: this.#lastProgram, length: code.length, used: this.#uses };
      this.#programsLength += code.length;
    } else {
      // One that was used a moment ago is far from being dropped: moving it costs more than all the rest.
      if (this.#uses - held.used <= this.#most >> 1) return [held.number, false];
      held.used = this.#uses;
      this.#programs.delete(id);
    }
    this.#programs.set(id, held);
    return [held.number, isNew];
  }

  /** Lets the programs go that have waited longest for a use, where there are too many. */
  #dropOldest(): void {
    for (const [id, { number, length }] of this.#programs) {
      const isFew = this.#programs.size <= this.#most && this.#programsLength <= PROGRAMS_LENGTH;
      if (isFew || this.#programs.size === 1) return;
      this.#programs.delete(id);
      this.#programsLength -= length;
      this.#add(REQUEST.drop, [number], []);
    }
  }
}

function milliseconds(value: number): number {
  return Math.max(1, Math.min(0x7fff_ffff, Math.ceil(value)));
}

/** A number as a field of a frame. */
export function whole(value: number): number {
  return Math.max(0, Math.min(0x3fff_ffff, Math.floor(value)));
}
