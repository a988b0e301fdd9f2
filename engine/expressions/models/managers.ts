// `Model.objects`, `Model(…)`, and the modules of authentik that have models.

import { setAttribute } from "../../python/attribute.ts";
import type { PyDict } from "../../python/dict.ts";
import { AttributeError, pyError, typeError, valueError } from "../../python/exceptions.ts";
import { defineMethods, defineStatic } from "../../python/function.ts";
import { hash } from "../../python/hash.ts";
import { makeType, PyObject, type PyType, type PyValue } from "../../python/object.ts";
import { repr, str } from "../../python/representation.ts";
import type { PyTuple } from "../../python/sequence.ts";
import { defaults } from "./defaults.ts";
import "./catalogue.ts";
import { collect } from "../../python/iterator.ts";
import { pythonMethods } from "../../python/modules/python-function.ts";
import { NotSupportedError } from "../django/exceptions.ts";
import { hostJson } from "./host.ts";
import { classValue, fieldNamed, type Model, modelOfType, models } from "./model.ts";
import { hostSet, querySetType } from "./queryset.ts";
import { defineSetMethods, givers } from "./queryset-methods.ts";
import { PyRecord } from "./record.ts";
import {
  defineFieldAttributes,
  type PyRelatedManager,
  relatedManagerType,
  type Target,
} from "./relations.ts";
import { defineCreate, defineDelete, defineSaving, defineUpdate } from "./saving.ts";

/** `Model.objects`. */
export class PyManager extends PyObject {
  readonly model: Model;
  constructor(model: Model) {
    super();
    this.model = model;
  }
}
/** The type of managers. */
export const managerType = makeType("Manager", {
  of: PyManager,
  module: "django.db.models.manager",
  subclassable: false,
});
givers.set(managerType, (manager: PyManager) => hostSet(manager.model, `${manager.model.name}.objects`));
defineSetMethods(managerType);
defineMethods(managerType, {
  "__get__(instance, owner=None, /)": (self: PyManager, instance: PyValue) => {
    if (instance === null) return self;
    throw pyError(AttributeError, `Manager isn't accessible via ${self.model.name} instances`);
  },
  "__str__()": (self: PyManager) => `${self.model.label.split(".")[0]}.${self.model.name}.objects`,
});

/** Gives a model's class what Django's metaclass gives it. */
export function completeModel(model: Model): void {
  defineFieldAttributes(model);
  classValue(model, "objects", new PyManager(model));
  defineStatic(model.type, {
    "__new__(cls, /, *args, **kwargs)": (_cls: PyType, args: PyTuple, kw: PyDict) => unsaved(model, args, kw),
  });
  defineMethods(model.type, {
    "__init__(*args, **kwargs)": () => null,
    "__hash__()": (self: PyRecord) => {
      const pk = self.get("pk");
      if (pk === null) throw typeError("Model instances without primary key value are unhashable");
      return hash(pk);
    },
  });
  defineSaving(model);
}
for (const model of models.values()) completeModel(model);
for (const type of [managerType, relatedManagerType, querySetType]) {
  defineCreate(type);
  defineUpdate(type);
}
defineDelete(querySetType);

/** The rows, or keys of rows, that are to be related. */
function targets(self: PyRelatedManager, objects: readonly PyValue[]): Target[] {
  const { model, field } = self;
  if (field.type === "ManyToOneRel")
    throw pyError(
      NotSupportedError,
      `${self.name} cannot be changed from this side; set the other rows' field`,
    );
  return objects.map((object) => {
    if (object instanceof PyRecord) {
      if (modelOfType(object.cls) !== model)
        throw typeError(`'${model.name}' instance expected, got ${repr(object)}`);
      const pk = object.get("pk");
      if (pk === null)
        throw valueError(`Cannot add "${repr(object)}": the value for field "${model.pk.name}" is None`);
      return pk as Target;
    }
    return hostJson(object) as Target;
  });
}
pythonMethods(relatedManagerType, {
  "add(*objs, through_defaults=None)": (self: PyRelatedManager, objects: PyTuple) => {
    const keys = targets(self, objects.items);
    if (keys.length > 0) self.change("add", keys);
    return null;
  },
  "remove(*objs)": (self: PyRelatedManager, objects: PyTuple) => {
    const keys = targets(self, objects.items);
    if (keys.length > 0) self.change("remove", keys);
    return null;
  },
  "set(objs, *, clear=False, through_defaults=None)": (self: PyRelatedManager, objects: PyValue) => {
    self.change("set", targets(self, collect(objects)));
    return null;
  },
  "clear()": (self: PyRelatedManager) => {
    targets(self, []);
    self.change("clear", []);
    return null;
  },
});

/** A row that is not saved yet. */
function unsaved(model: Model, args: PyTuple, kw: PyDict): PyRecord {
  if (args.items.length > 0) throw typeError(`${model.name}() takes its fields by keyword here`);
  const record = new PyRecord(model.type, new Map<string, PyValue>([["pk", null], ...defaults(model)]));
  const unknown: string[] = [];
  for (const [key, value] of kw.entries()) {
    const name = str(key);
    if (fieldNamed(model, name) === undefined) unknown.push(`'${name}'`);
    else setAttribute(record, name, value);
  }
  if (unknown.length > 0)
    throw typeError(`${model.name}() got unexpected keyword arguments: ${unknown.join(", ")}`);
  return record;
}
