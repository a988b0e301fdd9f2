// One PostgreSQL server for a whole test run, started when the first test asks for it.
//
// Test files run in processes of their own. They ask over a local socket, so however many ask at once, one server
// is started, here, and stopped when the run ends.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { NoBinary, PostgresServer } from "./server.ts";

/** What a test file is told: where the server is, or why there is none. */
export interface PostgresAnswer {
  readonly url?: string;
  /** This platform has no PostgreSQL: tests that need one are skipped. */
  readonly missing?: string;
  /** It does not start: tests that need it fail. */
  readonly failed?: string;
}

declare module "vitest" {
  export interface ProvidedContext {
    postgresSocket: string;
  }
}

/** Vitest's global set-up. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "postern-test-"));
  const path = process.platform === "win32" ? `\\\\.\\pipe\\${directory}` : join(directory, "postgres");
  let server: Promise<PostgresServer> | undefined;
  const answer = async (): Promise<PostgresAnswer> => {
    try {
      server ??= PostgresServer.start();
      return { url: (await server).url };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return error instanceof NoBinary ? { missing: text } : { failed: text };
    }
  };
  const asked = createServer(async (socket) => {
    socket.on("error", () => undefined);
    socket.end(JSON.stringify(await answer()));
  });
  await new Promise<void>((resolve) => asked.listen(path, resolve));
  project.provide("postgresSocket", path);
  return async () => {
    asked.close();
    await (await server?.catch(() => undefined))?.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
