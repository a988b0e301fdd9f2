// `requests.exceptions`: the hierarchy, and what of a URL may stand in an error's text.
import type { PyDict } from "../../python/dict.ts";
import {
  exceptionTypes,
  OSError,
  type PyException,
  pyError,
  RuntimeError,
  raise,
  TypeError_,
  typeError,
  ValueError,
  Warning,
} from "../../python/exceptions.ts";
import { call } from "../../python/function.ts";
import { decodeErrorType } from "../../python/modules/json-scanner.ts";
import { pythonMethods } from "../../python/modules/python-function.ts";
import { makeType, type PyType, type PyValue } from "../../python/object.ts";
import type { PyTuple } from "../../python/sequence.ts";

/** Classes of `requests.exceptions`, by name. */
export const requestErrors: Map<string, PyType> = new Map();

function define(name: string, bases: readonly PyType[], doc: string): PyType {
  const type = makeType(name, { bases: [...bases], module: "requests.exceptions", doc });
  type.hasDict = true;
  requestErrors.set(name, type);
  return type;
}

export const RequestException = define(
  "RequestException",
  [OSError],
  "There was an ambiguous exception that occurred while handling your\n    request.",
);
pythonMethods(RequestException, {
  "__init__(*args, **kwargs)": (self: PyException, args: PyTuple, kwargs: PyDict) => {
    const take = (name: string): PyValue => {
      const value = kwargs.get(name) ?? null;
      kwargs.delete(name);
      return value;
    };
    const response = take("response");
    const request = take("request");
    self.dict ??= new Map();
    self.dict.set("response", response);
    self.dict.set("request", request ?? (response === null ? null : requestOf(response)));
    if (kwargs.size > 0) throw typeError(`${self.cls.name}() takes no keyword arguments`);
    return call(OSError.lookup("__init__") as PyValue, [self, ...args.items], null);
  },
});
/** The request behind a response; set by the module that makes responses. */
let requestOf: (response: PyValue) => PyValue = () => null;
export function installRequestOf(find: (response: PyValue) => PyValue): void {
  requestOf = find;
}

export const InvalidJSONError = define("InvalidJSONError", [RequestException], "A JSON error occurred.");
/** Raised for an answer that is no JSON: one of requests' errors and of `json`'s. */
export const JSONDecodeError = define(
  "JSONDecodeError",
  [InvalidJSONError, decodeErrorType],
  "Couldn't decode the text into json",
);
pythonMethods(JSONDecodeError, {
  "__init__(*args, **kwargs)": (self: PyException, args: PyTuple, kwargs: PyDict) => {
    call(decodeErrorType.lookup("__init__") as PyValue, [self, ...args.items], null);
    const keywords = new Map([...kwargs.entries()] as [string, PyValue][]);
    return call(RequestException.lookup("__init__") as PyValue, [self, ...self.args], keywords);
  },
});
export const HTTPError = define("HTTPError", [RequestException], "An HTTP error occurred.");
export const ConnectionError = define("ConnectionError", [RequestException], "A Connection error occurred.");
define("ProxyError", [ConnectionError], "A proxy error occurred.");
define("SSLError", [ConnectionError], "An SSL error occurred.");
const Timeout = define(
  "Timeout",
  [RequestException],
  "The request timed out.\n\n    Catching this error will catch both\n    :exc:`~requests.exceptions.ConnectTimeout` and\n    :exc:`~requests.exceptions.ReadTimeout` errors.",
);
define("ConnectTimeout", [
  ConnectionError,
  Timeout,
], "The request timed out while trying to connect to the remote server.\n\n    Requests that produced this error are safe to retry.");
define("ReadTimeout", [Timeout], "The server did not send any data in the allotted amount of time.");
define("URLRequired", [RequestException], "A valid URL is required to make a request.");
export const TooManyRedirects = define("TooManyRedirects", [RequestException], "Too many redirects.");
export const MissingSchema = define(
  "MissingSchema",
  [RequestException, ValueError],
  "The URL scheme (e.g. http or https) is missing.",
);
export const InvalidSchema = define(
  "InvalidSchema",
  [RequestException, ValueError],
  "The URL scheme provided is either invalid or unsupported.",
);
export const InvalidURL = define(
  "InvalidURL",
  [RequestException, ValueError],
  "The URL provided was somehow invalid.",
);
export const InvalidHeader = define(
  "InvalidHeader",
  [RequestException, ValueError],
  "The header value provided was somehow invalid.",
);
define("InvalidProxyURL", [InvalidURL], "The proxy URL provided is invalid.");
define("ChunkedEncodingError", [
  RequestException,
], "The server declared chunked encoding but sent an invalid chunk.");
const urllib3Error = makeType("HTTPError", {
  base: exceptionTypes.get("Exception") as PyType,
  module: "urllib3.exceptions",
});
urllib3Error.hasDict = true;
define("ContentDecodingError", [RequestException, urllib3Error], "Failed to decode response content.");
define("StreamConsumedError", [
  RequestException,
  TypeError_,
], "The content for this response was already consumed.");
define("RetryError", [RequestException], "Custom retries logic failed");
define("UnrewindableBodyError", [
  RequestException,
], "Requests encountered an error when trying to rewind a body.");
const RequestsWarning = define("RequestsWarning", [Warning], "Base warning for Requests.");
define("FileModeWarning", [
  RequestsWarning,
  exceptionTypes.get("DeprecationWarning") as PyType,
], "A file was opened in text mode, but Requests determined its binary length.");
define("RequestsDependencyWarning", [
  RequestsWarning,
], "An imported dependency doesn't match the expected version range.");

/** `requests.cookies.CookieConflictError`. */
export const CookieConflictError = makeType("CookieConflictError", {
  base: RuntimeError,
  module: "requests.cookies",
});
CookieConflictError.hasDict = true;

/** `throw requestError(InvalidURL, "…", { request })`: made as requests makes it, with its attributes. */
export function requestError(
  type: PyType,
  message: PyValue,
  about: { readonly request?: PyValue; readonly response?: PyValue } = {},
): PyException {
  const exception = call(type, [message], new Map(Object.entries(about))) as PyException;
  return raise(exception);
}

/** `throw refused("files")`: what requests can do and an expression cannot. */
export function refused(what: string): PyException {
  return pyError(exceptionTypes.get("NotImplementedError") as PyType, `requests: ${what}`);
}

/**
 * A URL as an error may show it: scheme, host and port, `/…` for what is left out. The texts of errors reach people who
 * must not read an author's secrets, and those stand before the host, in paths and in queries.
 */
export function shownUrl(url: string): string {
  const [, scheme = "", authority = "", rest = ""] =
    /^([a-z][a-z0-9+.-]*:\/\/|\/\/)?([^/?#\\]*)(.*)$/is.exec(url) ?? [];
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  return `${scheme}${host}${rest.length > 1 ? "/…" : rest}`;
}
