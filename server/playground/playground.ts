// The playground's part of the server: its page under `/playground/`, its API under `/api/postern/playground/`.
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { namesAt } from "../../engine/expressions/sites.ts";
import { checkExpression, createEngine, defaultLimits, type Engine } from "../../engine/index.ts";
import type { Limits } from "../../engine/types.ts";
import { ApiError } from "../errors.ts";
import { requireAccess } from "./access.ts";
import type { FuzzLine, KnownName } from "./api.ts";
import { exportSuite, findCounterexample, importFiles, runCases } from "./cases.ts";
import { evaluate } from "./evaluation.ts";
import { addPage } from "./page.ts";
import {
  casesSchema,
  evaluateSchema,
  exportSchema,
  fuzzSchema,
  importSchema,
  kindSchema,
  readRequest,
  subjectSchema,
} from "./requests.ts";
import { addTrials } from "./trial/routes.ts";

/** What one evaluation of the playground may use: answers come at once or not at all. */
export const PLAYGROUND_LIMITS: Limits = { ...defaultLimits, hostCalls: 50, hostMs: 1_000 };

/** Requests that may be under way at once. */
const MOST_AT_ONCE = 16;
const MOST_SEARCHES = 2;

/** Adds the playground. Its expressions run in a sandbox of its own, so that trying never slows a flow down. */
export function addPlayground(app: FastifyInstance): void {
  let started: Promise<Engine> | undefined;
  const engine = (): Promise<Engine> => {
    started ??= createEngine({ limits: PLAYGROUND_LIMITS });
    return started;
  };
  app.addHook("onClose", async () => (await started)?.close());
  addPage(app);
  const api = "/api/postern/playground";
  const guarded = {
    onRequest: async (request: FastifyRequest) => requireAccess(request),
    config: { csrfExempt: true },
  };
  const atOnce = gate(MOST_AT_ONCE);
  const searches = gate(MOST_SEARCHES);
  const answer = (path: string, work: (body: unknown) => Promise<unknown>): void => {
    app.post(`${api}/${path}/`, guarded, async (request) => await atOnce(() => work(request.body)));
  };
  answer("evaluate", async (body) =>
    evaluate(await engine(), PLAYGROUND_LIMITS, readRequest(evaluateSchema, body)),
  );
  answer("check", async (body) => {
    const { kind, source } = readRequest(subjectSchema, body);
    return { findings: await checkExpression(source, { site: kind }) };
  });
  answer("cases", async (body) => runCases(await engine(), readRequest(casesSchema, body)));
  answer("export", async (body) => exportSuite(readRequest(exportSchema, body)));
  answer("import", async (body) => importFiles(readRequest(importSchema, body)));
  app.get(`${api}/names/`, guarded, async (request) => {
    const { kind } = request.query as { kind?: string };
    const names = [...namesAt(readRequest(kindSchema, kind)).values()];
    return {
      names: names.map(({ name, parameters, type, doc }): KnownName => {
        return { name, ...(parameters === undefined ? {} : { parameters }), type, doc };
      }),
    };
  });
  app.get(`${api}/shape/`, guarded, async (request) => {
    const { kind } = request.query as { kind?: string };
    const { contextSchema } = await import("../../engine/check/context-schema.ts");
    return contextSchema(readRequest(kindSchema, kind));
  });
  addTrials(app, { path: `${api}/trials`, guarded, engine, atOnce });
  app.post(`${api}/fuzz/`, guarded, async (request, reply) => {
    const wanted = readRequest(fuzzSchema, request.body);
    const running = await engine();
    const ended = new AbortController();
    searches.enter();
    reply.raw.once("close", () => {
      ended.abort();
      searches.leave();
    });
    return stream(reply, findCounterexample(running, wanted, ended.signal));
  });
}

/** Sends lines of JSON as they come. */
function stream(reply: FastifyReply, lines: AsyncIterable<FuzzLine>): FastifyReply {
  async function* texts(): AsyncGenerator<string> {
    for await (const line of lines) yield `${JSON.stringify(line)}\n`;
  }
  return reply.type("application/x-ndjson").send(Readable.from(texts()));
}

interface Gate {
  <T>(work: () => Promise<T>): Promise<T>;
  /** Throws 429 where too many are inside; {@link Gate.leave} lets the next one in. */
  enter(): void;
  leave(): void;
}

/** Lets so much work in at once, and refuses the rest with 429. */
function gate(most: number): Gate {
  let inside = 0;
  const enter = (): void => {
    if (inside >= most) throw new ApiError(429, { detail: "Too many requests at once. Try again." });
    inside += 1;
  };
  const leave = (): void => {
    inside -= 1;
  };
  const pass = async <T>(work: () => Promise<T>): Promise<T> => {
    enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
  return Object.assign(pass, { enter, leave });
}
