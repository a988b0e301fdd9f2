// The contract of every store: consistent reads, serialised atomic transactions, durable when acknowledged.
import type { Pk } from "../models/model.ts";
import type { ModelName, NewRow, Row } from "../models/registry.ts";

export type { Pk } from "../models/model.ts";
export type { ModelName, NewRow, PkOf, Row } from "../models/registry.ts";
export { ValidationError } from "../models/validation.ts";
export {
  NotFound,
  ProtectedError,
  StoreClosed,
  StoreDamaged,
  StoreError,
  StoreKeyError,
  StoreLocked,
  StoreOutcomeUnknown,
  StoreUnavailable,
  StoreWriteFailed,
  UniqueViolation,
} from "./errors.ts";

/** The rows as one transaction sees and changes them. Rows are deeply frozen: change them with `update`. */
export interface Transaction {
  /** The row with this pk, or nothing. */
  get<M extends ModelName>(model: M, pk: Pk): Row<M> | undefined;
  /** The rows whose top-level fields equal those of `where`, in the order they were inserted. */
  list<M extends ModelName>(model: M, where?: Partial<Row<M>>): Row<M>[];
  /**
   * Adds a row with its defaults filled in; assigns the pk where none is given (a UUID, or the next integer, never
   * one that was used before). Throws {@link UniqueViolation}, and {@link ValidationError} when a field is wrong or
   * refers to a row that does not exist.
   */
  insert<M extends ModelName>(model: M, row: NewRow<M>): Row<M>;
  /** Changes the given fields. Throws {@link NotFound}, {@link UniqueViolation}, {@link ValidationError}. */
  update<M extends ModelName>(model: M, pk: Pk, patch: Partial<Row<M>>): Row<M>;
  /**
   * Deletes the row and what hangs on it, as the models say: cascade, set null, take out of lists. Throws
   * {@link NotFound}, and {@link ProtectedError} when a protected reference exists (an SMS stage with devices).
   */
  delete(model: ModelName, pk: Pk): void;
}

/** What `read` hands out. */
export type Snapshot = Pick<Transaction, "get" | "list">;

/**
 * Lower-case hex HMAC-SHA-256 of a text under a key that is derived from the store's for this purpose: who has the
 * store but not its key cannot try out what was hashed.
 */
export type KeyedHash = (purpose: string, text: string) => string;

/** The models whose rows end by themselves. */
export type ExpiringModel = {
  [M in ModelName]: "expires" extends keyof Row<M> ? M : never;
}[ModelName];

/** Where rows live. */
export interface Store {
  /** There when the store has a key. */
  readonly keyedHash?: KeyedHash;
  /** Runs `work` on a consistent snapshot of what is durable. `work` is synchronous. */
  read<T>(work: (tx: Snapshot) => T): Promise<T>;
  /**
   * Runs `work` alone and all or nothing. Resolves only when the change is durable; when `work` throws, or the change
   * cannot be written, nothing changes and the promise is rejected. `work` is synchronous and may be run again by a
   * store that retries, so it has no other effects.
   */
  transaction<T>(work: (tx: Transaction) => T): Promise<T>;
  /**
   * How many rows `list` would bring here: those that meet the condition, or all of the model where a database has no
   * index for it. Counting ends at `limit`. For those who would rather not ask than have a large table read.
   */
  size<M extends ModelName>(model: M, where: Partial<Row<M>>, limit: number): Promise<number>;
  /**
   * The pks of at most `limit` rows of a model whose field `expires` is at or before a moment, found without reading
   * the others. A store may be late with a row, by an hour at most; never early.
   */
  expired(model: ExpiringModel, now: Date, limit: number): Promise<Pk[]>;
  /** Waits for running transactions and lets go of the file or connection. Later calls throw {@link StoreClosed}. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
