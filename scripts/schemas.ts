// Writes the JSON Schemas that are published (`schemas/`) from the code: node scripts/schemas.ts
import { writeFileSync } from "node:fs";
import { z } from "zod";
import { suiteSchema } from "../testing/suite/schema.ts";
import { blueprintJsonSchema } from "./blueprint-schema.ts";

/** The JSON Schema of suites, as it is published. */
export function suiteJsonSchema(): string {
  const schema = z.toJSONSchema(suiteSchema, { io: "input", target: "draft-2020-12" });
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (import.meta.main) {
  writeFileSync(new URL("../schemas/suite.schema.json", import.meta.url), suiteJsonSchema());
  writeFileSync(new URL("../schemas/blueprint.schema.json", import.meta.url), blueprintJsonSchema());
}
