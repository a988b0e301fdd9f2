// A program against the package's types. It is compiled where the package is installed, and in our own type check.
import { createEngine, ExpressionSyntaxError, type Verdict } from "postern";
import { type Capabilities, checkExpression, type Diagnostic } from "postern/engine";
import { createSmsInbox, type SmsProvider, smsSegments } from "postern/providers";
import { createRuntime, memoryStore, postgresStore, type Store } from "postern/runtime";
import { createServer, type Server } from "postern/server";
import { createInMemoryRuntime, e164, type KeptMessage, matchers, runSuites } from "postern/testing";

export async function decide(source: string, capabilities: Capabilities): Promise<boolean> {
  await using engine = await createEngine({ limits: { cpuMs: 100 }, capabilities });
  try {
    const verdict: Verdict = await engine.policy("decide", source).evaluate({ request: { context: {} } });
    // @ts-expect-error: what a verdict does not have
    verdict.decision;
    return verdict.passing;
  } catch (error) {
    if (error instanceof ExpressionSyntaxError) return false;
    throw error;
  }
}

export async function serve(url?: string): Promise<Server> {
  const engine = await createEngine();
  const store: Store = url === undefined ? memoryStore() : await postgresStore(url, { connections: 5 });
  const runtime = await createRuntime({ engine, store, smsProvider: () => silent });
  return await createServer({ runtime, engine, settings: { port: 0, secretKey: "x".repeat(50) } });
}

const silent: SmsProvider = {
  kind: "generic",
  send: async ({ text }) => ({ provider: "generic", status: smsSegments(text).segments > 0 ? 200 : 400 }),
};

export async function lastMessage(): Promise<KeptMessage> {
  await using world = await createInMemoryRuntime();
  return world.inbox.last;
}

export const found: Promise<Diagnostic[]> = checkExpression("return True", { site: "policy" });
export const parts = { createSmsInbox, e164, matchers, runSuites };
