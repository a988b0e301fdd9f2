// `/managed/blueprints/`: blueprints that the installation keeps, the files it could use, and imports.
import type { FastifyRequest } from "fastify";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { describeProblem } from "../../runtime/blueprint/errors.ts";
import { BlueprintError, type BlueprintReport, parseBlueprint, type Row } from "../../runtime/index.ts";
import { blueprintFiles, blueprintText, textHash } from "../blueprint-files.ts";
import { ApiError, invalid } from "../errors.ts";
import { objectSchema } from "../openapi.ts";
import { ANY_OBJECT, component, FLAG, LOG_EVENT, listOf, MOMENT, TEXT } from "../resources/description.ts";
import { fieldFilters } from "../resources/filters.ts";
import {
  defineResource,
  type FieldRule,
  type Found,
  plainFields,
  type Resource,
} from "../resources/resource.ts";
import { addAction, addResource, find, read, recordChange, write } from "../resources/routes.ts";
import type { Area, Site } from "../site.ts";

const BLUEPRINT = "authentik_blueprints.blueprintinstance";
type Blueprint = Row<typeof BLUEPRINT>;

const existingFile: FieldRule = (value, { view }) => {
  const path = String(value);
  if (path.startsWith("oci://"))
    return "Postern does not fetch blueprints from registries; use a file or content.";
  const { blueprintFolder } = view.site.settings;
  return path === "" || blueprintText(blueprintFolder, path) !== undefined
    ? undefined
    : "Blueprint file does not exist";
};

/** The blueprints. */
export const BLUEPRINTS: Resource = defineResource({
  path: "/managed/blueprints/",
  models: [BLUEPRINT],
  object: "BlueprintInstance",
  key: "instance_uuid",
  writable: ["name", "path", "context", "enabled", "content"],
  rules: { path: existingFile },
  prepare: checkContent,
  filters: fieldFilters(BLUEPRINT, ["name", "path"]),
  search: ["name", "path"],
  computed: {
    last_applied: MOMENT,
    last_applied_hash: TEXT,
    status: TEXT,
    managed_models: listOf(TEXT),
    metadata: ANY_OBJECT,
  },
  show: (_view, found) => showBlueprint(found),
});

/** The blueprints. */
export const blueprintsArea: Area = (site) => async (api) => {
  const files = {
    description: "The files of the installation's folder.",
    answer: listOf(
      objectSchema({
        path: TEXT,
        last_m: MOMENT,
        hash: TEXT,
        meta: objectSchema({ name: TEXT, labels: ANY_OBJECT }),
      }),
    ),
  };
  addAction(api, "GET", "/managed/blueprints/available/", "superuser", files, async () =>
    blueprintFiles(site.settings.blueprintFolder),
  );
  const upload = {
    description: "Applies a blueprint that is sent as a multipart form: a file, or the path of one.",
    body: objectSchema({ file: { type: "string", format: "binary" }, path: TEXT, context: TEXT }, [
      "file",
      "path",
      "context",
    ]),
    answer: objectSchema({ success: FLAG, logs: listOf(LOG_EVENT) }),
  };
  addAction(api, "POST", "/managed/blueprints/import/", "superuser", upload, (request) =>
    importBlueprint(site, request),
  );
  addResource(api, site, BLUEPRINTS);
  const application = { description: "Applies the blueprint.", answer: component("BlueprintInstance") };
  addAction(api, "POST", "/managed/blueprints/:instance_uuid/apply/", "superuser", application, (request) =>
    applyInstance(site, request),
  );
};

function showBlueprint({ row }: Found): JsonObject {
  const { last_applied, last_applied_hash, status, managed_models, metadata } = row;
  return {
    ...plainFields(BLUEPRINTS, row),
    last_applied,
    last_applied_hash,
    status,
    managed_models,
    metadata,
  };
}

/** Content has to be a blueprint that could be applied. */
async function checkContent(
  site: Site,
  input: JsonObject,
  existing: Found["row"] | undefined,
): Promise<void> {
  const { content } = input;
  if (typeof content !== "string" || content === "") return;
  const context = input.context ?? existing?.context ?? {};
  try {
    await site.runtime.apply(content, { context: asContext(context), dryRun: true, file: "content" });
  } catch (error) {
    if (!(error instanceof BlueprintError)) throw error;
    const lines = error.problems.map((problem) => `- ${describeProblem(error.file, problem)}`);
    throw invalid({ content: ["Failed to validate blueprint", ...lines] });
  }
}

/** A context of another shape is refused with its field. */
function asContext(value: JsonValue): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** Applies a blueprint now, and keeps how that went. One that is not enabled is left alone. */
async function applyInstance(site: Site, request: FastifyRequest): Promise<JsonObject> {
  const instance = await read(
    site,
    request,
    (view) => find(view, BLUEPRINTS, request).row as unknown as Blueprint,
  );
  const outcome = instance.enabled ? await outcomeOf(site, instance) : {};
  return await write(site, request, (tx, view) => {
    const { row: before } = find(view, BLUEPRINTS, request);
    const row = tx.update(BLUEPRINT, before.pk, outcome) as unknown as Found["row"];
    recordChange(site, tx, request, "model_updated", { model: BLUEPRINT, row });
    return showBlueprint({ model: BLUEPRINT, row });
  });
}

async function outcomeOf(site: Site, instance: Blueprint): Promise<Partial<Blueprint>> {
  const { content, path, context } = instance;
  const text = content === "" ? blueprintText(site.settings.blueprintFolder, path) : content;
  // Its file was taken away.
  if (text === undefined) return { status: "orphaned" };
  try {
    const { name, labels } = parseBlueprint(text, { file: path || instance.name });
    const report = await site.runtime.apply(text, { context, file: path || instance.name });
    return {
      status: "successful",
      last_applied: new Date(site.clock()).toISOString(),
      last_applied_hash: textHash(text),
      metadata: { name, labels: Object.fromEntries(labels) },
      managed_models: [...new Set(report.entries.map(({ model }) => model))].sort(),
    };
  } catch (error) {
    if (!(error instanceof BlueprintError)) throw error;
    site.logger.warn({ blueprint: instance.name, problems: error.problems.length }, "blueprint not applied");
    return { status: "error" };
  }
}

/** Applies what is sent. A blueprint that is wrong is an answer, not an error. */
async function importBlueprint(site: Site, request: FastifyRequest): Promise<object> {
  const { file, text, context } = await readUpload(site, request);
  const timestamp = new Date(site.clock()).toISOString();
  const line = (log_level: string, event: string, attributes: JsonObject = {}): object => ({
    timestamp,
    log_level,
    logger: "postern.blueprint",
    event,
    attributes,
  });
  try {
    const report = await site.runtime.apply(text, { context, file });
    const warnings = report.warnings.map((problem) => line("warning", describeProblem(file, problem)));
    return {
      success: true,
      logs: [...warnings, ...report.entries.map((entry) => line("info", ...told(entry)))],
    };
  } catch (error) {
    if (!(error instanceof BlueprintError)) throw error;
    return {
      success: false,
      logs: error.problems.map((problem) => line("error", describeProblem(file, problem))),
    };
  }
}

function told({ action, model, pk, line }: BlueprintReport["entries"][number]): [string, JsonObject] {
  return [`${model} ${action}`, { line, ...(pk !== undefined && { pk }) }];
}

async function readUpload(
  site: Site,
  request: FastifyRequest,
): Promise<{ file: string; text: string; context: JsonObject }> {
  if (!request.isMultipart()) {
    const type = request.headers["content-type"] ?? "";
    throw new ApiError(415, { detail: `Unsupported media type "${type}" in request.` });
  }
  let upload: { file: string; text: string } | undefined;
  const fields = new Map<string, string>();
  for await (const part of request.parts()) {
    if (part.type === "field") fields.set(part.fieldname, String(part.value));
    else {
      const text = (await part.toBuffer()).toString("utf8");
      if (part.fieldname === "file") upload = { file: part.filename || "file", text };
    }
  }
  const context = readContext(fields.get("context"));
  const path = fields.get("path") ?? "";
  const stored = path === "" ? undefined : blueprintText(site.settings.blueprintFolder, path);
  if (upload === undefined && path === "") {
    throw invalid({ non_field_errors: ["Either file or path must be set."] });
  }
  if (upload === undefined && stored === undefined)
    throw invalid({ path: ["Blueprint file does not exist"] });
  return { ...(upload ?? { file: path, text: stored as string }), context };
}

function readContext(text: string | undefined): JsonObject {
  if (text === undefined || text.trim() === "") return {};
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    throw invalid({ context: ["Value must be valid JSON."] });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw invalid({ context: ["Value must be an object."] });
}
