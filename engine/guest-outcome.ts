// What the guest says of an evaluation, read as if an attacker had written it.
import type { ChainLink } from "./expressions/traceback.ts";
import { type GuestJson, GuestJsonError, readGuestJson } from "./guest-json.ts";
import {
  anything,
  count,
  either,
  flag,
  list,
  nullable,
  object,
  oneOf,
  record,
  recursive,
  type Shape,
  text,
  tuple,
} from "./shape.ts";
import type { Change, JsonObject, JsonValue, LogEntry } from "./types.ts";

/** What was said besides the result. */
interface Said {
  readonly messages: string[];
  readonly logs: LogEntry[];
  readonly events: JsonObject[];
  readonly changes?: Change[];
  readonly steps: number;
}
/** An error of the guest's, before it is located in the author's text. */
export interface GuestError {
  readonly type: string;
  readonly message: string;
  readonly limit?: boolean;
  readonly chain?: ChainLink[];
  readonly frames?: [number, number][][];
}
/** An outcome, whole and well-formed. */
export type GuestOutcome = Said & {
  /** Keys `__proto__` were left out of what is here; `resultJson` has them. */
  readonly hadPrototypeKey: boolean;
} & (
    | { readonly ok: false; readonly error: GuestError }
    | {
        readonly ok: true;
        readonly passing: boolean;
        readonly none: boolean;
        readonly repr: string;
        readonly result: JsonValue;
        /** The result's own text, which keeps digits that `JSON.parse` loses. */
        readonly resultJson: string;
      }
  );

const change = either(
  record({ op: oneOf("set"), path: list(text), value: anything }),
  record({ op: oneOf("delete"), path: list(text) }),
  record({ op: oneOf("redirect"), url: text }),
);
const said = {
  messages: list(text),
  logs: list(record({ level: oneOf("debug", "info", "warning", "error"), event: text, attributes: object })),
  events: list(object),
  steps: count,
};
const frames = list(list(tuple(count, count)));
const link: Shape = recursive(() =>
  record(
    {
      type: text,
      message: text,
      link: nullable(oneOf("cause", "context")),
      frames,
      outer: count,
      notes: list(text),
    },
    { attribute: text, exceptions: list(list(link)), more: count, tooDeep: flag },
  ),
);
const isFailure = record(
  {
    ok: oneOf(false),
    ...said,
    error: record({ type: text, message: text }, { limit: flag, chain: list(link), frames }),
  },
  { changes: list(change) },
);
const isSuccess = record(
  { ok: oneOf(true), size: count, passing: flag, none: flag, repr: text, ...said },
  { changes: list(change) },
);

/** The head of an evaluation that said nothing, which most are: read without a parser. */
const QUIET =
  /^\{"ok":true,"size":\d{1,10},"passing":(true|false),"none":(true|false),"repr":"","messages":\[\],"logs":\[\],"events":\[\],"steps":(\d{1,15})$/;
/** Results of most policies. */
const VERDICTS: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const LONGEST_VERDICT = 5;

const SIZE = /^\{"ok":true,"size":(\d{1,10}),/;
const RESULT = ',"result":';

type Head = Said & {
  readonly ok: true;
  readonly passing: boolean;
  readonly none: boolean;
  readonly repr: string;
};

/** What stands before the result of an evaluation that answered. Throws {@link GuestJsonError}. */
function readHead(json: string): { readonly value: Head; readonly hadPrototypeKey: boolean } {
  const quiet = QUIET.exec(json);
  if (quiet === null) {
    const { value, hadPrototypeKey } = readGuestJson(`${json}}`);
    if (!isSuccess(value)) throw new GuestJsonError("no outcome");
    return { value: value as unknown as Head, hadPrototypeKey };
  }
  const [, passing, none, steps] = quiet;
  const nothing = { repr: "", messages: [], logs: [], events: [] };
  return {
    value: {
      ok: true,
      passing: passing === "true",
      none: none === "true",
      ...nothing,
      steps: Number(steps),
    },
    hadPrototypeKey: false,
  };
}

/** The result's value. Throws {@link GuestJsonError}. */
function readResult(json: string): GuestJson {
  // To look a long text up, V8 reads all of it.
  const verdict = json.length > LONGEST_VERDICT ? undefined : VERDICTS.get(json);
  return verdict === undefined ? readGuestJson(json) : { value: verdict, hadPrototypeKey: false };
}

/** Reads an outcome. Throws {@link GuestJsonError} for anything that the guest does not write. */
export function readOutcome(json: string): GuestOutcome {
  const size = SIZE.exec(json)?.[1];
  if (size === undefined) {
    const { value, hadPrototypeKey } = readGuestJson(json);
    if (!isFailure(value)) throw new GuestJsonError("no outcome");
    return { ...(value as unknown as Said & { ok: false; error: GuestError }), hadPrototypeKey };
  }
  // The result comes last and is as long as the head says. Read apart, each is JSON by itself.
  const start = json.length - 1 - Number(size);
  const end = start - RESULT.length;
  if (end < 0 || !json.startsWith(RESULT, end) || !json.endsWith("}")) throw new GuestJsonError("no outcome");
  const head = readHead(json.slice(0, end));
  const resultJson = json.slice(start, -1);
  const result = readResult(resultJson);
  return {
    ...head.value,
    result: result.value,
    resultJson,
    hadPrototypeKey: head.hadPrototypeKey || result.hadPrototypeKey,
  };
}
