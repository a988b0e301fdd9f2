// The shape of the context that an expression is given at a site, as a JSON Schema: for who writes one by hand. Made of the same
// tables as the stubs. Other members, and null, are always allowed: what stands in a context is the author's.
import { models } from "../expressions/models/model.ts";
import { contextKeys, PLACES, presence } from "../expressions/places.ts";
import { namesAt, type Site } from "../expressions/sites.ts";
import type { ContextSchema } from "./json-schema.ts";
import { RECORDS, rowTypes } from "./stubs.ts";

/** Names of a policy that are made of its request, so that no context has them. */
const MADE_OF_REQUEST: ReadonlySet<string> = new Set([
  "context",
  "http_request",
  "ak_client_ip",
  "ak_is_sso_flow",
]);
/** Values that are there whatever the context. */
const OF_THE_RUNTIME: ReadonlySet<string> = new Set(["requests", "ak_logger", "SkipObject"]);
const PLAIN: Readonly<Record<string, NonNullable<ContextSchema["type"]>>> = {
  str: "string",
  UUID: "string",
  datetime: "string",
  bool: "boolean",
  int: "integer",
  QueryDict: "object",
};

class Shapes {
  readonly #site: Site;
  readonly #defs = new Map<string, ContextSchema>();
  constructor(site: Site) {
    this.#site = site;
  }

  get whole(): ContextSchema {
    const names = [...namesAt(this.#site).values()].filter(
      ({ name, parameters }) =>
        parameters === undefined &&
        !OF_THE_RUNTIME.has(name) &&
        !(this.#site === "policy" && MADE_OF_REQUEST.has(name)),
    );
    const properties = Object.fromEntries(
      names.map(({ name, type, doc }) => [name, { ...this.#of(type), description: doc }]),
    );
    return { type: "object", properties, $defs: Object.fromEntries(this.#defs) };
  }

  /** The schema of a type in Python's notation; one that is not known says nothing. */
  #of(type: string): ContextSchema {
    const [one = "None", ...others] = type.split(" | ").filter((part) => part !== "None");
    if (others.length > 0) return {};
    if (one !== type) return this.#of(one);
    if (type.startsWith("dict[")) return { type: "object" };
    const [, item] = /^(?:list|QuerySet)\[(.*)\]$/.exec(type) ?? [];
    if (item !== undefined) return { type: "array", items: this.#of(item) };
    if (Object.hasOwn(PLAIN, type)) return { type: PLAIN[type] as NonNullable<ContextSchema["type"]> };
    return this.#record(type);
  }

  #record(name: string): ContextSchema {
    const attributes = name === "Context" ? undefined : (RECORDS[name] ?? this.#row(name));
    if (attributes === undefined && name !== "Context") return {};
    if (!this.#defs.has(name)) {
      // There before its members are: they may lead back to it.
      this.#defs.set(name, {});
      const members =
        attributes === undefined
          ? this.#contextKeys()
          : Object.entries(attributes).map(([key, type]): [string, ContextSchema] => [key, this.#of(type)]);
      this.#defs.set(name, { type: "object", properties: Object.fromEntries(members) });
    }
    return { $ref: `#/$defs/${name}` };
  }

  #row(name: string): Readonly<Record<string, string>> | undefined {
    const model = [...models.values()].find((each) => each.name === name);
    return model && Object.fromEntries(rowTypes(model));
  }

  #contextKeys(): [string, ContextSchema][] {
    const places = PLACES.filter(({ site }) => site === this.#site).map(({ place }) => place);
    const isThere = (key: string): boolean =>
      places.some((place) => (presence(key, place) ?? "never") !== "never");
    return contextKeys
      .filter(({ key }) => isThere(key))
      .map(({ key, type, doc }) => [key, { ...this.#of(type), description: doc }]);
  }
}

/** The schema of contexts at a site. */
export function contextSchema(site: Site): ContextSchema {
  return new Shapes(site).whole;
}
