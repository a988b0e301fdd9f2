// Reading from the database: what many readers wait for is fetched with one statement, and what is known is not sent again.
//
// Each statement sees one moment of the database, so what it answers is a consistent snapshot. The rows of earlier
// answers are kept in memory, never as an answer, but to be compared: the database is told which versions are known,
// and leaves out the content of rows that are still the same.
import type { ModelName } from "../models/registry.ts";
import { StoreError } from "./errors.ts";
import type { AnswerRow, HeldConnection, PostgresConnection, Statement } from "./postgres-connection.ts";
import { type Item, type Known, NONE, type Numbers, rowItem } from "./postgres-draft.ts";
import type { RowCodec, StoredRow } from "./postgres-rows.ts";
import { fetchStatement, lockNumber, namesIn, numberSequence } from "./postgres-schema.ts";
import { Recent } from "./recent.ts";

/** What is wanted of the database. */
export interface Wanted {
  readonly items: ReadonlyMap<string, Item>;
  /** How many new numbers are wanted, by model. */
  readonly numbers: ReadonlyMap<ModelName, number>;
}

/** The rows of each item, all as of one moment. */
export type Fetched = ReadonlyMap<string, Known>;

interface Reading extends Wanted {
  readonly resolve: (fetched: Fetched) => void;
  readonly reject: (error: unknown) => void;
}

/** Items whose rows are remembered, twice as many at most. */
const REMEMBERED = 2_048;
/** Items with more rows than this are not remembered. */
const LARGEST_REMEMBERED = 200;
/** The rows of a set that are no more than these are remembered one by one as well. */
const FEW = 20;
/** Statements that are under way at a time; what comes meanwhile waits and goes together. */
const AT_A_TIME = 2;

/** Reads items, and remembers them. */
export class PostgresReader {
  readonly #connection: PostgresConnection;
  readonly #schema: string;
  readonly #codec: RowCodec;
  readonly #epoch: number;
  readonly #narrow: Statement;
  readonly #wide: Statement;
  readonly #memory = new Recent<string, Known>(REMEMBERED);
  readonly #waiting: Reading[] = [];
  #underWay = 0;
  /** Integer pks that were drawn and not used. */
  readonly numbers = new NumberStock();

  constructor(connection: PostgresConnection, schema: string, codec: RowCodec, epoch: number) {
    this.#connection = connection;
    this.#schema = schema;
    this.#codec = codec;
    this.#epoch = epoch;
    const names = namesIn(schema);
    this.#narrow = { name: "postern-fetch", text: fetchStatement(names, false) };
    this.#wide = { name: "postern-fetch-wide", text: fetchStatement(names, true) };
  }

  /** What was last known of an item. */
  remembered(item: Item): Known | undefined {
    return this.#memory.get(item.id);
  }

  /** Remembers an item as it is now known to be; with nothing, forgets it. */
  remember(id: string, known: Known | undefined): void {
    if (known === undefined || known.rows.length > LARGEST_REMEMBERED) this.#memory.delete(id);
    else this.#memory.set(id, known);
  }

  /** The items as of one moment. */
  fetch(wanted: Wanted): Promise<Fetched> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...wanted, resolve, reject });
      // Readers of the same turn go together.
      queueMicrotask(() => this.#next());
    });
  }

  /** The same over a connection that is held. */
  async fetchOver(client: HeldConnection, wanted: Wanted): Promise<Fetched> {
    const ask = this.#ask(wanted);
    return pick(this.#understand(ask, await client.run(ask.statement, ask.values)), wanted);
  }

  #next(): void {
    if (this.#underWay >= AT_A_TIME || this.#waiting.length === 0) return;
    const group = this.#waiting.splice(0);
    this.#underWay += 1;
    void this.#fetchFor(group).finally(() => {
      this.#underWay -= 1;
      this.#next();
    });
  }

  async #fetchFor(group: readonly Reading[]): Promise<void> {
    try {
      const ask = this.#ask({
        items: new Map(group.flatMap(({ items }) => [...items])),
        numbers: group.reduce((sum, { numbers }) => added(sum, numbers), new Map<ModelName, number>()),
      });
      const answer = this.#understand(ask, await this.#connection.read(ask.statement, ask.values));
      for (const reading of group) {
        try {
          reading.resolve(pick(answer, reading));
        } catch (error) {
          reading.reject(error);
        }
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  #ask({ items, numbers }: Wanted): Ask {
    const list = [...items.values()].map((item) => ({ item, known: this.#memory.get(item.id) }));
    const rows: unknown[][] = [[], [], [], []];
    const sets: unknown[][] = [[], [], [], []];
    const models: unknown[][] = [[], [], []];
    for (const [n, { item, known = NONE }] of list.entries()) {
      const versions = `{${known.rows.map(({ version }) => version).join(",")}}`;
      if (item.kind === "row") push(rows, [n, item.model, item.pk, versions]);
      else if (item.kind === "set") push(sets, [n, item.scope, item.key, versions]);
      else push(models, [n, item.model, versions]);
    }
    const wanted = [...numbers].flatMap(([model, count]) =>
      Array<ModelName>(count + this.numbers.soonWanted(model)).fill(model),
    );
    const values: unknown[] = [...rows, ...sets];
    const isWide = models[0].length > 0 || wanted.length > 0;
    if (isWide) {
      values.push(
        ...models,
        wanted.map((_, index) => list.length + index),
        wanted.map((model) => numberSequence(this.#schema, model)),
        wanted.map((model) => lockNumber(this.#schema, `number ${model}`)),
      );
    }
    return { list, numbers: wanted, statement: isWide ? this.#wide : this.#narrow, values };
  }

  #understand({ list, numbers }: Ask, rows: readonly AnswerRow[]): Map<string, Known | Error> {
    const found: (StoredRow[] | Error)[] = list.map(() => []);
    for (const row of rows as unknown as readonly FetchedRow[]) {
      if (row.n === -1) {
        if (Number(row.version) !== this.#epoch) throw this.#connection.otherEpoch();
      } else if (row.n >= list.length) {
        if (row.version !== null) this.numbers.add(numbers[row.n - list.length], Number(row.version));
      } else {
        const rowsOfItem = found[row.n];
        if (rowsOfItem instanceof Error) continue;
        try {
          rowsOfItem.push(this.#stored(row, list[row.n].known));
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          found[row.n] = error;
        }
      }
    }
    const answer = new Map<string, Known | Error>();
    for (const [n, { item }] of list.entries()) {
      const result = found[n];
      const outcome = result instanceof Error ? result : inOrder(result);
      answer.set(item.id, outcome);
      this.remember(item.id, outcome instanceof Error ? undefined : outcome);
      if (item.kind === "row" || outcome instanceof Error || outcome.rows.length > FEW) continue;
      for (const stored of outcome.rows) {
        this.remember(rowItem(stored.model, stored.row.pk).id, { rows: [stored] });
      }
    }
    return answer;
  }

  #stored(row: FetchedRow, known: Known | undefined): StoredRow {
    const before = known?.rows.find(
      ({ version, model, pk }) => version === row.version && model === row.model && pk === row.pk,
    );
    if (before !== undefined) return before;
    return {
      model: row.model as ModelName,
      pk: row.pk,
      row: this.#codec.decode(row.model, row.pk, row.body ?? "", row.sealed),
      version: row.version,
      position: Number(row.position),
      ordinal: row.ordinal,
    };
  }
}

interface Ask {
  readonly list: readonly { readonly item: Item; readonly known: Known | undefined }[];
  readonly numbers: readonly ModelName[];
  readonly statement: Statement;
  readonly values: readonly unknown[];
}

/** A row of the fetch statement's answer. */
interface FetchedRow {
  readonly n: number;
  readonly model: string;
  readonly pk: string;
  readonly version: string;
  readonly position: string;
  readonly ordinal: number;
  readonly sealed: boolean;
  readonly body: string | null;
}

function added(sum: Map<ModelName, number>, numbers: ReadonlyMap<ModelName, number>): Map<ModelName, number> {
  for (const [model, count] of numbers) sum.set(model, (sum.get(model) ?? 0) + count);
  return sum;
}

function push(columns: unknown[][], values: readonly unknown[]): void {
  for (const [index, value] of values.entries()) columns[index].push(value);
}

function inOrder(rows: StoredRow[]): Known {
  if (rows.length === 0) return NONE;
  return { rows: rows.sort((a, b) => a.position - b.position || a.ordinal - b.ordinal) };
}

function pick(answer: ReadonlyMap<string, Known | Error>, { items }: Wanted): Fetched {
  const fetched = new Map<string, Known>();
  for (const id of items.keys()) {
    const known = answer.get(id) ?? NONE;
    if (known instanceof Error) throw known;
    fetched.set(id, known);
  }
  return fetched;
}

/** Numbers that were taken within so many milliseconds will be wanted again. */
const SOON = 1_000;
/** So many are drawn in advance at most: what a process has left when it ends is used by nobody. */
const MOST_IN_ADVANCE = 16;

/** Integer pks that the database gave to this process. Those of transactions that failed are used by the next. */
export class NumberStock implements Numbers {
  readonly #free = new Map<ModelName, number[]>();
  /** How many were taken since a moment that is not long ago. */
  readonly #taken = new Map<ModelName, { since: number; count: number }>();
  readonly #newest = new Map<ModelName, number>();
  readonly #used = new Map<ModelName, number>();

  take(model: ModelName): number | undefined {
    const number = this.#free.get(model)?.shift();
    if (number === undefined) return undefined;
    const now = performance.now();
    const taken = this.#taken.get(model);
    if (taken === undefined || now - taken.since > SOON) this.#taken.set(model, { since: now, count: 1 });
    else taken.count += 1;
    return number;
  }

  /** How many more are to be drawn where some are: none for who needs one now and then. */
  soonWanted(model: ModelName): number {
    const taken = this.#taken.get(model);
    if (taken === undefined || performance.now() - taken.since > SOON) return 0;
    return Math.min(taken.count, MOST_IN_ADVANCE);
  }

  newest(model: ModelName): number {
    return this.#newest.get(model) ?? 0;
  }

  /** Adds a number that is free, unless a higher one was used. */
  add(model: ModelName, number: number): void {
    this.#newest.set(model, Math.max(number, this.newest(model)));
    if (number <= (this.#used.get(model) ?? 0)) return;
    this.#free.set(
      model,
      [...(this.#free.get(model) ?? []), number].sort((a, b) => a - b),
    );
  }

  /** Gives up the numbers up to one that was used: the next is to be higher. */
  dropUpTo(model: ModelName, number: number): void {
    this.#used.set(model, Math.max(number, this.#used.get(model) ?? 0));
    const left = this.#free.get(model)?.filter((free) => free > number);
    if (left !== undefined) this.#free.set(model, left);
  }
}
