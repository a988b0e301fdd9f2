// docs/operations.md names every setting with its variable and its default.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { serveSettingsSchema } from "../../cli/serve-settings.ts";
import { variableOf } from "../../server/settings-source.ts";

const text = readFileSync(join(import.meta.dirname, "../../docs/operations.md"), "utf8");
const rows = [...text.matchAll(/^\| `(\w+)` \| `(POSTERN_\w+)` \| ([^|]+) \|/gm)].map(
  ([, setting, variable, shown]) => ({ setting, variable, shown: shown.trim() }),
);

test("the table has a row for each setting, and none besides", () => {
  expect(rows.map(({ setting }) => setting).sort()).toEqual(Object.keys(serveSettingsSchema.shape).sort());
  for (const { setting, variable } of rows) expect(variable).toBe(variableOf(setting));
});

test("the defaults are those of the schema", () => {
  const defaults = serveSettingsSchema.parse({}) as { [setting: string]: unknown };
  for (const { setting, shown } of rows) {
    const value = defaults[setting];
    if (typeof value === "number" || typeof value === "string") {
      expect(shown.replaceAll("`", "").split(" ")[0]).toBe(String(value));
    }
  }
});
