// One exchange: a prepared request to the host, its answer back. Redirects are answers, and each hop comes through here.
import { getAttribute } from "../../python/attribute.ts";
import { asBytes, latin1Text } from "../../python/bytes.ts";
import { encode } from "../../python/codecs.ts";
import { valueError } from "../../python/exceptions.ts";
import { base64Decode, base64Encode } from "../../python/modules/binascii.ts";
import { asStr, type PyObject, type PyValue } from "../../python/object.ts";
import { asDouble } from "../../python/operators.ts";
import { repr, str } from "../../python/representation.ts";
import { PyTuple } from "../../python/sequence.ts";
import { charge } from "../../python/state.ts";
import { askHost, type GuestJson, hostErrors } from "../capabilities.ts";
import { InvalidSchema, requestError, requestErrors, shownUrl } from "./errors.ts";
import { PyHeaders } from "./headers.ts";
import { bodyBytes, pathUrl } from "./request.ts";
import type { ResponseParts } from "./response.ts";
import { splitUrl } from "./url.ts";

for (const [name, type] of requestErrors) hostErrors.set(`requests.exceptions.${name}`, type);

// ---- timeouts ------------------------------------------------------------------------------------

/** A time-out in seconds, or null for none, checked as urllib3 does. */
function seconds(value: PyValue, name: "connect" | "read"): number | null {
  if (value === null) return null;
  if (typeof value === "boolean") {
    throw valueError("Timeout cannot be a boolean value. It must be an int, float or None.");
  }
  const number = asDouble(value);
  if (number === undefined) {
    throw valueError(`Timeout value ${name} was ${str(value)}, but it must be an int, float or None.`);
  }
  if (number <= 0) {
    throw valueError(
      `Attempted to set ${name} timeout to ${str(value)}, but the timeout cannot be set to a value less than or equal to 0.`,
    );
  }
  return number;
}
function timeouts(timeout: PyValue): { connect: number | null; read: number | null } {
  if (!(timeout instanceof PyTuple)) {
    return { connect: seconds(timeout, "connect"), read: seconds(timeout, "read") };
  }
  const [connect, read] = timeout.items;
  if (connect === undefined || read === undefined || timeout.items.length !== 2) {
    throw valueError(
      `Invalid timeout ${repr(timeout)}. Pass a (connect, read) timeout tuple, or a single float to set both timeouts to the same value.`,
    );
  }
  return { connect: seconds(connect, "connect"), read: seconds(read, "read") };
}

// ---- headers -------------------------------------------------------------------------------------

/** Names and values as http.client writes them: names ASCII, values Latin-1. */
function headerLines(headers: PyHeaders): [string, string][] {
  return [...headers.store.values()].map(([name, value]) => [
    latin1Text(encode(str(name), "ascii")),
    latin1Text(asBytes(value) ?? encode(asStr(value) ?? str(value), "latin1")),
  ]);
}

// ---- the exchange --------------------------------------------------------------------------------

interface AnswerJson {
  status: number;
  reason: string;
  headers: [string, string][];
  body: string;
  elapsedMs: number;
}

/** Sends a prepared request and waits for the answer. */
export function exchange(request: PyObject, timeout: PyValue): ResponseParts {
  const url = str(getAttribute(request, "url"));
  if (!/^https?:\/\//i.test(url)) {
    throw requestError(InvalidSchema, `No connection adapters were found for ${repr(shownUrl(url))}`);
  }
  const { scheme, netloc } = splitUrl(url);
  const headers = getAttribute(request, "headers");
  const body = bodyBytes(getAttribute(request, "body"));
  charge((body?.length ?? 0) >> 4);
  const { connect, read } = timeouts(timeout);
  const call: GuestJson = {
    method: str(getAttribute(request, "method")),
    // Credentials before the host are in a header by now, and a fragment is not sent.
    url: `${scheme}://${netloc.slice(netloc.lastIndexOf("@") + 1)}${pathUrl(url)}`,
    headers: headers instanceof PyHeaders ? headerLines(headers) : [],
    body: body === null ? null : latin1Text(base64Encode(body, false)),
    connectTimeout: connect,
    readTimeout: read,
  };
  let answer: AnswerJson;
  try {
    answer = askHost("requests", "http.send", call) as unknown as AnswerJson;
  } catch (error) {
    throw withRequest(error, request);
  }
  const bytes = base64Decode(encode(answer.body, "ascii"), false);
  charge(bytes.length >> 4);
  return { ...answer, body: bytes };
}

/** requests' errors know the request they are about. */
function withRequest(error: unknown, request: PyObject): unknown {
  const exception = error as { dict?: Map<string, PyValue>; cls?: unknown };
  if ([...requestErrors.values()].some((type) => type === exception.cls)) {
    exception.dict ??= new Map();
    exception.dict.set("request", request);
    exception.dict.set("response", null);
  }
  return error;
}
