// A server on a real socket, and browsers and programs that talk to it. Every answer goes past the judge.
import { randomUUID } from "node:crypto";
import { sign } from "@fastify/cookie";
import { Configuration, type ConfigurationParameters } from "@goauthentik/api";
import { createEngine, type Engine } from "../../engine/index.ts";
import {
  createRuntime,
  memoryStore,
  type Runtime,
  type RuntimeOptions,
  type Store,
} from "../../runtime/index.ts";
import { heldRow } from "../../runtime/store/held-row.ts";
import { createLogger, createServer, type Server, type ServerSettingsInput } from "../../server/index.ts";
import { createToken } from "../../server/tokens.ts";
import { faults } from "./judge.ts";

/** What a test may choose. */
export interface Choices {
  readonly engine?: Engine;
  readonly store?: Store;
  /** A runtime that is there already, with its engine and store; the test closes them. */
  readonly on?: {
    readonly runtime: Runtime;
    readonly engine: Engine;
    readonly store: Store;
    readonly time?: { now: number };
  };
  /** Whether to make `akadmin`; not where another server on the same store did. Default true. */
  readonly admin?: boolean;
  readonly settings?: Partial<ServerSettingsInput>;
  readonly runtime?: Partial<RuntimeOptions>;
  readonly blueprint?: string;
  /** Values for the blueprint's `!Context`. */
  readonly context?: { readonly [key: string]: string };
}

/** A running server. */
export interface Running {
  readonly url: string;
  readonly store: Store;
  readonly runtime: Runtime;
  readonly engine: Engine;
  readonly server: Server;
  /** API token of `akadmin`, a superuser. */
  readonly token: string;
  /** pk of `akadmin`. */
  readonly admin: number;
  /** Log lines so far, parsed. */
  readonly logs: { [key: string]: unknown }[];
  /** A program with the given token, by default the administrator's; null: without one. */
  client(token?: string | null): Client;
  /** A browser, with the session of this user where one is named. */
  browser(username?: string): Promise<Client>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const SECRET_KEY = "k".repeat(40);

/** Starts a server on a free port of the loopback interface. */
export async function startServer(choices: Choices = {}): Promise<Running> {
  const { on } = choices;
  const engine = on?.engine ?? choices.engine ?? (await createEngine());
  const store = on?.store ?? choices.store ?? memoryStore();
  const runtime = on?.runtime ?? (await createRuntime({ engine, store, ...choices.runtime }));
  const { time } = on ?? {};
  const clock = time === undefined ? choices.runtime?.clock : () => time.now;
  if (choices.blueprint !== undefined)
    await runtime.apply(choices.blueprint, { context: choices.context ?? {} });
  const { admin, token } = choices.admin === false ? { admin: 0, token: "" } : await makeAdministrator(store);
  const logs: { [key: string]: unknown }[] = [];
  const server = await createServer({
    runtime,
    engine,
    clock,
    settings: { port: 0, secretKey: SECRET_KEY, ...choices.settings },
    logger: createLogger("debug", { write: (line) => void logs.push(JSON.parse(line)) }),
  });
  const url = await server.listen();
  const close = async (): Promise<void> => {
    await server.close();
    if (choices.store === undefined && on === undefined) await store.close();
    if (choices.engine === undefined && on === undefined) await engine.close();
  };
  return {
    url,
    store,
    runtime,
    engine,
    server,
    token,
    admin,
    logs,
    client: (own = token) => new Client(url, own),
    async browser(username) {
      const browser = new Client(url, null);
      if (username === undefined) return browser;
      const id = randomUUID();
      await store.transaction((tx) => {
        const [user] = tx.list("authentik_core.user", { username });
        const expires = new Date((clock ?? Date.now)() + 86_400_000).toISOString();
        const { pk, seal } = heldRow("postern.session", id);
        tx.insert("postern.session", { pk, user: user.pk, data: seal(1, '{"flow":null}'), expires });
      });
      browser.cookies.set("authentik_session", encodeURIComponent(sign(id, SECRET_KEY)));
      return browser;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function makeAdministrator(store: Store): Promise<{ admin: number; token: string }> {
  return await store.transaction((tx) => {
    const group = tx.insert("authentik_core.group", { name: "authentik Admins", is_superuser: true });
    const user = tx.insert("authentik_core.user", { username: "akadmin", groups: [group.pk] });
    return { admin: user.pk, token: createToken(tx, user.pk).key };
  });
}

/** Redirects that a client follows. */
const HOPS = 20;

/** A browser or program: keeps cookies, follows redirects, and throws when an answer is not authentik's. */
export class Client {
  readonly url: string;
  readonly token: string | null;
  readonly cookies = new Map<string, string>();
  /** `Set-Cookie` lines of the last answer. */
  setCookies: string[] = [];
  constructor(url: string, token: string | null) {
    this.url = url;
    this.token = token;
  }

  /** One request; redirects are answered, not followed. `path` from the root, or a whole URL. */
  async once(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(path, this.url);
    const headers = new Headers(init.headers);
    if (this.token !== null && !headers.has("authorization"))
      headers.set("authorization", `Bearer ${this.token}`);
    if (this.cookies.size > 0 && !headers.has("cookie")) {
      headers.set("cookie", [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    }
    const csrf = this.cookies.get("authentik_csrf");
    if (csrf !== undefined && !headers.has("x-authentik-csrf")) headers.set("x-authentik-csrf", csrf);
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    this.#keepCookies(response);
    const found = faults({
      method: init.method ?? "GET",
      path: url.pathname,
      status: response.status,
      contentType: response.headers.get("content-type") ?? "",
      text: await response.clone().text(),
    });
    if (found.length > 0) throw new Error(`not as authentik answers:\n${found.join("\n")}`);
    return response;
  }

  /** One request, with redirects followed as browsers do. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    let response = await this.once(path, init);
    for (let hop = 0; hop < HOPS && response.status >= 300 && response.status < 400; hop += 1) {
      response = await this.once(
        new URL(response.headers.get("location") ?? "", new URL(path, this.url)).href,
        {
          headers: init.headers === undefined ? {} : withoutContent(init.headers),
        },
      );
    }
    return response;
  }

  /** Configuration of authentik's generated client: `new CoreApi(client.configuration())`. */
  configuration(more: ConfigurationParameters = {}): Configuration {
    return new Configuration({
      basePath: `${this.url}/api/v3`,
      fetchApi: (input: string | URL | Request, init?: RequestInit) =>
        this.fetch(input instanceof Request ? input.url : String(input), init),
      ...more,
    });
  }

  #keepCookies(response: Response): void {
    this.setCookies = response.headers.getSetCookie();
    for (const line of this.setCookies) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/;\s*max-age=0\b|;\s*expires=thu, 01 jan 1970/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

function withoutContent(given: NonNullable<RequestInit["headers"]>): Headers {
  const headers = new Headers(given);
  headers.delete("content-type");
  headers.delete("content-length");
  return headers;
}
