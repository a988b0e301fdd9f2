// One commit: what the transaction supposed, what it writes, and the locks that both need.
import type { ModelName } from "../models/registry.ts";
import { type Lookup, lookupsOf } from "./lookups.ts";
import type { HeldConnection } from "./postgres-connection.ts";
import { type Known, modelItem, NONE, rowItem, setItem, type Use, type Write } from "./postgres-draft.ts";
import { expiryOf, pkText, type RowCodec } from "./postgres-rows.ts";
import { lockNumber, namesIn, numberSequence } from "./postgres-schema.ts";

/** With more locks than this, the whole store is locked instead: the server's table of locks is not endless. */
const MOST_LOCKS = 500;

/** The name of the lock on everything. Every commit holds it shared. */
export const EVERYTHING = "all";

/** The parts of one commit. */
export interface CommitParts {
  readonly schema: string;
  readonly epoch: number;
  readonly codec: RowCodec;
  readonly uses: readonly Use[];
  readonly writes: readonly Write[];
  /** Integer pks among the inserted rows that the store has not given out: the next number has to be higher. */
  readonly numbers: readonly { readonly model: ModelName; readonly number: number }[];
}

/** A commit that can be sent. */
export class CommitRequest {
  readonly #parts: CommitParts;
  constructor(parts: CommitParts) {
    this.#parts = parts;
  }

  /** Sends it. The commit's number, or nothing where something is not as it was supposed to be. */
  async send(client: HeldConnection): Promise<string | undefined> {
    const { schema } = this.#parts;
    const values = this.#values();
    const text = `SELECT ${namesIn(schema).commit}(${values.map((_, index) => `$${index + 1}`).join(", ")}) AS version`;
    const [row] = await client.run({ name: "postern-commit", text }, values);
    return (row.version as string | null) ?? undefined;
  }

  /** What is known of items after the commit with this number; nothing where that has to be read again. */
  outcome(version: string): [id: string, known: Known | undefined][] {
    const after = new Map<string, Known | undefined>();
    for (const [index, { model, pk, before, after: row, inserted }] of this.#parts.writes.entries()) {
      const place =
        inserted || before === undefined ? { position: Number(version), ordinal: index + 1 } : before;
      const { position, ordinal } = place;
      const known = row ? { rows: [{ model, pk: pkText(pk), row, version, position, ordinal }] } : NONE;
      after.set(modelItem(model).id, undefined);
      after.set(rowItem(model, pk).id, known);
      // Of a unique set at most this row is there.
      for (const lookup of lookups(model, before?.row)) {
        const { id } = setItem(lookup);
        if (!after.has(id)) after.set(id, lookup.unique ? NONE : undefined);
      }
      for (const lookup of lookups(model, row))
        after.set(setItem(lookup).id, lookup.unique ? known : undefined);
    }
    return [...after];
  }

  #values(): unknown[] {
    const { schema, epoch, codec, uses, writes, numbers } = this.#parts;
    const rows = columns(3);
    const sets = columns(3);
    const models = columns(2);
    for (const { item, known } of uses) {
      if (item.kind === "row") rows.add(item.model, item.pk, known.rows[0]?.version ?? null);
      else if (item.kind === "set") sets.add(item.scope, item.key, versionsOf(known));
      else models.add(item.model, versionsOf(known));
    }
    const written = columns(6);
    const old = columns(4);
    const fresh = columns(5);
    for (const { model, pk, before, after, inserted } of writes) {
      const text = pkText(pk);
      const body = after === undefined ? null : codec.encode(model, after);
      written.add(model, text, body, inserted, codec.sealing, after === undefined ? null : expiryOf(after));
      const was = lookups(model, before?.row);
      const is = lookups(model, after);
      for (const { scope, key } of missingIn(is, was)) old.add(scope, key, model, text);
      for (const { scope, key, unique } of missingIn(was, is)) fresh.add(scope, key, model, text, unique);
    }
    const given = columns(2);
    for (const { model, number } of numbers) given.add(numberSequence(schema, model), number);
    const locks = columns(2);
    for (const [number, exclusive] of this.#locks()) locks.add(number, exclusive);
    const parts = [locks, rows, sets, models, written, old, fresh, given];
    return [epoch, ...parts.flatMap(({ all }) => all)];
  }

  /** The locks in the order in which every commit takes them: the one on everything, then by number. */
  #locks(): [number: string, exclusive: boolean][] {
    const { schema, uses, writes, numbers } = this.#parts;
    const wanted = new Map<string, boolean>();
    const want = (id: string, exclusive: boolean): void => {
      const number = lockNumber(schema, id);
      wanted.set(number, exclusive || wanted.get(number) === true);
    };
    for (const { item } of uses) want(item.id, item.kind !== "row");
    for (const { model, pk, before, after } of writes) {
      want(rowItem(model, pk).id, true);
      want(modelItem(model).id, false);
      for (const lookup of [...lookups(model, before?.row), ...lookups(model, after)]) {
        want(setItem(lookup).id, false);
      }
    }
    for (const { model } of numbers) want(`number ${model}`, true);
    const everything = lockNumber(schema, EVERYTHING);
    if (wanted.size > MOST_LOCKS) return [[everything, true]];
    const inOrder = [...wanted].sort(([a], [b]) => (a < b ? -1 : 1));
    return [[everything, false], ...inOrder];
  }
}

interface Columns {
  readonly all: unknown[][];
  add(...values: unknown[]): void;
}

/** Arrays of equal length, one for each column, as `unnest` takes them. */
function columns(count: number): Columns {
  const all: unknown[][] = Array.from({ length: count }, () => []);
  return {
    all,
    add: (...values) => {
      for (const [index, value] of values.entries()) all[index].push(value);
    },
  };
}

function lookups(model: ModelName, row: Parameters<typeof lookupsOf>[1] | undefined): readonly Lookup[] {
  return row === undefined ? [] : lookupsOf(model, row);
}

function missingIn(others: readonly Lookup[], own: readonly Lookup[]): Lookup[] {
  return own.filter(({ scope, key }) => !others.some((other) => other.scope === scope && other.key === key));
}

/** The versions of an item's rows as an array's text, ascending as the database compares them. */
function versionsOf({ rows }: Known): string {
  const versions = rows.map(({ version }) => BigInt(version)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${versions.join(",")}}`;
}
