// Stubs (`.pyi`) of what an expression sees, for editors: names from the table of sites, classes from the runtime's own models.
// First, and in this order, as in the guest: the object model's files need one another.
import "../python/abi.ts";
import "../python/library.ts";
import "../expressions/library.ts";
import { type Field, type Model, models } from "../expressions/models/model.ts";
import { querySetType } from "../expressions/models/queryset.ts";
import {
  contextKeys,
  namesAtPlace,
  PLACES,
  type Place,
  placeEntry,
  presence,
} from "../expressions/places.ts";
import { responseType } from "../expressions/requests/response.ts";
import { sessionType } from "../expressions/requests/session.ts";
import type { SiteName } from "../expressions/sites.ts";
import { PyBuiltin } from "../python/function.ts";
import type { PyType } from "../python/object.ts";

/** Attributes of objects that are no rows: name and type. What the guest makes has all of them (the test asks it). */
export const RECORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PolicyRequest: {
    user: "User",
    http_request: "HttpRequest",
    obj: "Any",
    context: "Context",
    debug: "bool",
  },
  HttpRequest: {
    META: "dict[str, str]",
    GET: "QueryDict",
    POST: "QueryDict",
    COOKIES: "dict[str, str]",
    headers: "dict[str, str]",
    path: "str",
    method: "str",
    session: "dict[str, Any]",
    user: "User",
    brand: "Brand",
    request_id: "str",
  },
  FlowPlan: { context: "dict[str, Any]", bindings: "list[Any]", flow_pk: "str" },
};
/** What rows of a user have besides the model's fields. */
export const USER: Readonly<Record<string, string>> = {
  is_superuser: "bool",
  is_authenticated: "bool",
  is_anonymous: "bool",
  uid: "str",
};

const FIXED = `class QueryDict(dict[str, str]):
    def getlist(self, key: str) -> list[str]: ...

class PolicyResult:
    passing: bool
    messages: tuple[str, ...]
    raw_result: Any

class BoundLogger:
    def debug(self, event: str, **kwargs: Any) -> None: ...
    def info(self, event: str, **kwargs: Any) -> None: ...
    def warning(self, event: str, **kwargs: Any) -> None: ...
    def error(self, event: str, **kwargs: Any) -> None: ...
`;
/** Types of other systems' objects, which the table names and whose attributes are not ours to say. */
const OPAQUE = ["Element", "Packet", "OAuthClient", "Endpoint", "Device"];

const TYPES: Readonly<Record<string, string>> = {
  BooleanField: "bool",
  IntegerField: "int",
  PositiveIntegerField: "int",
  AutoField: "int",
  JSONField: "Any",
  DateTimeField: "datetime",
  UUIDField: "UUID",
};

function typeOf({ name, type, null: nullable, relation }: Field): string {
  if (relation === undefined) {
    const plain = name === "attributes" ? "dict[str, Any]" : (TYPES[type] ?? "str");
    return nullable ? `${plain} | None` : plain;
  }
  const target = models.get(relation.to)?.name ?? "Any";
  if (relation.many) return `QuerySet[${target}]`;
  return nullable ? `${target} | None` : target;
}

const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]*$/;
/** Methods and computed attributes of a class, as the runtime defines them; `taken` are declared otherwise. */
function members(type: PyType, taken: ReadonlySet<string>): string[] {
  const lines: string[] = [];
  for (const [name, value] of type.dict) {
    if (!IDENTIFIER.test(name) || taken.has(name) || /^[A-Z]/.test(name)) continue;
    const isMethod = value instanceof PyBuiltin;
    lines.push(
      isMethod ? `    def ${name}(self, *args: Any, **kwargs: Any) -> Any: ...` : `    ${name}: Any`,
    );
  }
  return lines;
}

function body(head: string, lines: readonly string[]): string {
  return lines.length === 0 ? `${head} ...\n` : `${head}\n${lines.join("\n")}\n`;
}

/** What a row of a model has: name and type. */
export function rowTypes(model: Model): Map<string, string> {
  const own = new Map([...model.fields.values()].map((field) => [field.name, typeOf(field)]));
  own.set("pk", TYPES[model.pk.type] ?? "str");
  if (model.name === "User") for (const [name, type] of Object.entries(USER)) own.set(name, type);
  return own;
}

function modelClass(model: Model): string {
  const own = rowTypes(model);
  return body(`class ${model.name}:`, [
    `    """A row of ${model.label}."""`,
    ...[...own].map(([name, type]) => `    ${name}: ${type}`),
    ...members(model.type, new Set(own.keys())),
  ]);
}

/** Classes, whatever the place. */
function classes(): string {
  const records = Object.entries(RECORDS).map(([name, attributes]) =>
    body(`class ${name}:`, [
      ...Object.entries(attributes).map(([attribute, type]) => `    ${attribute}: ${type}`),
      ...(name === "FlowPlan" ? ["    def redirect(self, destination: str) -> None: ..."] : []),
      ...(name === "HttpRequest"
        ? [
            "    def get_host(self) -> str: ...",
            "    def build_absolute_uri(self, location: str | None = None) -> str: ...",
          ]
        : []),
    ]),
  );
  const querySet = body("class QuerySet(Generic[T]):", [
    "    def __iter__(self) -> Iterator[T]: ...",
    "    def __len__(self) -> int: ...",
    "    def first(self) -> T | None: ...",
    "    def last(self) -> T | None: ...",
    "    def get(self, *args: Any, **kwargs: Any) -> T: ...",
    "    def exists(self) -> bool: ...",
    "    def count(self) -> int: ...",
    ...["all", "filter", "exclude", "order_by", "distinct", "reverse"].map(
      (name) => `    def ${name}(self, *args: Any, **kwargs: Any) -> QuerySet[T]: ...`,
    ),
    ...members(
      querySetType,
      new Set("first last get exists count all filter exclude order_by distinct reverse".split(" ")),
    ),
  ]);
  return [
    FIXED,
    ...OPAQUE.map((name) => `class ${name}: ...\n`),
    querySet,
    body("class Session:", members(sessionType, new Set())),
    body("class Response:", members(responseType, new Set())),
    ...records,
    ...[...models.values()].map(modelClass),
  ].join("\n");
}

/** `context` of a place: a dict that knows the types of the keys that are there; others are the author's own. */
function contextClass(place: Place): string {
  const rows = contextKeys.filter(({ key }) => (presence(key, place) ?? "never") !== "never");
  const overload = (key: string, type: string): string[] => [
    "    @overload",
    `    def __getitem__(self, key: ${key}, /) -> ${type}: ...`,
  ];
  const known = rows.flatMap(({ key, type }) => overload(`Literal[${JSON.stringify(key)}]`, type));
  return body(
    "class Context(dict[str, Any]):",
    known.length === 0 ? [] : [...known, ...overload("str", "Any")],
  );
}

function name({ name: own, parameters, type, doc, optional, capability }: SiteName): string {
  const text = [
    doc,
    capability === undefined ? "" : `Needs the grant \`${capability}\`.`,
    optional ? "Not always there." : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
  if (parameters !== undefined) return `def ${own}${parameters} -> ${type}:\n    """${text}"""\n    ...\n`;
  const typed = own === "context" ? "Context" : type;
  return `${own}: ${typed}\n"""${text}"""\n`;
}

const HEAD = `from collections.abc import Iterator
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, Generic, Literal, TypeVar, overload
from uuid import UUID

T = TypeVar("T")
`;

/** The stub of one place, as a module. */
export function expressionStub(place: Place): string {
  const { title, doc } = placeEntry(place);
  return [
    `"""What an expression sees at ${title}. ${doc}\n\nWritten by \`postern stubs\`.\n"""\n`,
    HEAD,
    contextClass(place),
    classes(),
    ...namesAtPlace(place).map(name),
  ].join("\n");
}

/** The stubs of all places, by place. */
export function expressionStubs(): Map<Place, string> {
  return new Map(PLACES.map(({ place }) => [place, expressionStub(place)]));
}
