// A directory of its own for each test, removed afterwards.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";

const made: string[] = [];

afterEach(async () => {
  for (const path of made.splice(0)) await rm(path, { recursive: true, force: true });
});

/** A fresh empty directory. */
export async function freshDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "postern-store-"));
  made.push(path);
  return path;
}
