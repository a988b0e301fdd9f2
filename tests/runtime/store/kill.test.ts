// A store's process is killed at random moments: nothing that it acknowledged is lost, and the file is always whole.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lowdbStore } from "../../../runtime/store/lowdb.ts";
import { freshDirectory } from "./directory.ts";

const KILLS = 22;

describe("kill -9", () => {
  it(`at ${KILLS} random moments loses no acknowledged transaction`, { timeout: 300_000 }, async () => {
    const file = join(await freshDirectory(), "postern.json");
    const kept: string[] = [];
    const gone: string[] = [];
    for (let round = 0; round < KILLS; round += 1) {
      const child = spawn(process.execPath, [join(import.meta.dirname, "writer.ts"), file, String(round)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
      });
      await once(child.stdout, "data");
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      child.kill("SIGKILL");
      await once(child, "close");
      for (const line of output.split("\n").slice(0, -1)) {
        (line.startsWith("+") ? kept : gone).push(line.slice(1));
      }
      await using store = await lowdbStore(file);
      const names = new Set(
        await store.read((tx) => tx.list("authentik_core.user").map((user) => user.username)),
      );
      expect(kept.filter((name) => !names.has(name))).toEqual([]);
      expect(gone.filter((name) => names.has(name))).toEqual([]);
    }
    expect(kept.length).toBeGreaterThan(KILLS);
  });
});
