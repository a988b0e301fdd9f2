// `requests.auth`: what puts credentials on a request.
import { findAttribute, getAttribute } from "../../python/attribute.ts";
import { asBytes, latin1Text } from "../../python/bytes.ts";
import { encode } from "../../python/codecs.ts";
import { exceptionTypes, pyError } from "../../python/exceptions.ts";
import { defineMethods } from "../../python/function.ts";
import { base64Encode } from "../../python/modules/binascii.ts";
import { pythonClass, pythonMethods } from "../../python/modules/python-function.ts";
import { asStr, type PyInstance, type PyType, type PyValue } from "../../python/object.ts";
import { same, setItem } from "../../python/operators.ts";
import { str } from "../../python/representation.ts";
import { refused } from "./errors.ts";

const module = "requests.auth";

/** `requests.auth._basic_auth_str(username, password)`: texts are Latin-1. */
function basicCredentials(username: PyValue, password: PyValue): string {
  const bytesOf = (value: PyValue): Uint8Array =>
    asBytes(value) ?? encode(asStr(value) ?? str(value), "latin1");
  const user = bytesOf(username);
  const secret = bytesOf(password);
  const pair = new Uint8Array(user.length + 1 + secret.length);
  pair.set(user);
  pair[user.length] = 58;
  pair.set(secret, user.length + 1);
  return `Basic ${latin1Text(base64Encode(pair, false))}`;
}

/** Base of all handlers; authors derive from it. */
export const authBaseType = pythonClass("AuthBase", {
  module,
  doc: "Base class that all auth implementations derive from",
});
pythonMethods(authBaseType, {
  "__call__(r)": () => {
    throw pyError(exceptionTypes.get("NotImplementedError") as PyType, "Auth hooks must be callable.");
  },
});

function credentialType(name: string, base: PyType, doc: string): PyType {
  const type = pythonClass(name, { base, module, doc });
  pythonMethods(type, {
    "__init__(username, password)": (self: PyInstance, username: PyValue, password: PyValue) => {
      self.dict?.set("username", username);
      self.dict?.set("password", password);
      return null;
    },
  });
  defineMethods(type, {
    "__eq__(value, /)": (self: PyValue, other: PyValue) =>
      ["username", "password"].every((part) =>
        same(getAttribute(self, part), findAttribute(other, part) ?? null),
      ),
  });
  type.dict.set("__hash__", null);
  return type;
}
function onHeader(type: PyType, header: string): void {
  pythonMethods(type, {
    "__call__(r)": (self: PyValue, request: PyValue) => {
      const credentials = basicCredentials(getAttribute(self, "username"), getAttribute(self, "password"));
      setItem(getAttribute(request, "headers"), header, credentials);
      return request;
    },
  });
}
export const basicAuthType = credentialType(
  "HTTPBasicAuth",
  authBaseType,
  "Attaches HTTP Basic Authentication to the given Request object.",
);
onHeader(basicAuthType, "Authorization");
export const proxyAuthType = credentialType(
  "HTTPProxyAuth",
  basicAuthType,
  "Attaches HTTP Proxy Authentication to a given Request object.",
);
onHeader(proxyAuthType, "Proxy-Authorization");
export const digestAuthType = credentialType(
  "HTTPDigestAuth",
  authBaseType,
  "Attaches HTTP Digest Authentication to the given Request object.",
);
pythonMethods(digestAuthType, {
  "__call__(r)": () => {
    throw refused("digest authentication is not available in an expression; use basic or a header");
  },
});
