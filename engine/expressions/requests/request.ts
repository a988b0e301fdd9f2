// `requests.Request` and `PreparedRequest`: what an author asks for becomes exactly what is sent.
import { findAttribute, getAttribute } from "../../python/attribute.ts";
import { asBytes, PyBytes } from "../../python/bytes.ts";
import { decode, encode } from "../../python/codecs.ts";
import { PyDict } from "../../python/dict.ts";
import { isException, typeError, ValueError, valueError } from "../../python/exceptions.ts";
import { call, call1, defineAttributes, method0, method1 } from "../../python/function.ts";
import { collect } from "../../python/iterator.ts";
import { importFrom } from "../../python/module.ts";
import { pythonClass, pythonMethods } from "../../python/modules/python-function.ts";
import { asStr, PyInstance, type PyObject, type PyValue, typeOf } from "../../python/object.ts";
import { getItem, truth } from "../../python/operators.ts";
import { caught } from "../../python/raising.ts";
import { repr, str } from "../../python/representation.ts";
import { list, PyList, PyTuple } from "../../python/sequence.ts";
import { basicAuthType } from "./auth.ts";
import { hostHeaderOf, jarFrom, PyCookieJar } from "./cookies.ts";
import {
  InvalidHeader,
  InvalidJSONError,
  InvalidURL,
  MissingSchema,
  refused,
  requestError,
  shownUrl,
} from "./errors.ts";
import { encodeParams } from "./form.ts";
import { PyHeaders } from "./headers.ts";
import { isIterable, isMapping, keyValueList } from "./pairs.ts";
import { credentialsOf, parseUrl, requote, splitUrl, unquoteBytes, unsplitUrl } from "./url.ts";

const module = "requests.models";

/** Bytes or text as text. */
function nativeText(value: PyValue): string {
  const bytes = asBytes(value);
  return bytes === undefined ? (asStr(value) ?? str(value)) : decode(bytes, "ascii");
}

// ---- URL -----------------------------------------------------------------------------------------

/** `params` as a query; they join one that is there, whatever they are. */
function queryText(params: PyValue, joins: boolean): string {
  if (params === null) return "";
  const encoded = asBytes(params) === undefined ? encodeParams(params) : nativeText(params);
  if (encoded !== undefined) return encoded as string;
  if (!truth(params)) return "";
  if (!joins) throw typeError("Cannot mix str and non-str arguments");
  return str(params);
}

function prepareUrl(given: PyValue, params: PyValue): string {
  const bytes = asBytes(given);
  const url = method0(bytes === undefined ? str(given) : decode(bytes, "utf8"), "lstrip") as string;
  // Whatever is not HTTP goes through as it is, and finds no way out later.
  if (url.includes(":") && !url.toLowerCase().startsWith("http")) return url;
  const shown = shownUrl(url);
  const parts = url === "" ? undefined : parseUrl(url);
  if (url !== "" && parts === undefined) throw requestError(InvalidURL, `Failed to parse: ${shown}`);
  const scheme = parts?.scheme ?? "";
  if (scheme === "") {
    throw requestError(
      MissingSchema,
      `Invalid URL ${repr(shown)}: No scheme supplied. Perhaps you meant https://${shown}?`,
    );
  }
  const { auth, host, port, path, query, fragment } = parts as NonNullable<typeof parts>;
  if (!host) throw requestError(InvalidURL, `Invalid URL ${repr(shown)}: No host supplied`);
  if (/^[*.]/.test(host)) throw requestError(InvalidURL, "URL has an invalid label.");
  const netloc = `${auth === null ? "" : `${auth}@`}${host}${port ? `:${port}` : ""}`;
  const extra = queryText(params, query !== null && query !== "");
  const whole = extra === "" ? (query ?? "") : query ? `${query}&${extra}` : extra;
  return requote(
    unsplitUrl({
      scheme,
      netloc,
      path: path === null || path === "" ? "/" : path,
      query: whole,
      fragment: fragment ?? "",
    }),
  );
}

// ---- headers -------------------------------------------------------------------------------------

const VALID_NAME = /^[^:\s][^:\r\n]*$/;
const VALID_VALUE = /^(?:\S[^\r\n]*)?$/;

/** Checks one part of a header. The text names the header and never shows its value, which may be a secret. */
function checkPart(part: PyValue, valid: RegExp, kind: "name" | "value", name: PyValue): void {
  const bytes = asBytes(part);
  const text = asStr(part) ?? (bytes === undefined ? undefined : decode(bytes, "latin1"));
  if (text === undefined) {
    throw requestError(
      InvalidHeader,
      `Header part of ${repr(name)} must be of type str or bytes, not ${repr(typeOf(part))}`,
    );
  }
  if (!valid.test(text)) {
    const which = kind === "name" ? repr(part) : `of ${repr(name)}`;
    throw requestError(
      InvalidHeader,
      `Invalid leading whitespace, reserved character(s), or return character(s) in header ${kind}: ${which}`,
    );
  }
}
function prepareHeaders(given: PyValue): PyHeaders {
  const headers = new PyHeaders();
  if (!truth(given)) return headers;
  for (const [name, value] of keyValueList(call(getAttribute(given, "items"), [], null))) {
    checkPart(name, VALID_NAME, "name", name);
    checkPart(value, VALID_VALUE, "value", name);
    headers.set(nativeText(name), value);
  }
  return headers;
}

// ---- body ----------------------------------------------------------------------------------------

const attribute = (self: PyObject, name: string, value: PyValue): void => {
  self.dict ??= new Map();
  self.dict.set(name, value);
};
const headersOfRequest = (self: PyValue): PyHeaders => getAttribute(self, "headers") as PyHeaders;

function jsonBody(self: PyValue, value: PyValue): PyValue {
  try {
    const text = call(importFrom("json", "dumps", 0), [value], new Map([["allow_nan", false]]));
    return new PyBytes(encode(str(text)));
  } catch (error) {
    const exception = caught(error);
    if (!isException(exception) || !exception.cls.isSubtype(ValueError)) throw error;
    throw requestError(InvalidJSONError, exception, { request: self });
  }
}

/** Bytes of a body as they go over the wire: texts as UTF-8. */
export function bodyBytes(body: PyValue): Uint8Array | null {
  if (body === null) return null;
  const bytes = asBytes(body);
  if (bytes !== undefined) return bytes;
  const text = asStr(body);
  if (text === undefined) throw refused("streamed bodies are not available in an expression");
  return encode(text);
}

function prepareContentLength(self: PyObject, body: PyValue): void {
  const headers = headersOfRequest(self);
  const bytes = bodyBytes(body);
  if (bytes !== null) {
    if (bytes.length > 0) headers.set("Content-Length", String(bytes.length));
    return;
  }
  const name = getAttribute(self, "method");
  if (name !== "GET" && name !== "HEAD" && (headers.get("Content-Length") ?? null) === null) {
    headers.set("Content-Length", "0");
  }
}

function prepareBody(self: PyObject, data: PyValue, files: PyValue, json: PyValue): void {
  if (truth(files)) throw refused("files cannot be sent from an expression; send bytes as data");
  const headers = headersOfRequest(self);
  let body: PyValue = null;
  let contentType: string | null = null;
  const given = truth(data);
  if (!given && json !== null) {
    contentType = "application/json";
    body = jsonBody(self, json);
  }
  const plain = asStr(data) !== undefined || asBytes(data) !== undefined;
  const form = data instanceof PyList || data instanceof PyTuple || isMapping(data);
  if (!plain && !form && data !== null && isIterable(data)) {
    throw refused("streamed bodies are not available in an expression");
  }
  if (given) {
    const encoded = encodeParams(data);
    if (encoded === undefined) throw refused(`a body of type ${typeOf(data).name} cannot be sent`);
    if (plain) body = data;
    else {
      body = encoded as string;
      contentType = "application/x-www-form-urlencoded";
    }
  }
  prepareContentLength(self, body);
  if (contentType !== null && !headers.has("content-type")) headers.set("Content-Type", contentType);
  attribute(self, "body", body);
}

// ---- credentials ---------------------------------------------------------------------------------

/** `requests.utils.get_auth_from_url(url)`; undefined where it holds no user and password. */
function credentialsIn(url: string): [string, string] | undefined {
  const found = credentialsOf(splitUrl(url).netloc);
  if (found === undefined) return undefined;
  const [user, password] = found.map((part) => decode(unquoteBytes(part), "utf-8", "replace"));
  return user === "" && password === "" ? undefined : [user as string, password as string];
}

function prepareAuth(self: PyObject, given: PyValue): void {
  let auth = given;
  if (auth === null) {
    const found = credentialsIn(str(getAttribute(self, "url")));
    auth = found === undefined ? null : new PyTuple(found);
  }
  if (!truth(auth)) return;
  const handler =
    auth instanceof PyTuple && auth.items.length === 2 ? call(basicAuthType, [...auth.items], null) : auth;
  const changed = call1(handler, self);
  const attributes = changed instanceof PyInstance ? changed.dict : undefined;
  if (attributes === undefined) {
    throw typeError(`auth handlers must return the request, not ${typeOf(changed).name}`);
  }
  for (const [name, value] of attributes) attribute(self, name, value);
  prepareContentLength(self, getAttribute(self, "body"));
}

/** Puts the jar's cookies for this request on it, unless it has some. */
export function prepareCookies(self: PyObject, cookies: PyValue): void {
  const jar = cookies instanceof PyCookieJar ? cookies : jarFrom(cookies);
  attribute(self, "_cookies", jar);
  const headers = headersOfRequest(self);
  const header = jar.header(str(getAttribute(self, "url")), hostHeaderOf(headers));
  if (header !== undefined && !headers.has("Cookie")) headers.set("Cookie", header);
}

// ---- hooks ---------------------------------------------------------------------------------------

/** `{"response": []}`. */
export function defaultHooks(): PyDict {
  const hooks = new PyDict();
  hooks.set("response", list([]));
  return hooks;
}
const isCallable = (value: PyValue): boolean =>
  typeOf(value).lookup("__call__") !== undefined || findAttribute(value, "__call__") !== undefined;
function registerHook(self: PyValue, event: PyValue, hook: PyValue): void {
  const hooks = (getAttribute(self, "hooks") as PyDict).get(event);
  if (!(hooks instanceof PyList)) {
    throw valueError(`Unsupported event specified, with event name "${str(event)}"`);
  }
  if (isCallable(hook)) hooks.items.push(hook);
  else if (isIterable(hook)) hooks.items.push(...collect(hook).filter(isCallable));
}
function registerHooks(self: PyValue, hooks: PyValue): void {
  if (!truth(hooks)) return;
  for (const [event, hook] of keyValueList(hooks)) registerHook(self, event, hook);
}
const hookMethods = {
  "register_hook(event, hook)": (self: PyValue, event: PyValue, hook: PyValue) => {
    registerHook(self, event, hook);
    return null;
  },
  "deregister_hook(event, hook)": (self: PyValue, event: PyValue, hook: PyValue) => {
    try {
      method1(getItem(getAttribute(self, "hooks"), event), "remove", hook);
      return true;
    } catch (error) {
      if (caught(error).cls.isSubtype(ValueError)) return false;
      throw error;
    }
  },
};

// ---- the two types -------------------------------------------------------------------------------

/** What a request is prepared from. */
export interface RequestParts {
  readonly method: PyValue;
  readonly url: PyValue;
  readonly headers: PyValue;
  readonly files: PyValue;
  readonly data: PyValue;
  readonly json: PyValue;
  readonly params: PyValue;
  readonly auth: PyValue;
  readonly cookies: PyValue;
  readonly hooks: PyValue;
}

/** The parameters of `Request(…)` and of `PreparedRequest.prepare(…)`. */
const PARTS =
  "(method=None, url=None, headers=None, files=None, data=None, params=None, auth=None, cookies=None, hooks=None, json=None)";
type PartArguments = (PyValue | undefined)[];
function partsOf([
  method = null,
  url = null,
  headers = null,
  files = null,
  data = null,
  params = null,
  auth = null,
  cookies = null,
  hooks = null,
  json = null,
]: PartArguments): RequestParts {
  return { method, url, headers, files, data, params, auth, cookies, hooks, json };
}

export const requestType = pythonClass("Request", { module });
pythonMethods(requestType, {
  [`__init__${PARTS}`]: (self: PyInstance, ...given: PartArguments) => {
    const { hooks, ...parts } = partsOf(given);
    attribute(self, "hooks", defaultHooks());
    registerHooks(self, hooks);
    const attributes: { [name: string]: PyValue } = {
      method: parts.method,
      url: parts.url,
      headers: parts.headers ?? new PyDict(),
      files: parts.files ?? list([]),
      data: parts.data ?? list([]),
      json: parts.json,
      params: parts.params ?? new PyDict(),
      auth: parts.auth,
      cookies: parts.cookies,
    };
    for (const [key, value] of Object.entries(attributes)) attribute(self, key, value);
    return null;
  },
  "prepare()": (self: PyInstance) => {
    const read = (name: string): PyValue => getAttribute(self, name);
    return prepared({
      method: read("method"),
      url: read("url"),
      headers: read("headers"),
      files: read("files"),
      data: read("data"),
      json: read("json"),
      params: read("params"),
      auth: read("auth"),
      cookies: read("cookies"),
      hooks: read("hooks"),
    });
  },
  "__repr__()": (self: PyValue) => `<Request [${str(getAttribute(self, "method"))}]>`,
  ...hookMethods,
});

export const preparedType = pythonClass("PreparedRequest", { module });

function emptyPrepared(): PyInstance {
  const self = new PyInstance(preparedType);
  for (const name of ["method", "url", "headers", "_cookies", "body"]) attribute(self, name, null);
  attribute(self, "hooks", defaultHooks());
  return self;
}
function prepare(self: PyObject, parts: RequestParts): void {
  attribute(self, "method", parts.method === null ? null : nativeText(method0(parts.method, "upper")));
  attribute(self, "url", prepareUrl(parts.url, parts.params));
  attribute(self, "headers", prepareHeaders(parts.headers));
  prepareCookies(self, parts.cookies);
  prepareBody(self, parts.data, parts.files, parts.json);
  prepareAuth(self, parts.auth);
  registerHooks(self, parts.hooks);
}
/** A new request, prepared. */
export function prepared(parts: RequestParts): PyInstance {
  const self = emptyPrepared();
  prepare(self, parts);
  return self;
}
/** A copy that can be changed without changing the original. */
export function copyPrepared(self: PyValue): PyInstance {
  const copy = emptyPrepared();
  for (const name of ["method", "url", "body", "hooks"]) attribute(copy, name, getAttribute(self, name));
  const headers = getAttribute(self, "headers");
  attribute(copy, "headers", headers instanceof PyHeaders ? headers.copy() : headers);
  const jar = getAttribute(self, "_cookies");
  attribute(copy, "_cookies", jar instanceof PyCookieJar ? jar.copy() : jar);
  return copy;
}
/** `request.path_url`: path and query as they are sent. */
export function pathUrl(url: string): string {
  const { path, query } = splitUrl(url);
  return `${path === "" ? "/" : path}${query === "" ? "" : `?${query}`}`;
}

defineAttributes<PyInstance>(preparedType, {
  path_url: (self) => pathUrl(str(getAttribute(self, "url"))),
});
pythonMethods(preparedType, {
  "__init__()": (self: PyInstance) => {
    for (const [name, value] of emptyPrepared().dict ?? []) attribute(self, name, value);
    return null;
  },
  [`prepare${PARTS}`]: (self: PyInstance, ...given: PartArguments) => {
    prepare(self, partsOf(given));
    return null;
  },
  "prepare_url(url, params)": (self: PyInstance, url: PyValue, params: PyValue) => {
    attribute(self, "url", prepareUrl(url, params));
    return null;
  },
  "prepare_auth(auth, url='')": (self: PyInstance, auth: PyValue) => {
    prepareAuth(self, auth);
    return null;
  },
  "prepare_body(data, files, json=None)": (
    self: PyInstance,
    data: PyValue,
    files: PyValue,
    json: PyValue = null,
  ) => {
    prepareBody(self, data, files, json);
    return null;
  },
  "copy()": copyPrepared,
  "__repr__()": (self: PyValue) => `<PreparedRequest [${str(getAttribute(self, "method"))}]>`,
  ...hookMethods,
});
