// `django.core.exceptions` and the errors of `django.db`: what models, validators and authors raise.
import { getAttribute } from "../../python/attribute.ts";
import { PyDict } from "../../python/dict.ts";
import { attributeError, Exception, type PyException, pyError } from "../../python/exceptions.ts";
import { defineAttributes, defineMethods } from "../../python/function.ts";
import { hash } from "../../python/hash.ts";
import { ArrayIterator, collect } from "../../python/iterator.ts";
import { defineModule } from "../../python/module.ts";
import { pythonMethods } from "../../python/modules/python-function.ts";
import { makeType, NotImplemented, type PyType, type PyValue } from "../../python/object.ts";
import { mod, same, setItem, truth } from "../../python/operators.ts";
import { repr, str } from "../../python/representation.ts";
import { list, PyList, tuple } from "../../python/sequence.ts";
import { hostErrors } from "../capabilities.ts";

function exception(name: string, base: PyType = Exception, module = "django.core.exceptions"): PyType {
  const type = makeType(name, { base, module });
  type.hasDict = true;
  return type;
}

export const FieldError = exception("FieldError");
export const FieldDoesNotExist = exception("FieldDoesNotExist");
export const ObjectDoesNotExist = exception("ObjectDoesNotExist");
export const MultipleObjectsReturned = exception("MultipleObjectsReturned");
export const ValidationError = exception("ValidationError");
const SuspiciousOperation = exception("SuspiciousOperation");

const DatabaseModuleError = exception("Error", Exception, "django.db.utils");
const DatabaseError = exception("DatabaseError", DatabaseModuleError, "django.db.utils");
export const NotSupportedError = exception("NotSupportedError", DatabaseError, "django.db.utils");
export const IntegrityError = exception("IntegrityError", DatabaseError, "django.db.utils");
/** A foreign key's target keeps the row from being deleted. */
export const ProtectedError = exception("ProtectedError", IntegrityError, "django.db.models.deletion");

/** `ValidationError(message)` with its parts. */
export function validationError(message: string, code: string, params: PyValue = null): PyException {
  const error = pyError(ValidationError, message);
  error.args = [message, code, params];
  error.dict = new Map<string, PyValue>([
    ["message", message],
    ["code", code],
    ["params", params],
  ]);
  error.dict.set("error_list", list([error]));
  return error;
}

const isValidationError = (value: PyValue): value is PyException =>
  typeof value === "object" && value !== null && value.cls.isSubtype(ValidationError);
const attribute = (error: PyException, name: string): PyValue | undefined => error.dict?.get(name);
const errorList = (error: PyException): PyValue[] => collect(getAttribute(error, "error_list"));
const make = (message: PyValue): PyException => ValidationError.call([message], null) as PyException;

function initialise(self: PyException, given: PyValue, code: PyValue, params: PyValue): void {
  self.args = [given, code, params];
  self.dict ??= new Map();
  let message = given;
  let [ownCode, ownParams] = [code, params];
  if (isValidationError(message)) {
    const other = message;
    const dict = attribute(other, "error_dict");
    const text = attribute(other, "message");
    if (dict !== undefined) message = dict;
    else if (text === undefined) message = getAttribute(other, "error_list");
    else {
      message = text;
      [ownCode, ownParams] = [getAttribute(other, "code"), getAttribute(other, "params")];
    }
  }
  if (message instanceof PyDict) {
    const dict = new PyDict();
    self.dict.set("error_dict", dict);
    for (const [field, messages] of message.entries()) {
      const inner = isValidationError(messages) ? messages : make(messages);
      dict.set(field, getAttribute(inner, "error_list"));
    }
  } else if (message instanceof PyList) {
    const errors = list([]);
    self.dict.set("error_list", errors);
    for (const item of message.items) {
      const inner = isValidationError(item) ? item : make(item);
      const dict = attribute(inner, "error_dict");
      if (dict instanceof PyDict) for (const part of dict.values()) errors.items.push(...collect(part));
      else errors.items.push(...errorList(inner));
    }
  } else {
    self.dict.set("message", message);
    self.dict.set("code", ownCode);
    self.dict.set("params", ownParams);
    self.dict.set("error_list", list([self]));
  }
}

/** The texts of an error without fields, parameters put in. */
function texts(self: PyException): PyValue[] {
  return errorList(self).map((item) => {
    const error = item as PyException;
    const message = getAttribute(error, "message");
    const params = getAttribute(error, "params");
    return str(truth(params) ? mod(message, params) : message);
  });
}
function byField(dict: PyDict): PyDict {
  const out = new PyDict();
  for (const [field, errors] of dict.entries()) out.set(field, list(texts(make(errors))));
  return out;
}
/** What two errors are compared by: message, code and parameters; fields and lists in any order. */
function comparable(self: PyException): PyValue {
  const dict = attribute(self, "error_dict");
  const message = attribute(self, "message");
  const pairs = (params: PyValue): PyValue =>
    params instanceof PyDict ? sortedTuple([...params.entries()].map(([k, v]) => tuple([k, v]))) : params;
  if (message !== undefined)
    return tuple([message, getAttribute(self, "code"), pairs(getAttribute(self, "params"))]);
  if (dict instanceof PyDict)
    return sortedTuple(
      [...dict.entries()].map(([field, errors]) =>
        tuple([field, sortedTuple(collect(errors).map((error) => comparable(error as PyException)))]),
      ),
    );
  return sortedTuple(errorList(self).map((error) => comparable(error as PyException)));
}
const sortedTuple = (items: PyValue[]): PyValue =>
  tuple([...items].sort((a, b) => (repr(a) < repr(b) ? -1 : repr(a) > repr(b) ? 1 : 0)));

pythonMethods(ValidationError, {
  "__init__(message, code=None, params=None)": (
    self: PyException,
    message: PyValue,
    code: PyValue = null,
    params: PyValue = null,
  ) => {
    initialise(self, message, code, params);
    return null;
  },
  "update_error_dict(error_dict)": (self: PyException, target: PyValue) => {
    const dict = attribute(self, "error_dict");
    const add = (field: PyValue, errors: readonly PyValue[]): void => {
      const known = target instanceof PyDict ? target.get(field) : undefined;
      if (known instanceof PyList) known.items.push(...errors);
      else setItem(target, field, list([...errors]));
    };
    if (dict instanceof PyDict) for (const [field, errors] of dict.entries()) add(field, collect(errors));
    else add(NON_FIELD_ERRORS, errorList(self));
    return target;
  },
});
defineMethods(ValidationError, {
  "__iter__()": (self: PyException) => {
    const dict = attribute(self, "error_dict");
    const items =
      dict instanceof PyDict
        ? [...byField(dict).entries()].map(([field, errors]) => tuple([field, errors]))
        : texts(self);
    return new ArrayIterator(list(items));
  },
  "__str__()": (self: PyException) => {
    const dict = attribute(self, "error_dict");
    return repr(dict instanceof PyDict ? byField(dict) : list(texts(self)));
  },
  "__repr__()": (self: PyException) => `ValidationError(${str(self)})`,
  "__eq__(value, /)": (self: PyException, other: PyValue) =>
    isValidationError(other) ? same(comparable(self), comparable(other)) : NotImplemented,
  "__hash__()": (self: PyException) => hash(comparable(self)),
});
defineAttributes<PyException>(ValidationError, {
  messages: (self) => {
    const dict = attribute(self, "error_dict");
    if (!(dict instanceof PyDict)) return list(texts(self));
    return list([...byField(dict).values()].flatMap((errors) => collect(errors)));
  },
  message_dict: (self) => {
    const dict = attribute(self, "error_dict");
    if (dict instanceof PyDict) return byField(dict);
    throw attributeError(self, "error_dict", "'ValidationError' object has no attribute 'error_dict'");
  },
});

const NON_FIELD_ERRORS = "__all__";
const PLAIN =
  "AppRegistryNotReady BadRequest EmptyResultSet FullResultSet ImproperlyConfigured MiddlewareNotUsed PermissionDenied RequestAborted SynchronousOnlyOperation ViewDoesNotExist";
const SUSPICIOUS =
  "DisallowedHost DisallowedRedirect RequestDataTooBig SuspiciousFileOperation SuspiciousMultipartForm TooManyFieldsSent TooManyFilesSent";

defineModule("django.core.exceptions", {
  values: { NON_FIELD_ERRORS },
  types: [
    FieldDoesNotExist,
    FieldError,
    MultipleObjectsReturned,
    ObjectDoesNotExist,
    SuspiciousOperation,
    ValidationError,
    ...PLAIN.split(" ").map((name) => exception(name)),
    ...SUSPICIOUS.split(" ").map((name) => exception(name, SuspiciousOperation)),
  ],
});
const databaseErrors = [
  DatabaseModuleError,
  DatabaseError,
  IntegrityError,
  NotSupportedError,
  exception("InterfaceError", DatabaseModuleError, "django.db.utils"),
  ...["DataError", "OperationalError", "InternalError", "ProgrammingError"].map((name) =>
    exception(name, DatabaseError, "django.db.utils"),
  ),
];
for (const type of [IntegrityError, NotSupportedError, ProtectedError, ValidationError])
  hostErrors.set(`${type.module}.${type.name}`, type);
defineModule("django.db", { types: databaseErrors });
defineModule("django.db.utils", { types: databaseErrors });
