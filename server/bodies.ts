// Bodies of requests: JSON, url-encoded and multipart, as Django REST framework takes them.
import formBody from "@fastify/formbody";
import multipart from "@fastify/multipart";
import type { FastifyError, FastifyInstance, FastifyRequest } from "fastify";
import type { JsonValue } from "../engine/types.ts";
import { ApiError } from "./errors.ts";
import type { ServerSettings } from "./settings.ts";

/** Fields and files that one multipart body may have. */
const MOST_PARTS = 200;

/** Has the app take the three kinds of bodies. */
export async function readBodies(app: FastifyInstance, settings: ServerSettings): Promise<void> {
  const { bodyLimit } = settings;
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") done(null, {});
    else parseJson(request, body, done);
  });
  await app.register(formBody, { bodyLimit });
  await app.register(multipart, {
    limits: {
      fieldSize: bodyLimit,
      fileSize: bodyLimit,
      fields: MOST_PARTS,
      files: MOST_PARTS,
      parts: MOST_PARTS,
    },
  });
  // A multipart body is read part by part, so its length is looked at before.
  app.addHook("preParsing", (request, _reply, _payload, done) => {
    if (isMultipart(request)) requireShort(request, bodyLimit);
    done();
  });
}

/** Throws 411 and 413. */
function requireShort({ headers }: FastifyRequest, limit: number): void {
  const length = headers["content-length"];
  if (length === undefined) throw new ApiError(411, { detail: "A multipart body needs a Content-Length." });
  if (Number(length) > limit) throw new ApiError(413, { detail: "The request's body is too large." });
}

const isMultipart = (request: FastifyRequest): boolean =>
  /^multipart\/form-data\b/i.test(request.headers["content-type"] ?? "");

async function multipartEntries(request: FastifyRequest): Promise<[string, string][]> {
  const entries: [string, string][] = [];
  try {
    for await (const part of request.parts()) {
      if (part.type === "field") entries.push([part.fieldname, String(part.value)]);
      else part.file.resume();
    }
  } catch (error) {
    const { statusCode = 400, message } = error as Partial<FastifyError>;
    throw new ApiError(statusCode, { detail: `Multipart form parse error - ${message}` });
  }
  return entries;
}

/** A body's values, and whether they came as a form, where all values are texts and an unticked box is absent. */
export interface Fields {
  readonly data: JsonValue;
  readonly form: boolean;
}

/** The values of a request's body. Of a form's field the last value counts; files are left out. */
export async function readFields(request: FastifyRequest): Promise<Fields> {
  if (isMultipart(request)) return { data: Object.fromEntries(await multipartEntries(request)), form: true };
  if (/^application\/x-www-form-urlencoded\b/i.test(request.headers["content-type"] ?? "")) {
    const body = (request.body ?? {}) as { readonly [name: string]: string | readonly string[] };
    const entries = Object.entries(body).map(([name, value]) => [
      name,
      typeof value === "string" ? value : (value.at(-1) ?? ""),
    ]);
    return { data: Object.fromEntries(entries), form: true };
  }
  return { data: (request.body === undefined ? {} : request.body) as JsonValue, form: false };
}
