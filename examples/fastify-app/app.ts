// An application with routes of its own, two of which walk a flow: its users enrol a phone by SMS.
import { readFile } from "node:fs/promises";
import cookie from "@fastify/cookie";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { createEngine, type JsonObject } from "postern/engine";
import type { SmsMessage } from "postern/providers";
import { createRuntime, type Execution, memoryStore, type Runtime, SessionNotFound } from "postern/runtime";
import { createServer, type Server } from "postern/server";

/** What differs between the program and its test. */
export interface AppOptions {
  /** Who sends a request, as the application's own log-in knows it. */
  currentUser(request: FastifyRequest): string | undefined;
  /** Takes messages in place of the stage's SMS provider. Leave it out, and they go to the gateway that the flow names. */
  readonly send?: (message: SmsMessage) => void;
  /** Signs cookies; at least 32 characters that nobody can guess. */
  readonly secret: string;
}

/** The cookie that holds the id of a flow in progress: who has the id may go on with the flow. */
const COOKIE = "enrolment";

/** The application. It closes what it opened when it is closed. */
export async function buildApp({ currentUser, send, secret }: AppOptions): Promise<FastifyInstance> {
  const engine = await createEngine();
  // What is to outlive the process goes into lowdbStore("postern.json") or postgresStore(url).
  const store = memoryStore();
  const runtime = await createRuntime({
    engine,
    store,
    secret,
    env: process.env,
    ...(send === undefined ? {} : { smsProvider: () => keeping(send) }),
  });
  await runtime.apply(await readFile(new URL("enrollment.yaml", import.meta.url), "utf8"));
  const server = await createServer({ runtime, engine, settings: { secretKey: secret, logLevel: "warn" } });

  const app = fastify();
  mount(app, server);
  await app.register(cookie);

  app.post("/phone", async (request, reply) => {
    const user = currentUser(request);
    if (user === undefined) return reply.code(401).send({ error: "log in first" });
    await ensureUser(runtime, user);
    const flow = await runtime
      .flow("enroll-phone")
      .start({ user, http: { META: { REMOTE_ADDR: request.ip } } });
    return show(reply, flow);
  });

  app.post<{ Body: JsonObject }>("/phone/answer", async (request, reply) => {
    const session = request.cookies[COOKIE];
    try {
      const flow = await runtime.resume(session ?? "");
      await flow.respond(request.body);
      return show(reply, flow);
    } catch (error) {
      if (!(error instanceof SessionNotFound)) throw error;
      return reply.code(404).send({ error: error.message });
    }
  });

  app.addHook("onClose", async () => {
    await server.close();
    await store.close();
    await engine.close();
  });
  return app;
}

/** Answers with what the user is shown next. */
function show(reply: FastifyReply, flow: Execution): FastifyReply {
  if (flow.session === null) reply.clearCookie(COOKIE, { path: "/phone" });
  else reply.setCookie(COOKIE, flow.session, { path: "/phone", httpOnly: true, sameSite: "strict" });
  const { component, fields, response_errors } = flow.challenge;
  return reply.send({ component, fields, response_errors, finished: flow.finished });
}

/** Flows are about users of the store; the application's own are added when they first come. */
async function ensureUser({ store }: Runtime, username: string): Promise<void> {
  await store.transaction((tx) => {
    const [known] = tx.list("authentik_core.user", { username });
    if (known === undefined) tx.insert("authentik_core.user", { username });
  });
}

/** A provider that sends nothing. */
const keeping = (send: (message: SmsMessage) => void) => ({
  kind: "generic" as const,
  async send(message: SmsMessage) {
    send(message);
    return { provider: "generic" as const, status: 200 };
  },
});

/** Has Postern's server answer below `/api/v3/` and `/if/`, before Fastify reads the request's body. */
function mount(app: FastifyInstance, server: Server): void {
  app.addHook("onRequest", (request, reply, next) => {
    if (!/^\/(?:api\/v3|if)\//.test(request.url)) return next();
    reply.hijack();
    server.handler(request.raw, reply.raw);
  });
}
