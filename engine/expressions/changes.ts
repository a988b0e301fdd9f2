// What a policy changed of the objects it was given: found by comparing them with what the same JSON gives again.
import { PyDict, PySet } from "../python/dict.ts";
import { asInt, asStr, PyFloat, PyObject, type PyValue, typeOf } from "../python/object.ts";
import { same } from "../python/operators.ts";
import { emit } from "../python/output.ts";
import { PyList, PyTuple } from "../python/sequence.ts";
import { charge } from "../python/state.ts";
import { exporterOf, type JsonStyle, notSerializable, toJson } from "./boundary.ts";
import { PyRecord } from "./models/record.ts";
import { PyRelatedManager } from "./models/relations.ts";
import { redirects } from "./records.ts";

const STYLE: JsonStyle = { sanitize: false, strict: false };

/** Refuses what JSON could only describe (functions, classes …): nobody could keep it. */
function requireKept(value: PyValue): void {
  if (!(value instanceof PyObject)) return;
  charge(1);
  if (value instanceof PyDict) for (const item of value.values()) requireKept(item);
  else if (value instanceof PyList || value instanceof PyTuple) value.items.forEach(requireKept);
  else if (value instanceof PySet) for (const item of value.items()) requireKept(item);
  else if (
    !(value instanceof PyFloat) &&
    asStr(value) === undefined &&
    asInt(value) === undefined &&
    exporterOf(value.cls) === undefined
  )
    throw notSerializable(value);
}

/** Where the comparison is, what it found, and which objects it has been through. */
interface Comparison {
  readonly found: string[];
  readonly seen: Set<PyObject>;
}

function set(path: readonly string[], value: PyValue, { found }: Comparison): void {
  const text = toJson(value, STYLE);
  requireKept(value);
  const json = `{"op":"set","path":${JSON.stringify(path)},"value":${text}}`;
  emit(json);
  found.push(json);
}
function remove(path: readonly string[], { found }: Comparison): void {
  const json = `{"op":"delete","path":${JSON.stringify(path)}}`;
  emit(json);
  found.push(json);
}

/** Compares what was given with what is there now. */
function compare(path: readonly string[], before: PyValue, after: PyValue, to: Comparison): void {
  charge(1);
  if (before === after) return;
  if (after instanceof PyObject) {
    if (to.seen.has(after)) return;
    to.seen.add(after);
  }
  if (
    before instanceof PyDict &&
    after instanceof PyDict &&
    [...after.keys()].every((key) => typeof key === "string")
  )
    entries(
      path,
      new Map(before.entries() as Iterable<[string, PyValue]>),
      new Map(after.entries() as Iterable<[string, PyValue]>),
      to,
    );
  else if (before instanceof PyRecord && after instanceof PyRecord && before.cls === after.cls)
    entries(path, before.dict, after.dict, to);
  else if (before instanceof PyList && after instanceof PyList && sameItems(before, after, to)) return;
  else if (!(typeOf(before) === typeOf(after) && !isContainer(after) && same(before, after)))
    set(path, after, to);
}
const isContainer = (value: PyValue): boolean =>
  value instanceof PyDict || value instanceof PyList || value instanceof PyRecord;

function entries(
  path: readonly string[],
  before: ReadonlyMap<string, PyValue>,
  after: ReadonlyMap<string, PyValue>,
  to: Comparison,
): void {
  for (const [key, value] of after) {
    // Relations are the store's; changing them is a write.
    if (value instanceof PyRelatedManager) continue;
    const was = before.get(key);
    if (was === undefined) set([...path, key], value, to);
    else compare([...path, key], was, value, to);
  }
  for (const key of before.keys()) {
    if (!after.has(key) && !(before.get(key) instanceof PyRelatedManager)) remove([...path, key], to);
  }
}
function sameItems(before: PyList, after: PyList, to: Comparison): boolean {
  if (before.items.length !== after.items.length) return false;
  const inner: Comparison = { found: [], seen: to.seen };
  for (const [i, item] of after.items.entries()) {
    compare([], before.items[i] as PyValue, item, inner);
    if (inner.found.length > 0) return false;
  }
  return true;
}

const contextOf = (request: PyRecord): PyDict | null => {
  const context = request.get("context");
  return context instanceof PyDict ? context : null;
};
const planOf = (request: PyRecord): PyRecord | null => {
  const plan = contextOf(request)?.get("flow_plan");
  return plan instanceof PyRecord ? plan : null;
};

/** The changes, as JSON texts: from the request that `before` is again to what it is now. */
export function changes(before: PyRecord, after: PyRecord): string[] {
  const to: Comparison = { found: [], seen: new Set() };
  const [plan, planBefore] = [planOf(after), planOf(before)];
  if (plan !== null && planBefore !== null) {
    compare(["flow_plan", "context"], planBefore.get("context"), plan.get("context"), to);
    to.seen.add(plan);
    for (const url of redirects.get(plan) ?? [])
      to.found.push(`{"op":"redirect","url":${JSON.stringify(url)}}`);
  }
  const context = contextOf(after);
  if (context !== null) compare(["context"], contextOf(before), context, to);
  compare(["request", "user"], before.get("user"), after.get("user"), to);
  return to.found;
}
