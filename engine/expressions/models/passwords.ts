// A user's password: set here, hashed, kept and checked by the host; its hash is nothing an expression can read.
import { attributeError, pyError } from "../../python/exceptions.ts";
import { defineAttributes } from "../../python/function.ts";
import { pythonMethods } from "../../python/modules/python-function.ts";
import type { PyValue } from "../../python/object.ts";
import { str } from "../../python/representation.ts";
import { askHost, type GuestJson } from "../capabilities.ts";
import { NotSupportedError } from "../django/exceptions.ts";
import { userModel } from "./catalogue.ts";
import { hostJson } from "./host.ts";
import type { PyRecord } from "./record.ts";
import { byKey, type Target } from "./relations.ts";

/** Passwords that are set and not saved yet; null where none shall be usable. No attribute holds them. */
export const passwords: WeakMap<PyRecord, string | null> = new WeakMap();

/** The key under which a row says whether its password can be used. */
const USABLE = "password_usable";

/** The password to be saved: a text, null for none that can be used; undefined: unchanged. */
export function newPassword(record: PyRecord): GuestJson | undefined {
  return passwords.get(record);
}

pythonMethods(userModel.type, {
  "set_password(raw_password, signal=True, sender=None, request=None)": (self: PyRecord, raw: PyValue) => {
    passwords.set(self, raw === null ? null : str(raw));
    return null;
  },
  "set_unusable_password()": (self: PyRecord) => {
    passwords.set(self, null);
    return null;
  },
  "has_usable_password()": (self: PyRecord) => {
    const pending = passwords.get(self);
    if (pending !== undefined) return pending !== null;
    const known = self.dict.get(USABLE) ?? stored(self).dict.get(USABLE);
    if (typeof known !== "boolean")
      throw pyError(NotSupportedError, "the embedder's users do not say whether they have a password");
    return known;
  },
  "check_password(raw_password)": (self: PyRecord, raw: PyValue) => {
    const pending = passwords.get(self);
    if (pending !== undefined) return pending !== null && pending === str(raw);
    const answer = askHost("User.check_password()", "models.checkPassword", {
      user: hostJson(self.get("pk")),
      password: str(raw),
    });
    return answer === true;
  },
});
const stored = (self: PyRecord): PyRecord =>
  byKey("User.has_usable_password()", userModel, self.get("pk") as Target);

const WITHHELD =
  "'User' object has no attribute 'password' (not available in an expression: use set_password(), check_password() or has_usable_password())";
defineAttributes<PyRecord>(userModel.type, {
  password: [
    (self) => {
      throw attributeError(self, "password", WITHHELD);
    },
    (self) => {
      throw attributeError(self, "password", WITHHELD);
    },
  ],
});
