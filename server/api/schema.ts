// `/schema/`: our own OpenAPI description.
import { createRequire } from "node:module";
import { type KnownRoute, openApiDocument } from "../openapi.ts";
import type { Area } from "../site.ts";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

/** The description of these routes, for everybody. */
export function schema(routes: readonly KnownRoute[]): Area {
  return () => async (api) => {
    api.get("/schema/", { config: { operation: OPERATION } }, async () => openApiDocument(routes, version));
  };
}

const OPERATION = {
  id: "schema_retrieve",
  description: "This description.",
  open: true,
  answer: { type: "object", additionalProperties: {} },
};
