// The requests of the playground's API: their shapes and how large each may be.
import { z } from "zod";
import { defaultLimits } from "../../engine/index.ts";
import type { JsonObject } from "../../engine/types.ts";
import { ApiError } from "../errors.ts";
import type {
  CasesRequest,
  ChosenLimits,
  EvaluateRequest,
  ExportRequest,
  FuzzRequest,
  ImportRequest,
  Subject,
} from "./api.ts";

const SOURCE_LENGTH = 200_000;
const MOST_CASES = 200;

const kind = z.enum(["policy", "webhook", "mapping", "prompt"]);
const source = z.string().max(SOURCE_LENGTH);
const subject = { kind, source };
const object = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>;
const moment = z.int().min(0).max(8.64e15);
const seed = z.int();
const name = z.string().min(1).max(200);

/** Up to what the playground gives; less is always allowed. */
const limit = (name: keyof ChosenLimits) => z.int().min(1).max(defaultLimits[name]).optional();
const limits = z.strictObject({
  steps: limit("steps"),
  cpuMs: limit("cpuMs"),
  wallMs: limit("wallMs"),
  memoryMb: limit("memoryMb"),
  outputBytes: limit("outputBytes"),
});
const fixtures = z.record(name, object);

const gateway = z.strictObject({
  url: z.string().max(2_000),
  encoding: z.enum(["json", "form", "text"]),
  authorization: z.enum(["bearer", "basic", "none"]),
});

const playgroundCase = z.strictObject({
  name,
  context: object,
  expect: object,
  stubs: object.optional(),
  now: moment.optional(),
  seed: seed.optional(),
  limits: limits.optional(),
  users: fixtures.optional(),
  groups: fixtures.optional(),
  policies: z.record(z.string(), source).optional(),
});
const cases = z.array(playgroundCase).max(MOST_CASES);

/** The kind in a query. */
export const kindSchema: z.ZodType<Subject["kind"]> = kind;
export const subjectSchema: z.ZodType<Subject> = z.strictObject(subject);
export const evaluateSchema: z.ZodType<EvaluateRequest> = z.strictObject({
  ...subject,
  context: object,
  now: moment.optional(),
  seed: seed.optional(),
  limits: limits.optional(),
  gateway: gateway.optional(),
});
export const casesSchema: z.ZodType<CasesRequest> = z.strictObject({ ...subject, cases });
export const exportSchema: z.ZodType<ExportRequest> = z.strictObject({ kind, file: name, cases });
export const importSchema: z.ZodType<ImportRequest> = z.strictObject({
  files: z
    .array(z.strictObject({ name, text: z.string() }))
    .min(1)
    .max(20),
  current: z.strictObject(subject),
});
export const fuzzSchema: z.ZodType<FuzzRequest> = z.strictObject({
  ...subject,
  property: z.string().min(1).max(2_000),
  context: object.optional(),
  runs: z.int().min(1).max(5_000),
});

/** Reads a request. Throws 400 with what is wrong, by the path in the body. */
export function readRequest<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const faults: { [path: string]: string[] } = {};
  for (const { path, message } of result.error.issues) {
    const at = path.length === 0 ? "non_field_errors" : path.join(".");
    faults[at] = [...(faults[at] ?? []), message];
  }
  throw new ApiError(400, faults);
}
