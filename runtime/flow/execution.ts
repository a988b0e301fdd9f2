// A flow in progress as a library's caller holds it: follows redirects to the same flow, like a browser would.
import type { JsonObject } from "../../engine/types.ts";
import { FlowFinished, FlowLoop } from "../errors.ts";
import type { Challenge } from "./challenge.ts";
import type { FlowAnswer, FlowExecutor, FlowRequest } from "./executor.ts";
import type { HttpRequestInput } from "./http-request.ts";
import type { Login } from "./stage.ts";

/** Redirects to the flow itself that are followed without a challenge between them. */
const HOPS = 25;

/** One run of a flow. */
export class Execution {
  readonly slug: string;
  readonly #executor: FlowExecutor;
  #session: string | null;
  #status: 200 | 302;
  #challenge: Challenge;
  /** What the stages did last to the browser's login: null is out, undefined nothing. */
  #login: Login | null | undefined;
  private constructor(slug: string, executor: FlowExecutor, answer: Shown) {
    this.slug = slug;
    this.#executor = executor;
    this.#session = answer.session;
    this.#status = 200;
    this.#challenge = answer.challenge;
    this.#login = answer.login;
  }

  /** Continues after an answer of the executor, up to the first challenge. */
  static async from(slug: string, executor: FlowExecutor, answer: FlowAnswer): Promise<Execution> {
    return new Execution(slug, executor, await follow(slug, executor, answer));
  }

  /** What the client is shown now, in authentik's wire format. */
  get challenge(): Challenge {
    return this.#challenge;
  }

  /** Id under which the flow can be resumed, here or in another process; null when it has ended. */
  get session(): string | null {
    return this.#session;
  }

  /** Whether the flow has ended: passed (`xak-flow-redirect`) or denied (`ak-stage-access-denied`). */
  get finished(): boolean {
    return this.#session === null;
  }

  /** The user whom the flow has logged in, if it has. */
  get login(): Login | null {
    return this.#login ?? null;
  }

  /** Whether the flow has logged out whoever sent the requests, and nobody in since. */
  get loggedOut(): boolean {
    return this.#login === null;
  }

  /** What HTTP would have answered to the last request: 302 when it led to the next stage. */
  get status(): 200 | 302 {
    return this.#status;
  }

  /**
   * Answers the challenge. Resolves with the next one: the next stage's, the same one with `response_errors`, or an end.
   *
   * @throws FlowFinished when the flow has ended; TypeError when the response is not a JSON object.
   */
  async respond(
    response: JsonObject,
    options: { readonly http?: HttpRequestInput } = {},
  ): Promise<Challenge> {
    if (response === null || typeof response !== "object" || Array.isArray(response)) {
      throw new TypeError("a response must be an object: a value for each field of the challenge");
    }
    return this.#request({ method: "POST", response: { data: response, form: false }, http: options.http });
  }

  /** Asks for the current challenge again, as a reloaded page does. */
  refresh(options: { readonly http?: HttpRequestInput } = {}): Promise<Challenge> {
    return this.#request({ method: "GET", http: options.http });
  }

  /** Gives the flow up. */
  async cancel(): Promise<void> {
    if (this.#session !== null) await this.#executor.cancel(this.#session);
    this.#session = null;
  }

  async #request(request: FlowRequest): Promise<Challenge> {
    if (this.#session === null) throw new FlowFinished(this.slug);
    const answer = await this.#executor.request(this.#session, request);
    this.#status = answer.status;
    const last = await follow(this.slug, this.#executor, answer, request.http);
    this.#session = last.session;
    this.#challenge = last.challenge;
    if (last.login !== undefined) this.#login = last.login;
    return last.challenge;
  }
}

/** An answer with a challenge. */
type Shown = FlowAnswer & { readonly challenge: Challenge };

async function follow(
  slug: string,
  executor: FlowExecutor,
  first: FlowAnswer,
  http?: HttpRequestInput,
): Promise<Shown> {
  let answer = first;
  let { login } = first;
  for (let hop = 0; hop < HOPS; hop += 1) {
    const { challenge, session } = answer;
    if (challenge !== null) {
      return { ...answer, challenge, ...(login !== undefined && { login }) };
    }
    if (session === null) break;
    // The same client asks on: policies of the next stage see the request of now, not the one that started the flow.
    answer = await executor.request(session, { method: "GET", http });
    if (answer.login !== undefined) ({ login } = answer);
  }
  throw new FlowLoop(slug, HOPS);
}
