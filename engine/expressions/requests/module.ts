// The module `requests`, as `import requests` finds it, and the session that expressions have under the same name.
import { asBytes } from "../../python/bytes.ts";
import type { PyDict } from "../../python/dict.ts";
import { method } from "../../python/function.ts";
import { defineModule } from "../../python/module.ts";
import { pythonFunctions } from "../../python/modules/python-function.ts";
import type { PyInstance, PyValue } from "../../python/object.ts";
import { str } from "../../python/representation.ts";
import { authBaseType, basicAuthType, digestAuthType, proxyAuthType } from "./auth.ts";
import { codes } from "./codes.ts";
import { cookieJarType, jarFrom, PyCookieJar } from "./cookies.ts";
import { CookieConflictError, requestErrors } from "./errors.ts";
import { headersType } from "./headers.ts";
import { preparedType, requestType } from "./request.ts";
import { responseType } from "./response.ts";
import {
  defaultHeaders,
  newSession,
  REQUESTS_VERSION,
  sessionType,
  timeoutSessionType,
  verbs,
} from "./session.ts";
import { quote, requote } from "./url.ts";

/** The version of authentik that expressions meet, as its user agent says. */
export const AUTHENTIK_VERSION = "2026.8.3";

/** The global `requests` of one evaluation: a session of its own. */
export function injectedSession(): PyInstance {
  return newSession(timeoutSessionType, `authentik@${AUTHENTIK_VERSION}`);
}

/** Functions of the module: each has a session of its own. */
const api = pythonFunctions({
  ...Object.fromEntries(
    Object.entries(verbs).map(([declaration, verb]) => [
      declaration,
      (url: PyValue, ...rest: PyValue[]) => verb(newSession(), url, ...rest),
    ]),
  ),
  "request(method, url, **kwargs)": (name: PyValue, url: PyValue, kwargs: PyDict) =>
    method(newSession(), "request", [name, url], new Map([...kwargs.entries()] as [string, PyValue][])),
});
const session = pythonFunctions({ "session()": () => newSession() });
const errors = Object.fromEntries(requestErrors);

defineModule("requests", {
  values: {
    ...api,
    ...session,
    ...Object.fromEntries(
      [
        "ConnectionError",
        "ConnectTimeout",
        "FileModeWarning",
        "HTTPError",
        "JSONDecodeError",
        "ReadTimeout",
        "RequestException",
        "Timeout",
        "TooManyRedirects",
        "URLRequired",
      ].map((name) => [name, errors[name] as PyValue]),
    ),
    codes,
    __version__: REQUESTS_VERSION,
  },
  types: [requestType, preparedType, responseType, sessionType],
});
defineModule("requests.api", { values: api });
defineModule("requests.exceptions", { values: errors });
defineModule("requests.auth", { types: [authBaseType, basicAuthType, proxyAuthType, digestAuthType] });
defineModule("requests.structures", { types: [headersType] });
defineModule("requests.models", { types: [requestType, preparedType, responseType] });
defineModule("requests.sessions", { values: session, types: [sessionType] });
defineModule("requests.status_codes", { values: { codes } });
defineModule("requests.cookies", {
  values: {
    ...pythonFunctions({
      "cookiejar_from_dict(cookie_dict, cookiejar=None, overwrite=True)": (
        dict: PyValue,
        jar: PyValue = null,
        overwrite: PyValue = true,
      ) => jarFrom(dict, jar instanceof PyCookieJar ? jar : undefined, overwrite !== false),
    }),
  },
  types: [cookieJarType, CookieConflictError],
});
defineModule("requests.utils", {
  values: pythonFunctions({
    "quote(string, safe='/')": (text: PyValue, safe: PyValue = "/") =>
      quote(asBytes(text) ?? str(text), str(safe)),
    "requote_uri(uri)": (uri: PyValue) => requote(str(uri)),
    "default_user_agent(name='python-requests')": (name: PyValue = "python-requests") =>
      `${str(name)}/${REQUESTS_VERSION}`,
    "default_headers()": () => defaultHeaders(),
    "dict_from_cookiejar(cj)": (jar: PyValue) => method(jar, "get_dict", [], null),
    "cookiejar_from_dict(cookie_dict)": (dict: PyValue) => jarFrom(dict),
  }),
});
