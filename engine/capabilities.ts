// What an evaluation may ask of its embedder: each group is granted by being there, and absent ones raise in the expression.
import type { JsonObject, JsonValue } from "./types.ts";

/** A policy's answer as `ak_call_policy` gives it to the caller. */
export interface PolicyAnswer {
  readonly passing: boolean;
  readonly messages: readonly string[];
  readonly rawResult: JsonValue;
}

/** One HTTP exchange that an expression asks for through `requests`. Redirects come as calls of their own. */
export interface HttpCall {
  /** Upper case. */
  readonly method: string;
  /** Absolute, `http` or `https`, percent-encoded as it is to be sent; without credentials and fragment. */
  readonly url: string;
  /** In the order and spelling requests would send them; values hold Latin-1 characters only, and may be secrets. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Bytes in base64; null sends none. */
  readonly body: string | null;
  /** Seconds to wait for a connection, and for the answer after it; null leaves them to the embedder. */
  readonly connectTimeout: number | null;
  readonly readTimeout: number | null;
}

/** The answer to an {@link HttpCall}, of any status. */
export interface HttpAnswer {
  readonly status: number;
  /** `Not Found`. */
  readonly reason: string;
  /** One entry for each header line. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Bytes in base64, decoded as `content-encoding` says. */
  readonly body: string;
  /** From the request to the answer's head, milliseconds. */
  readonly elapsedMs: number;
}

/** What an expression asks a name service for. */
export interface NameService {
  /** A host's addresses, of one version or (null) of both; none where it has none. */
  resolve(host: string, version: 4 | 6 | null): Promise<readonly string[]>;
  /** The host name of an address; null where it has none. */
  reverse(ip: string): Promise<string | null>;
}

/** A mail that an expression asks to be sent (`ak_send_email`). */
export interface EmailCall {
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly subject: string;
  /** Plain text or HTML; null where a template makes it. */
  readonly body: string | null;
  /** Name of a template. */
  readonly template: string | null;
  /** Name of the email stage whose settings are to be used; null for the global ones. */
  readonly stage: string | null;
  /** What the template sees; null without one. */
  readonly context: JsonObject | null;
}

/** A token that an expression asks for (`ak_create_jwt`, `ak_create_jwt_raw`). */
export type JwtCall =
  | {
      readonly kind: "access_token";
      /** Name of the OAuth2 provider. */
      readonly provider: string;
      readonly user: { readonly pk: JsonValue; readonly username: string };
      readonly scopes: readonly string[];
      readonly validSeconds: number;
    }
  | {
      readonly kind: "raw";
      readonly provider: string;
      /** To be signed as they are, with `exp` and `aud` added. */
      readonly claims: JsonObject;
      readonly validSeconds: number;
    };

/** A condition on the rows of a {@link ModelQuery}. */
export interface ModelFilter {
  /** Fields and relations to follow, then keys into a JSON document: `["groups", "attributes", "team"]`. `pk` is any model's key. */
  readonly path: readonly string[];
  /** Django's name of the comparison: `exact`, `iexact`, `in`, `contains`, `gt`, `isnull`, `has_key` … */
  readonly lookup: string;
  /** Rows are given as their keys, dates and times as ISO texts in UTC. */
  readonly value: JsonValue;
  /** Rows that fit are not wanted. A row where the comparison knows no answer (null) must be kept. */
  readonly negated: boolean;
}

/** Which rows of one of authentik's models an expression asks for. */
export interface ModelQuery {
  /** As authentik names it: `authentik_core.user`. */
  readonly model: string;
  /**
   * All hold for every wanted row. More rows than fit may be given, the expression compares again; so filters may be
   * ignored, at the price of the rows that cross. Over a relation to many rows, one of them has to fit.
   */
  readonly filters: readonly ModelFilter[];
  /** Paths with `__` between their parts, `-` first where descending. May be ignored. */
  readonly order: readonly string[];
  /** How many rows are enough; only where all filters and the order were obeyed. */
  readonly limit: number | null;
}

/** A change an expression asks for. Answered with the rows as they are afterwards, as a query gives them. */
export type ModelWrite =
  | { readonly op: "create"; readonly model: string; readonly values: JsonObject }
  | {
      readonly op: "update";
      readonly model: string;
      readonly keys: readonly JsonValue[];
      readonly values: JsonObject;
    }
  | { readonly op: "delete"; readonly model: string; readonly keys: readonly JsonValue[] }
  /** Relates rows of `field`, seen from either side (`groups` of a user, `users` of a group). */
  | {
      readonly op: "relate";
      readonly model: string;
      readonly pk: JsonValue;
      readonly field: string;
      readonly action: "add" | "remove" | "set" | "clear";
      readonly keys: readonly JsonValue[];
    };

/** Rows of authentik's models. */
export interface ModelsCapability {
  /**
   * Rows as JSON: `pk`, columns, foreign keys and relations to many as keys or as rows of their own. No credentials; a
   * user's `password_usable` says whether there is one. What a row leaves out of a relation is asked for when it is needed.
   */
  query(query: ModelQuery): Promise<readonly JsonObject[]>;
  /**
   * Changes rows, all or nothing. Absent: nothing can be changed. `password` among a user's values is the password itself,
   * to be hashed; null makes it unusable. Errors named `django.db.utils.IntegrityError`, `django.db.models.deletion.ProtectedError`
   * or `django.core.exceptions.ValidationError` are these exceptions in the expression.
   */
  write?(change: ModelWrite): Promise<readonly JsonObject[]>;
  /** Whether a user has this password. Absent: it cannot be asked. */
  checkPassword?(user: number, password: string): Promise<boolean>;
}

/**
 * Functions the embedder grants. They run in the embedder's process, as asynchronous as they like; the evaluation waits,
 * within {@link Limits.hostMs} and {@link Limits.hostCalls}. An error that one throws on purpose has a `name` that is none of
 * JavaScript's own: it becomes the Python exception of that name (`RuntimeError` where there is none) with the error's
 * message, which the expression's author can read. Any other (an `Error`, a `TypeError`, one of the system's) may name paths
 * and addresses: the expression sees a `RuntimeError` without them, the embedder `EngineOptions.onHostError`. They must not wait for other evaluations of the same
 * engine, whose workers may all be waiting for an answer themselves.
 */
export interface Capabilities {
  /**
   * `requests`. An error named `requests.exceptions.ConnectionError`, `….ConnectTimeout`, `….ReadTimeout`, `….SSLError`,
   * `….InvalidURL` and so on is that exception in the expression.
   */
  readonly http?: (call: HttpCall) => Promise<HttpAnswer>;
  /** `resolve_dns`, `reverse_dns`. An error named `OSError` counts as no answer. */
  readonly dns?: NameService;
  /**
   * `ak_send_email`: true when the mail was taken. An error named `ValueError` or `ConnectionError` is False in the
   * expression.
   */
  readonly email?: (mail: EmailCall) => Promise<boolean>;
  /** `ak_create_jwt`, `ak_create_jwt_raw`: the token; null where there is no provider of that name. */
  readonly jwt?: (call: JwtCall) => Promise<string | null>;
  /** `ak_user_by`, `User.objects` and the like. */
  readonly models?: ModelsCapability;
  /** A policy by name, for `ak_call_policy`: its source, which runs in the caller's sandbox, or its answer; null: no such policy. */
  readonly policies?: (name: string) => Promise<{ readonly source: string } | PolicyAnswer | null>;
}
