// The PostgreSQL database that tests use, each in a schema of its own.
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import pg from "pg";
import { describe, inject } from "vitest";
import type { PostgresAnswer } from "./global-setup.ts";

/** A database, and schemas in it that are gone when the test file ends. */
export interface TestDatabase {
  /** `describe`, or `describe.skip` with a reason where this platform has no PostgreSQL. */
  readonly describe: (name: string, suite: () => void) => void;
  /** The database's address. */
  readonly url: string;
  /** A schema's name that nobody has used. */
  schema(): string;
  /** Runs SQL, as a person with a client would. */
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/**
 * The database at `POSTERN_TEST_POSTGRES`, or one of the run's own server. Throws where the server does not start: the
 * tests that need it fail then, with the server's words.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const named = process.env.POSTERN_TEST_POSTGRES;
  const { url, missing, failed } = named === undefined || named === "" ? await ask() : { url: named };
  if (failed !== undefined) throw new Error(failed);
  return {
    describe: (name, suite) =>
      missing === undefined ? describe(name, suite) : describe.skip(`${name}: skipped, ${missing}`, suite),
    url: url ?? "postgres://none",
    schema: () => `test_${randomBytes(8).toString("hex")}`,
    async query(sql, values = []) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        return (await client.query(sql, [...values])).rows;
      } finally {
        await client.end();
      }
    },
  };
}

function ask(): Promise<PostgresAnswer> {
  return new Promise((resolve, reject) => {
    let text = "";
    connect(inject("postgresSocket"))
      .setEncoding("utf8")
      .on("data", (chunk: string) => {
        text += chunk;
      })
      .on("end", () => resolve(JSON.parse(text) as PostgresAnswer))
      .on("error", reject);
  });
}
