// `requests.Session`: settings that its requests share, cookies, and redirects.
import { getAttribute } from "../../python/attribute.ts";
import { asBytes } from "../../python/bytes.ts";
import { decode, encode } from "../../python/codecs.ts";
import { PyDict } from "../../python/dict.ts";
import { valueError } from "../../python/exceptions.ts";
import { call, method, method0 } from "../../python/function.ts";
import { pythonClass, pythonMethods } from "../../python/modules/python-function.ts";
import { asInt, isInstance, PyInstance, type PyObject, type PyValue } from "../../python/object.ts";
import { truth } from "../../python/operators.ts";
import { str } from "../../python/representation.ts";
import { list, PyList } from "../../python/sequence.ts";
import { hostHeaderOf, PyCookieJar as Jar, jarFrom, mergeCookies, type PyCookieJar } from "./cookies.ts";
import { refused, requestError, TooManyRedirects } from "./errors.ts";
import { headersOf, PyHeaders } from "./headers.ts";
import { isMapping, keyValueList } from "./pairs.ts";
import { copyPrepared, defaultHooks, prepareCookies, prepared, requestType } from "./request.ts";
import { isRedirect, jarOf, makeResponse, type ResponseParts } from "./response.ts";
import { exchange } from "./transport.ts";
import { hostOf, joinUrl, portOf, requote, splitUrl, unsplitUrl } from "./url.ts";

/** The version of requests that this follows. */
export const REQUESTS_VERSION = "2.34.2";

/** `requests.utils.default_headers()`. */
export function defaultHeaders(userAgent = `python-requests/${REQUESTS_VERSION}`): PyHeaders {
  return headersOf([
    ["User-Agent", userAgent],
    ["Accept-Encoding", "gzip, deflate"],
    ["Accept", "*/*"],
    ["Connection", "keep-alive"],
  ]);
}

export const sessionType = pythonClass("Session", { module: "requests.sessions" });

const read = (self: PyValue, name: string): PyValue => getAttribute(self, name);
const jarIn = (self: PyValue): PyCookieJar => {
  const jar = read(self, "cookies");
  return jar instanceof Jar ? jar : jarFrom(jar);
};

function initialize(self: PyInstance, userAgent?: string): void {
  const attributes: { [name: string]: PyValue } = {
    headers: defaultHeaders(userAgent),
    auth: null,
    proxies: new PyDict(),
    hooks: defaultHooks(),
    params: new PyDict(),
    stream: false,
    verify: true,
    cert: null,
    max_redirects: 30,
    trust_env: true,
    cookies: jarFrom(null),
  };
  for (const [name, value] of Object.entries(attributes)) self.dict?.set(name, value);
}
/** A session, as `requests.Session()` makes it. */
export function newSession(type = sessionType, userAgent?: string): PyInstance {
  const self = new PyInstance(type);
  initialize(self, userAgent);
  return self;
}

// ---- settings ------------------------------------------------------------------------------------

/** `merge_setting(request_setting, session_setting)`: mappings are merged, and None takes an entry away. */
function mergeSetting(own: PyValue, shared: PyValue, headers = false): PyValue {
  if (shared === null) return own;
  if (own === null) return shared;
  if (!isMapping(own) || !isMapping(shared)) return own;
  const merged = headers ? new PyHeaders() : new PyDict();
  for (const setting of [shared, own]) {
    for (const [name, value] of keyValueList(setting)) merged.set(name, value);
  }
  if (merged instanceof PyHeaders) {
    for (const [key, [, value]] of [...merged.store]) if (value === null) merged.store.delete(key);
  } else {
    for (const [key, value] of [...merged.entries()]) if (value === null) merged.delete(key);
  }
  return merged;
}
function mergeHooks(own: PyValue, shared: PyValue): PyValue {
  const empty = (hooks: PyValue): boolean => {
    const responses = hooks instanceof PyDict ? hooks.get("response") : undefined;
    return hooks === null || (responses instanceof PyList && responses.items.length === 0);
  };
  if (empty(shared)) return own;
  return empty(own) ? shared : mergeSetting(own, shared);
}

function prepareRequest(self: PyValue, request: PyValue): PyInstance {
  const asked = read(request, "cookies");
  const jar = new Jar();
  mergeCookies(jar, read(self, "cookies"));
  mergeCookies(jar, asked instanceof Jar ? asked : jarFrom(truth(asked) ? asked : null));
  return prepared({
    method: method0(read(request, "method"), "upper"),
    url: read(request, "url"),
    files: read(request, "files"),
    data: read(request, "data"),
    json: read(request, "json"),
    headers: mergeSetting(read(request, "headers"), read(self, "headers"), true),
    params: mergeSetting(read(request, "params"), read(self, "params")),
    auth: mergeSetting(read(request, "auth"), read(self, "auth")),
    cookies: jar,
    hooks: mergeHooks(read(request, "hooks"), read(self, "hooks")),
  });
}

/** What the guarded way out does not do is refused, not passed over. */
function checkSettings(verify: PyValue, cert: PyValue, proxies: PyValue): void {
  if (verify !== null && verify !== true) {
    throw refused("certificates are always checked against the host's roots; leave verify out");
  }
  if (truth(cert)) throw refused("client certificates are not available in an expression");
  if (truth(proxies)) throw refused("proxies are not available in an expression");
}

// ---- sending -------------------------------------------------------------------------------------

type Settings = ReadonlyMap<string, PyValue>;

function setCookies(parts: ResponseParts): string[] {
  return parts.headers.filter(([name]) => name.toLowerCase() === "set-cookie").map(([, value]) => value);
}

/** One exchange with its hooks: what `HTTPAdapter.send` and the first half of `Session.send` do. */
function sendOnce(
  self: PyValue,
  request: PyObject,
  settings: Settings,
): { response: PyValue; cookies: string[] } {
  const parts = exchange(request, settings.get("timeout") ?? null);
  let response: PyValue = makeResponse(parts, request);
  const cookies = setCookies(parts);
  keepCookies(jarOf(response), request, cookies);
  const hooks = (read(request, "hooks") as PyDict).get("response") ?? null;
  const functions = hooks instanceof PyList ? [...hooks.items] : truth(hooks) ? [hooks] : [];
  for (const hook of functions) {
    const answer = call(hook, [response], new Map(settings));
    if (answer !== null) response = answer;
  }
  keepCookies(jarIn(self), request, cookies);
  return { response, cookies };
}
function keepCookies(jar: PyCookieJar, request: PyObject, cookies: readonly string[]): void {
  if (cookies.length > 0)
    jar.extract(cookies, str(read(request, "url")), hostHeaderOf(read(request, "headers")));
}

/** Where an answer points; null where it is no redirect. */
function redirectTarget(response: PyValue): string | null {
  if (!isRedirect(response)) return null;
  const location = (read(response, "headers") as PyHeaders).get("location") ?? "";
  const bytes = asBytes(location) ?? encode(str(location), "latin1");
  return decode(bytes, "utf8");
}

/** Credentials go along only within the same origin (or from http to https of it). */
function leavesOrigin(from: string, to: string): boolean {
  const before = splitUrl(from);
  const after = splitUrl(to);
  if (hostOf(before.netloc) !== hostOf(after.netloc)) return true;
  const ports = [portOf(before.netloc), portOf(after.netloc)] as const;
  const standard = (port: number | null, number: number): boolean => port === null || port === number;
  if (
    before.scheme === "http" &&
    after.scheme === "https" &&
    standard(ports[0], 80) &&
    standard(ports[1], 443)
  ) {
    return false;
  }
  const usual = before.scheme === "https" ? 443 : 80;
  if (before.scheme === after.scheme && ports.every((port) => standard(port, usual))) return false;
  return ports[0] !== ports[1] || before.scheme !== after.scheme;
}

/** Methods change on the way as browsers change them. */
function redirectedMethod(status: number, name: string): string {
  if ((status === 303 || status === 302) && name !== "HEAD") return "GET";
  return status === 301 && name === "POST" ? "GET" : name;
}

interface Hop {
  readonly request: PyInstance;
  /** The fragment goes along until a redirect has one of its own. */
  readonly fragment: string;
}
function nextRequest(
  self: PyValue,
  { response, cookies }: { response: PyValue; cookies: readonly string[] },
  previous: { readonly request: PyObject; readonly fragment: string },
  target: string,
): Hop {
  const request = copyPrepared(previous.request);
  const responseUrl = str(read(response, "url"));
  const absolute = target.startsWith("//") ? `${splitUrl(responseUrl).scheme}:${target}` : target;
  const parts = splitUrl(absolute);
  const fragment = parts.fragment === "" ? previous.fragment : parts.fragment;
  const whole = unsplitUrl({ ...parts, fragment });
  const url = parts.netloc === "" ? joinUrl(responseUrl, requote(whole)) : requote(whole);
  const attributes = request.dict as Map<string, PyValue>;
  attributes.set("url", url);
  const status = Number(asInt(read(response, "status_code")));
  attributes.set("method", redirectedMethod(status, str(read(request, "method"))));
  const headers = read(request, "headers") as PyHeaders;
  if (status !== 307 && status !== 308) {
    for (const name of ["Content-Length", "Content-Type", "Transfer-Encoding"]) headers.delete(name);
    attributes.set("body", null);
  }
  headers.delete("Cookie");
  const jar = read(request, "_cookies") as PyCookieJar;
  keepCookies(jar, previous.request, cookies);
  mergeCookies(jar, read(self, "cookies"));
  prepareCookies(request, jar);
  headers.delete("Proxy-Authorization");
  if (headers.has("Authorization") && leavesOrigin(str(read(read(response, "request"), "url")), url)) {
    headers.delete("Authorization");
  }
  return { request, fragment };
}

function send(self: PyValue, request: PyObject, given: Settings): PyValue {
  if (isInstance(request, requestType)) throw valueError("You can only send PreparedRequests.");
  const settings = new Map(given);
  const allowed = settings.get("allow_redirects");
  const follow = allowed === undefined || truth(allowed);
  settings.delete("allow_redirects");
  for (const name of ["stream", "verify", "cert", "proxies"]) {
    if (!settings.has(name)) settings.set(name, read(self, name));
  }
  checkSettings(
    settings.get("verify") ?? null,
    settings.get("cert") ?? null,
    settings.get("proxies") ?? null,
  );
  let sent = sendOnce(self, request, settings);
  let hop: { readonly request: PyObject; readonly fragment: string } = {
    request,
    fragment: splitUrl(str(read(request, "url"))).fragment,
  };
  const history: PyValue[] = [];
  const most = Number(asInt(read(self, "max_redirects")) ?? 30);
  for (let target = redirectTarget(sent.response); target !== null && target !== ""; ) {
    const { response } = sent;
    const attributes = (response as PyInstance).dict as Map<string, PyValue>;
    if (!follow) {
      attributes.set("_next", nextRequest(self, sent, hop, target).request);
      return response;
    }
    attributes.set("history", list([...history]));
    if (history.length >= most) {
      throw requestError(TooManyRedirects, `Exceeded ${most} redirects.`, { response });
    }
    history.push(response);
    hop = nextRequest(self, sent, hop, target);
    sent = sendOnce(self, hop.request, settings);
    target = redirectTarget(sent.response);
  }
  if (history.length > 0) (sent.response as PyInstance).dict?.set("history", list(history));
  return sent.response;
}

const PARAMETERS =
  "params=None, data=None, headers=None, cookies=None, files=None, auth=None, timeout=None, allow_redirects=True, proxies=None, hooks=None, stream=None, verify=None, cert=None, json=None";

function request(
  self: PyValue,
  name: PyValue,
  url: PyValue,
  params: PyValue = null,
  data: PyValue = null,
  headers: PyValue = null,
  cookies: PyValue = null,
  files: PyValue = null,
  auth: PyValue = null,
  timeout: PyValue = null,
  allowRedirects: PyValue = true,
  proxies: PyValue = null,
  hooks: PyValue = null,
  stream: PyValue = null,
  verify: PyValue = null,
  cert: PyValue = null,
  json: PyValue = null,
): PyValue {
  const bytes = asBytes(url);
  const asked = call(
    requestType,
    [],
    new Map<string, PyValue>([
      ["method", method0(name, "upper")],
      ["url", bytes === undefined ? url : decode(bytes)],
      ["headers", headers],
      ["files", files],
      ["data", truth(data) ? data : new PyDict()],
      ["json", json],
      ["params", truth(params) ? params : new PyDict()],
      ["auth", auth],
      ["cookies", cookies],
      ["hooks", hooks],
    ]),
  );
  const ready = method(self, "prepare_request", [asked], null);
  return method(
    self,
    "send",
    [ready],
    new Map<string, PyValue>([
      ["timeout", timeout],
      ["allow_redirects", allowRedirects],
      ["proxies", mergeSetting(truth(proxies) ? proxies : new PyDict(), read(self, "proxies"))],
      ["stream", mergeSetting(stream, read(self, "stream"))],
      ["verify", mergeSetting(verify, read(self, "verify"))],
      ["cert", mergeSetting(cert, read(self, "cert"))],
    ]),
  );
}

/** `session.get(url, **kwargs)` and its like. */
function verb(name: string, positional: readonly string[], follow?: boolean) {
  return (self: PyValue, url: PyValue, ...rest: PyValue[]): PyValue => {
    const kwargs = rest[positional.length] as PyDict;
    const keywords = new Map<string, PyValue>([...kwargs.entries()] as [string, PyValue][]);
    for (const [i, parameter] of positional.entries()) keywords.set(parameter, rest[i] ?? null);
    if (follow !== undefined && !keywords.has("allow_redirects")) keywords.set("allow_redirects", follow);
    return method(self, "request", [name, url], keywords);
  };
}

/** Methods of a session by declaration; the functions of the module have the same. */
export const verbs: {
  readonly [declaration: string]: (self: PyValue, url: PyValue, ...rest: PyValue[]) => PyValue;
} = {
  "get(url, params=None, **kwargs)": verb("GET", ["params"], true),
  "options(url, **kwargs)": verb("OPTIONS", [], true),
  "head(url, **kwargs)": verb("HEAD", [], false),
  "post(url, data=None, json=None, **kwargs)": verb("POST", ["data", "json"]),
  "put(url, data=None, **kwargs)": verb("PUT", ["data"]),
  "patch(url, data=None, **kwargs)": verb("PATCH", ["data"]),
  "delete(url, **kwargs)": verb("DELETE", []),
};

pythonMethods(sessionType, {
  "__init__()": (self: PyInstance) => {
    initialize(self);
    return null;
  },
  "__enter__()": (self: PyValue) => self,
  "__exit__(*args)": () => null,
  "close()": () => null,
  "prepare_request(request)": prepareRequest,
  [`request(method, url, ${PARAMETERS})`]: request,
  "send(request, **kwargs)": (self: PyValue, prepared: PyObject, kwargs: PyDict) =>
    send(self, prepared, new Map([...kwargs.entries()] as [string, PyValue][])),
  "mount(prefix, adapter)": () => {
    throw refused("adapters cannot be changed in an expression");
  },
  ...verbs,
});

/** `authentik.lib.utils.http.TimeoutSession`: what the name `requests` is in an expression of authentik's. */
export const timeoutSessionType = pythonClass("TimeoutSession", {
  base: sessionType,
  module: "authentik.lib.utils.http",
});
