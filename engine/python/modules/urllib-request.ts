// The modules `urllib.error` and `urllib.request`: the exceptions are there, opening URLs is `requests`' business.
import { getAttribute, missing, setAttribute } from "../attribute.ts";
import { NotImplementedError, OSError, type PyException, pyError } from "../exceptions.ts";
import { builtin, defineAttributes } from "../function.ts";
import { defineModule } from "../module.ts";
import type { PyValue } from "../object.ts";
import { repr, str } from "../representation.ts";
import { bytesIoType } from "./io.ts";
import { pythonClass, pythonMethods } from "./python-function.ts";
import { quoteFunctions } from "./urllib-quote.ts";

/** `urllib.error.URLError`. */
export const urlErrorType = pythonClass("URLError", { base: OSError, module: "urllib.error" });
/** `urllib.error.HTTPError`. */
export const httpErrorType = pythonClass("HTTPError", { base: urlErrorType, module: "urllib.error" });
const tooShortType = pythonClass("ContentTooShortError", { base: urlErrorType, module: "urllib.error" });

function setFilename(self: PyException, filename: PyValue): void {
  self.fields ??= new Map();
  self.fields.set("filename", filename);
}
pythonMethods(urlErrorType, {
  "__init__(reason, filename=None)": (self: PyException, reason: PyValue, filename: PyValue = null) => {
    self.args = [reason];
    setAttribute(self, "reason", reason);
    if (filename !== null) setFilename(self, filename);
    return null;
  },
  "__str__()": (self: PyException) => `<urlopen error ${str(getAttribute(self, "reason"))}>`,
});

const attribute = (self: PyException, name: string): string => str(getAttribute(self, name));
pythonMethods(httpErrorType, {
  "__init__(url, code, msg, hdrs, fp)": (
    self: PyException,
    url: PyValue,
    code: PyValue,
    msg: PyValue,
    hdrs: PyValue,
    fp: PyValue,
  ) => {
    const file = fp ?? bytesIoType.call([], null);
    for (const [name, value] of Object.entries({ code, msg, hdrs, fp: file, url })) {
      setAttribute(self, name, value);
    }
    setFilename(self, url);
    // `OSError` leaves its arguments to an `__init__` that replaces its own, and this one keeps none.
    self.args = [];
    return null;
  },
  "__str__()": (self: PyException) => `HTTP Error ${attribute(self, "code")}: ${attribute(self, "msg")}`,
  "__repr__()": (self: PyException) =>
    `<HTTPError ${attribute(self, "code")}: ${repr(getAttribute(self, "msg"))}>`,
  "info()": (self: PyException) => getAttribute(self, "hdrs"),
  "geturl()": (self: PyException) => getAttribute(self, "url"),
  "getcode()": (self: PyException) => getAttribute(self, "code"),
  // An HTTPError is also the response: `read()` and the rest are its file's.
  "__getattr__(name)": (self: PyException, name: PyValue) => {
    const file = self.dict?.get("fp");
    if (file === undefined) throw missing(self, str(name));
    return getAttribute(file, str(name));
  },
});
defineAttributes<PyException>(httpErrorType, {
  reason: (self) => getAttribute(self, "msg"),
  status: (self) => getAttribute(self, "code"),
  headers: [
    (self) => getAttribute(self, "hdrs"),
    (self, headers) => {
      setAttribute(self, "hdrs", headers);
    },
  ],
});
pythonMethods(tooShortType, {
  "__init__(message, content)": (self: PyException, message: PyValue, content: PyValue) => {
    self.args = [message];
    setAttribute(self, "reason", message);
    setAttribute(self, "content", content);
    return null;
  },
});

defineModule("urllib.error", { types: [urlErrorType, httpErrorType, tooShortType] });

/** What `urllib.request` has in CPython and would open, install or retrieve something. */
const OPENERS =
  "Request OpenerDirector BaseHandler HTTPDefaultErrorHandler HTTPRedirectHandler HTTPCookieProcessor ProxyHandler HTTPPasswordMgr HTTPPasswordMgrWithDefaultRealm HTTPPasswordMgrWithPriorAuth AbstractBasicAuthHandler HTTPBasicAuthHandler ProxyBasicAuthHandler AbstractDigestAuthHandler HTTPDigestAuthHandler ProxyDigestAuthHandler HTTPHandler FileHandler FTPHandler CacheFTPHandler DataHandler UnknownHandler HTTPErrorProcessor urlopen install_opener build_opener pathname2url url2pathname getproxies urlretrieve urlcleanup HTTPSHandler";
const refused: { [name: string]: PyValue } = {};
for (const name of OPENERS.split(" ")) {
  refused[name] = builtin(`${name}(*args, **kwargs)`, () => {
    throw pyError(
      NotImplementedError,
      `urllib.request.${name} is not available in an expression: use the module requests`,
    );
  });
}
const { quote, unquote, unquote_to_bytes } = quoteFunctions as { [name: string]: PyValue };
defineModule("urllib.request", {
  values: {
    ...refused,
    quote: quote as PyValue,
    unquote: unquote as PyValue,
    unquote_to_bytes: unquote_to_bytes as PyValue,
    URLError: urlErrorType,
    HTTPError: httpErrorType,
    ContentTooShortError: tooShortType,
  },
});
