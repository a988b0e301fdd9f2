// Putting a blueprint's objects into a store: all of them, or none and an error that points at the line.
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { nodesOf } from "../../yaml/tree.ts";
import type { Pk } from "../models/model.ts";
import { hashPassword, verifyPassword } from "../models/password.ts";
import { type ModelName, modelOf, type NewRow, type Row } from "../models/registry.ts";
import { shapePk, shapeRow, ValidationError } from "../models/validation.ts";
import { ProtectedError, type Store, type Transaction } from "../store/contract.ts";
import type { AnyRow } from "../store/table.ts";
import { sameJson } from "../store/table.ts";
import { endSessions } from "../users/end-sessions.ts";
import { EntryDraft, settle, shapeField } from "./entry-draft.ts";
import { BlueprintError, closest, type Problem } from "./errors.ts";
import { Evaluator } from "./evaluate.ts";
import { containsJson, findRow, modelsNamed } from "./lookup.ts";
import {
  type Blueprint,
  type BlueprintEntry,
  modelProblem,
  STATES,
  type State,
  type YamlNode,
} from "./parse.ts";
import { isTruthy, Spelled } from "./values.ts";

/** Settings of {@link applyBlueprint}. */
export interface ApplyOptions {
  /** Values for `!Context`; they go over the file's own. */
  readonly context?: JsonObject;
  /** Variables for `!Env`. Default: none, so that a blueprint sees only what it is shown. */
  readonly env?: { readonly [name: string]: string | undefined };
  /** Reads files for `!File`. Default: the tag is refused. */
  readonly readFile?: (path: string) => string;
  /** Compiles an expression; throws where it is not valid, with CPython's message `text (name, line N)`. */
  readonly validateExpression?: (source: string, name: string) => void;
  /** Fields that Postern's models do not have: an error (default), or a warning in the report and otherwise ignored. */
  readonly unknownFields?: "error" | "warn";
  /**
   * Entries of models that Postern does not have, and entries that refer to those: an error (default), or `unsupported` in
   * the report with a warning, and otherwise left out. The blueprint has to be read with the same setting.
   */
  readonly unknownModels?: "error" | "skip";
  /** Check everything, change nothing. */
  readonly dryRun?: boolean;
}

/**
 * What became of an entry. `absent`: there was nothing to delete; `kept`: a `created` object was there already; `skipped`: its
 * conditions were not met; `unsupported`: Postern has no such model, or not the object that the entry refers to.
 */
export type Action =
  | "created"
  | "updated"
  | "unchanged"
  | "kept"
  | "deleted"
  | "absent"
  | "skipped"
  | "unsupported";

/** One entry's outcome. */
export interface AppliedEntry {
  readonly model: string;
  /** Absent where there is no object: skipped, or nothing to delete. */
  readonly pk?: Pk;
  readonly id?: string;
  readonly action: Action;
  /** Of what is unsupported: why. */
  readonly why?: string;
  /** Line of the entry in the file. */
  readonly line: number;
}

/** What an application did. */
export interface BlueprintReport {
  readonly entries: readonly AppliedEntry[];
  readonly warnings: readonly Problem[];
}

/**
 * Applies a blueprint in one transaction. Applying it again changes nothing. Throws {@link BlueprintError} for the first
 * entry that cannot be applied, with all that is wrong with it; then nothing was changed.
 */
export async function applyBlueprint(
  store: Store,
  blueprint: Blueprint,
  options: ApplyOptions = {},
): Promise<BlueprintReport> {
  const rehearsal: { report?: BlueprintReport } = {};
  try {
    return await store.transaction((tx) => {
      const report = new Application(tx, blueprint, options).run();
      if (options.dryRun !== true) return report;
      rehearsal.report = report;
      throw rehearsal;
    });
  } catch (error) {
    if (error === rehearsal && rehearsal.report !== undefined) return rehearsal.report;
    throw error;
  }
}

/** authentik's own context values. */
const BUILT_IN: JsonObject = {
  "goauthentik.io/enterprise/licensed": false,
  "goauthentik.io/rbac/models": {},
};

/** Models without whose rows a flow lets more people through. */
const GUARDS: ReadonlySet<string> = new Set([
  "authentik_flows.flowstagebinding",
  "authentik_policies.policybinding",
]);

/** The model of `!Find [model, …]`. */
function findsModel(node: YamlNode): string | undefined {
  if (node?.kind !== "sequence" || (node.tag !== "!Find" && node.tag !== "!FindObject")) return undefined;
  const [model] = node.items;
  return model?.kind === "scalar" && model.tag?.startsWith("!") !== true ? String(model.value) : undefined;
}

class Application {
  readonly #tx: Transaction;
  readonly #blueprint: Blueprint;
  readonly #options: ApplyOptions;
  readonly #evaluator: Evaluator;
  readonly #warnings: Problem[];
  readonly #applied = new Map<string, Pk>();
  readonly #skipped = new Set<string>();
  /** Ids of entries that are unsupported. */
  readonly #unsupported = new Set<string>();
  /** Pks as entries gave them, to the pks that their objects have. */
  readonly #realPks = new Map<string, Pk>();

  constructor(tx: Transaction, blueprint: Blueprint, options: ApplyOptions) {
    this.#tx = tx;
    this.#blueprint = blueprint;
    this.#options = options;
    this.#warnings = [...blueprint.warnings];
    this.#evaluator = new Evaluator(blueprint, {
      keyOf: (id) => this.#keyOf(id),
      find: (model, conditions) => this.#find(model, conditions),
      context: { ...without(BUILT_IN, blueprint.context), ...options.context },
      env: { ...options.env },
      ...(options.readFile === undefined ? {} : { readFile: options.readFile }),
    });
  }

  run(): BlueprintReport {
    const entries = this.#blueprint.entries.map((entry) => {
      const done = this.#unsupportedEntry(entry) ?? this.#entry(entry);
      if (entry.id !== undefined) {
        if (!("pk" in done) || done.pk === undefined || done.action === "deleted")
          this.#skipped.add(entry.id);
        else if (!this.#applied.has(entry.id)) this.#applied.set(entry.id, done.pk);
      }
      return {
        ...done,
        ...(entry.id === undefined ? {} : { id: entry.id }),
        line: this.#blueprint.position(entry.node).line,
      };
    });
    return { entries, warnings: this.#warnings };
  }

  /** An entry that is left out because of a model that Postern does not have, where that is wanted. */
  #unsupportedEntry(entry: BlueprintEntry): { model: string; action: Action; why: string } | undefined {
    if (this.#options.unknownModels !== "skip") return undefined;
    const named = this.#evaluator.evaluate(entry.model);
    if (typeof named !== "string") return undefined;
    const why =
      modelsNamed(named).length === 0
        ? `Postern has no model ${JSON.stringify(named)}`
        : this.#unsupportedReference(entry);
    if (why === undefined) return undefined;
    if (entry.id !== undefined) this.#unsupported.add(entry.id);
    const open = GUARDS.has(named.toLowerCase()) ? "; what it would ask of people is not asked" : "";
    const what = `${why}: this entry of ${named} is left out${open}`;
    this.#warnings.push({ ...this.#blueprint.position(entry.node), what });
    return { model: named, action: "unsupported", why };
  }

  /** What an entry refers to that is not there; the first of it. */
  #unsupportedReference(entry: BlueprintEntry): string | undefined {
    for (const node of nodesOf(entry.node)) {
      if (node.kind === "scalar" && node.tag === "!KeyOf" && this.#unsupported.has(node.source))
        return `it refers to ${JSON.stringify(node.source)}, which is left out`;
      const model = findsModel(node);
      if (model !== undefined && modelsNamed(model).length === 0)
        return `it looks for an object of ${model}, a model that Postern does not have`;
    }
    return undefined;
  }

  #entry(entry: BlueprintEntry): { model: string; pk?: Pk; action: Action } {
    const named = this.#evaluator.evaluate(entry.model);
    const problem =
      typeof named === "string" ? modelProblem(named) : { what: "the model is not a text", hint: "" };
    if (problem !== undefined) throw this.#fail(entry.model, problem.what, problem.hint);
    const name = (named as string).toLowerCase() as ModelName;
    if (!entry.conditions.every((condition) => isTruthy(this.#evaluator.evaluate(condition)))) {
      return { model: name, action: "skipped" };
    }
    const draft = new EntryDraft(this.#blueprint, entry, name);
    const state = this.#state(entry);
    const identifiers = this.#values(entry.identifiers, draft, "identifiers");
    const existing = this.#existing(draft, identifiers);
    if (state === "absent") {
      if (existing === undefined) return { model: name, action: "absent" };
      this.#guard(draft, () => this.#tx.delete(name, existing.pk));
      return { model: name, pk: existing.pk, action: "deleted" };
    }
    const attrs = this.#values(entry.attrs, draft, "attrs");
    if (existing !== undefined) {
      if (state === "created") return { model: name, pk: existing.pk, action: "kept" };
      if (state === "must_created") {
        const hint = "use state: present to change it, or created to leave it alone";
        throw this.#fail(entry.node, "State is set to must_created and object exists already", hint);
      }
    }
    return this.#guard(draft, () => this.#write(draft, existing, { ...attrs, ...identifiers }));
  }

  #state(entry: BlueprintEntry): State {
    const state = entry.state === null ? "present" : this.#evaluator.evaluate(entry.state);
    const found = STATES.find((known) => known === state);
    if (found !== undefined) return found;
    throw this.#fail(
      entry.state,
      `there is no state ${JSON.stringify(state)}`,
      `use one of: ${STATES.join(", ")}`,
    );
  }

  /** The values of `attrs` or `identifiers`, numbers spelled as their fields want them, unknown fields reported. */
  #values(node: YamlNode, draft: EntryDraft, what: string): JsonObject {
    const value = node === null ? {} : this.#evaluator.evaluate(node);
    if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Spelled) {
      throw this.#fail(node, `${what} have to be a map of fields and values`);
    }
    const values: JsonObject = {};
    const unknown: Problem[] = [];
    for (const [field, item] of Object.entries(value)) {
      if (draft.hasField(field)) values[field] = this.#rewritePks(settle(draft.model, field, item));
      else unknown.push(draft.problem(field, [], `${draft.name} has no field ${JSON.stringify(field)}`));
    }
    if (unknown.length > 0 && (this.#options.unknownFields !== "warn" || what === "identifiers")) {
      throw new BlueprintError(this.#blueprint.file, unknown);
    }
    this.#warnings.push(...unknown);
    return values;
  }

  #rewritePks(value: JsonValue): JsonValue {
    if (typeof value === "string") return this.#realPks.get(value) ?? value;
    return Array.isArray(value) ? value.map((item) => this.#rewritePks(item)) : value;
  }

  /** The object that an entry is about: the one with its pk, or else the one that all other identifiers fit. */
  #existing(draft: EntryDraft, identifiers: JsonObject): AnyRow | undefined {
    const { pk, ...others } = identifiers;
    if (pk === undefined && Object.keys(others).length === 0) {
      const hint = "say by which fields the object is found: identifiers: {name: …}";
      throw this.#fail(draft.entry.node, "No or invalid identifiers", hint);
    }
    const wanted = Object.entries(others).map(([field, value]) => [
      field,
      shapeField(draft.model, field, value),
    ]);
    const shapedPk = pk === undefined ? undefined : shapePk(draft.model, pk);
    const rows = this.#tx.list(draft.name) as unknown as AnyRow[];
    const found =
      rows.find((row) => row.pk === shapedPk) ??
      (wanted.length === 0
        ? undefined
        : rows.find((row) =>
            wanted.every(([field, value]) => {
              const own = row[field as string];
              const isMapping = typeof value === "object" && value !== null && !Array.isArray(value);
              return isMapping ? containsJson(own, value) : sameJson(own, value);
            }),
          ));
    if (found !== undefined && typeof pk === "string" && pk !== found.pk) this.#realPks.set(pk, found.pk);
    return found;
  }

  #write(
    draft: EntryDraft,
    existing: AnyRow | undefined,
    values: JsonObject,
  ): { model: string; pk: Pk; action: Action } {
    const { name, model } = draft;
    const { pk: givenPk, users, ...given } = values;
    const isGroup = name === "authentik_core.group";
    const fields = this.#withPassword(name, given, existing);
    this.#compile(draft, fields, existing);
    let row: AnyRow;
    let action: Action;
    if (existing === undefined) {
      const pk = givenPk === undefined ? {} : { pk: givenPk };
      row = this.#tx.insert(name, { ...fields, ...pk } as NewRow<typeof name>) as unknown as AnyRow;
      action = "created";
    } else {
      const { pk, ...before } = existing;
      const after = shapeRow(model, { ...before, ...fields }, pk);
      const changed = !sameJson(before, after);
      row = changed
        ? (this.#tx.update(name, pk, fields as Partial<Row<typeof name>>) as unknown as AnyRow)
        : existing;
      action = changed ? "updated" : "unchanged";
      if (name === "authentik_core.user" && after.password !== before.password)
        endSessions(this.#tx, pk as number);
    }
    if (
      isGroup &&
      users !== undefined &&
      this.#setMembers(row.pk as string, users) &&
      action === "unchanged"
    ) {
      action = "updated";
    }
    return { model: name, pk: row.pk, action };
  }

  /** A user's password is written plainly in a blueprint and kept as a hash. */
  #withPassword(name: ModelName, fields: JsonObject, existing: AnyRow | undefined): JsonObject {
    if (name !== "authentik_core.user" || typeof fields.password !== "string" || fields.password === "")
      return fields;
    const before = existing?.password;
    if (typeof before === "string" && verifyPassword(fields.password, before))
      return { ...fields, password: before };
    return {
      password_change_date: new Date().toISOString(),
      ...fields,
      password: hashPassword(fields.password),
    };
  }

  #compile(draft: EntryDraft, fields: JsonObject, existing: AnyRow | undefined): void {
    const name = fields.name ?? existing?.name;
    for (const field of draft.model.expressions) {
      const source = fields[field];
      if (typeof source !== "string" || source.trim() === "") continue;
      try {
        this.#options.validateExpression?.(source, typeof name === "string" ? name : draft.name);
      } catch (error) {
        const what = `${field}: Expression Syntax Error: ${(error as Error).message}`;
        const place = draft.placeInText(field, error as { line?: unknown; column?: unknown });
        throw new BlueprintError(this.#blueprint.file, [{ ...draft.problem(field, [], what), ...place }]);
      }
    }
  }

  /** Makes exactly these users members of a group; whether that changed anything. */
  #setMembers(group: string, users: JsonValue): boolean {
    const wanted = Array.isArray(users) ? users : [users];
    for (const [index, pk] of wanted.entries()) {
      if (this.#tx.get("authentik_core.user", pk as Pk) !== undefined) continue;
      const message = `Invalid pk "${String(pk)}" - object does not exist.`;
      throw new ValidationError("authentik_core.group", [
        { field: "users", path: [index], message, code: "does_not_exist" },
      ]);
    }
    let changed = false;
    for (const user of this.#tx.list("authentik_core.user")) {
      const isMember = user.groups.includes(group);
      if (isMember === wanted.includes(user.pk)) continue;
      const groups = isMember ? user.groups.filter((pk) => pk !== group) : [...user.groups, group];
      this.#tx.update("authentik_core.user", user.pk, { groups });
      changed = true;
    }
    return changed;
  }

  #keyOf(id: string): { pk: Pk } | { missing: string; hint?: string } {
    const pk = this.#applied.get(id);
    if (pk !== undefined) return { pk };
    if (this.#skipped.has(id)) {
      return {
        missing: "the entry with this id has no object",
        hint: "its conditions were not met, or it was deleted",
      };
    }
    const later = this.#blueprint.entries.find((entry) => entry.id === id);
    if (later !== undefined) {
      const { line } = this.#blueprint.position(later.node);
      return {
        missing: "the entry with this id stands later",
        hint: `move the entry of line ${line} before this one`,
      };
    }
    const ids = this.#blueprint.entries.flatMap((entry) => entry.id ?? []);
    const meant = closest(id, ids);
    return {
      missing: "there is no entry with this id",
      ...(meant === undefined ? {} : { hint: `did you mean ${meant}?` }),
    };
  }

  #find(model: string, conditions: readonly (readonly [string, JsonValue])[]): JsonObject | undefined {
    for (const name of modelsNamed(model)) {
      const row = findRow(this.#tx, name, conditions);
      if (row !== undefined) return without(row, new Set(modelOf(name).secrets));
    }
    return undefined;
  }

  /** Runs a change of the store; its errors come out with their places. */
  #guard<T>(draft: EntryDraft, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof ValidationError)
        throw new BlueprintError(this.#blueprint.file, draft.problems(error));
      if (error instanceof ProtectedError) throw this.#fail(draft.entry.node, error.message);
      throw error;
    }
  }

  #fail(node: YamlNode, what: string, hint?: string): BlueprintError {
    const place = this.#blueprint.position(node);
    return new BlueprintError(this.#blueprint.file, [{ ...place, what, ...(hint ? { hint } : {}) }]);
  }
}

function without(object: JsonObject, keys: { has(key: string): boolean }): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.has(key)));
}
