// The errors that stores throw: what happened, where, and what to do.
import type { Pk } from "../models/model.ts";
import { NON_FIELD, ValidationError } from "../models/validation.ts";

/** Base of the errors that concern the store itself, not a row's content. */
export class StoreError extends Error {
  override readonly name: string = "StoreError";
}

/** Another row has the same values in fields that are unique (together). Also a {@link ValidationError}, with DRF's text. */
export class UniqueViolation extends ValidationError {
  override readonly name = "UniqueViolation";
  /** The fields that must be unique together. */
  readonly fields: readonly string[];
  /** The pk of the row that is in the way. */
  readonly holder: Pk;
  constructor(model: string, label: string, fields: readonly string[], holder: Pk) {
    const single = fields.length === 1;
    super(model, [
      {
        field: single ? (fields[0] as string) : NON_FIELD,
        path: [],
        message: single
          ? `${label} with this ${fields[0]} already exists.`
          : `The fields ${fields.join(", ")} must make a unique set.`,
        code: "unique",
      },
    ]);
    this.fields = fields;
    this.holder = holder;
  }
}

/** There is no row with this pk. */
export class NotFound extends StoreError {
  override readonly name = "NotFound";
  readonly model: string;
  readonly pk: Pk;
  constructor(model: string, pk: Pk) {
    super(`there is no ${model} with pk ${JSON.stringify(pk)}`);
    this.model = model;
    this.pk = pk;
  }
}

/** A row cannot be deleted because others refer to it. */
export class ProtectedError extends StoreError {
  override readonly name = "ProtectedError";
  readonly model: string;
  readonly pk: Pk;
  /** The rows that refer to it. */
  readonly by: readonly { readonly model: string; readonly pk: Pk }[];
  constructor(model: string, pk: Pk, by: readonly { readonly model: string; readonly pk: Pk }[]) {
    const rows = by.map((row) => `${row.model} ${JSON.stringify(row.pk)}`);
    const shown = rows.length > 5 ? [...rows.slice(0, 5), `${rows.length - 5} more`] : rows;
    super(
      `${model} ${JSON.stringify(pk)} cannot be deleted: ${shown.join(", ")} still ${rows.length === 1 ? "refers" : "refer"} to it. Delete ${rows.length === 1 ? "that row" : "those rows"} first.`,
    );
    this.model = model;
    this.pk = pk;
    this.by = by;
  }
}

/** The store was closed, or is closing. */
export class StoreClosed extends StoreError {
  override readonly name = "StoreClosed";
  constructor() {
    super("the store is closed; open it again to use it");
  }
}

/** Another process has the store's file open. */
export class StoreLocked extends StoreError {
  override readonly name = "StoreLocked";
  readonly file: string;
  /** The process that holds the lock; nothing where the lock file does not tell. */
  readonly pid: number | undefined;
  constructor(file: string, pid: number | undefined, message: string) {
    super(message);
    this.file = file;
    this.pid = pid;
  }
}

/** The store's file is not what a store wrote. It is left exactly as it is. */
export class StoreDamaged extends StoreError {
  override readonly name = "StoreDamaged";
  readonly file: string;
  /** Place of the damage, from 1; nothing where there is no place (a file that is missing). */
  readonly line: number | undefined;
  readonly column: number | undefined;
  constructor(
    file: string,
    position: { line: number; column: number } | undefined,
    what: string,
    todo: string,
  ) {
    const place = position === undefined ? file : `${file}:${position.line}:${position.column}`;
    super(`${place}: ${what}. The file was left as it is. ${todo}`);
    this.file = file;
    this.line = position?.line;
    this.column = position?.column;
  }
}

/** A change could not be written; nothing changed. `cause` is the system's error. */
export class StoreWriteFailed extends StoreError {
  override readonly name = "StoreWriteFailed";
  readonly file: string;
  constructor(file: string, message: string, cause: unknown) {
    super(message, { cause });
    this.file = file;
  }
}

/** The database cannot be used at the moment; nothing changed. `cause` is the connection's or the server's error. */
export class StoreUnavailable extends StoreError {
  override readonly name = "StoreUnavailable";
}

/**
 * The connection broke while a change was being committed: it may be kept or not. Nobody repeats it; look at the rows
 * to find out. `cause` is the connection's error.
 */
export class StoreOutcomeUnknown extends StoreError {
  override readonly name = "StoreOutcomeUnknown";
}

/** A row of the database is not what a store wrote. It is left as it is. */
export class RowDamaged extends StoreError {
  override readonly name = "RowDamaged";
  readonly model: string;
  /** The pk as the database has it. */
  readonly pk: string;
  constructor(model: string, pk: string, what: string) {
    super(`the row ${pk} of ${model} is damaged: ${what}. It was left as it is; repair it in the database.`);
    this.model = model;
    this.pk = pk;
  }
}

/** The store's key is unusable, missing, or not the one that the file was written with. */
export class StoreKeyError extends StoreError {
  override readonly name = "StoreKeyError";
}
