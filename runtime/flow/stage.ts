// What a stage is to the executor: a view that answers GET and POST, and says how the flow goes on.
import type { JsonObject } from "../../engine/types.ts";
import type { Services } from "../services.ts";
import type { ModelName, Row, Transaction } from "../store/contract.ts";
import type { Person } from "../users/person.ts";
import type { ShownUser, StageChallenge } from "./challenge.ts";
import type { HttpRequestData } from "./http-request.ts";
import type { Plan } from "./plan.ts";
import type { ResponseErrors } from "./response-errors.ts";

/** A user whom a stage logs in: the browser that runs the flow is theirs from now on. */
export interface Login {
  /** pk of the user. */
  readonly user: number;
  /** How long the browser stays logged in; 0: as long as it is open. */
  readonly seconds: number;
  /** Whether the user's other browser sessions end. */
  readonly terminateOthers: boolean;
}

/** A cookie that a stage leaves with the client. The server makes it `HttpOnly`, `SameSite=Lax` and, on https, `Secure`. */
export interface ClientCookie {
  readonly name: string;
  readonly value: string;
  /** How long the client keeps it. */
  readonly seconds: number;
}

/** What one request of a stage leads to. */
export type StageOutcome =
  /** Show this. With `errors` (also empty ones) the response was looked at, but the stage is not done. */
  | { readonly kind: "challenge"; readonly challenge: StageChallenge; readonly errors?: ResponseErrors }
  /** The response is refused: shown again, or the flow restarts, as the binding's `invalid_response_action` says. */
  | { readonly kind: "rejected"; readonly challenge: StageChallenge; readonly errors: ResponseErrors }
  /**
   * The stage is done. `commit` runs in the very transaction that takes the stage off the plan, so both happen or
   * neither; an outcome it returns replaces this one, and it must then have changed nothing. `committed` is called
   * once, when that transaction is durable.
   */
  | {
      readonly kind: "done";
      readonly commit?: (tx: Transaction) => StageOutcome | undefined;
      readonly committed?: () => void;
      /** Who the browser that runs the flow belongs to from now on; null: it is logged out. */
      readonly login?: Login | null;
      readonly cookies?: readonly ClientCookie[];
    }
  /** The stage cannot be passed: access denied, or restart. */
  | { readonly kind: "invalid"; readonly message?: string };

/** What a stage's view works with during one request. */
export interface StageContext<M extends ModelName = ModelName> {
  readonly services: Services;
  readonly stage: Row<M>;
  /** May be changed; changes are kept when the request ends without an exception. */
  readonly plan: Plan;
  readonly flow: Row<"authentik_flows.flow">;
  /** The pending user, else the request's user, else nobody. */
  readonly user: Person | null;
  /** The pending user. */
  readonly pending: Person | null;
  /** The user who sends the requests. */
  readonly requestUser: Person | null;
  readonly shownUser: ShownUser;
  readonly http: HttpRequestData;
  /** The page's query string. */
  readonly query: { readonly [key: string]: string };
  /** The client's cookies. Credentials: for the stage itself, never for expressions or records. */
  readonly cookies: { readonly [name: string]: string };
  /** pk of the client's `postern.session`, where it has one. */
  readonly browser: string | null;
  /** Names this request. It stays the same when the request is served again because another one wrote first. */
  readonly requestKey: string;
  /**
   * Makes the changes of the plan durable, together with what `work` writes: before something is done that cannot be
   * undone (sending a message), or where something else has to change along. Throws `SessionConflict` when another
   * request wrote first; let it pass.
   */
  checkpoint<T = void>(work?: (tx: Transaction) => T): Promise<T>;
  /**
   * Changes the plan as it is stored now, together with what `work` writes, also where another request wrote first:
   * for what became true meanwhile. `change` finds its place in the plan by itself, and may be called twice.
   */
  amend(change: (plan: Plan) => void, work?: (tx: Transaction) => void): Promise<void>;
}

/** What the client answered; own keys only, unknown ones are ignored. */
export interface StageResponse {
  readonly data: JsonObject;
  /** The answer came as a form, where an unticked checkbox is simply absent. */
  readonly form: boolean;
}

/** A stage's behaviour. */
export interface StageView<M extends ModelName = ModelName> {
  get(context: StageContext<M>): Promise<StageOutcome>;
  post(context: StageContext<M>, response: StageResponse): Promise<StageOutcome>;
}
