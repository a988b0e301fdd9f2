// Django's `TextChoices`, as authentik's models declare them: texts with a name and a label.
import { keyError, valueError } from "../../python/exceptions.ts";
import { defineAttributes, defineMethods, defineStatic } from "../../python/function.ts";
import { ArrayIterator } from "../../python/iterator.ts";
import { asStr, makeType, PyStr, type PyType, type PyValue, strType, typeType } from "../../python/object.ts";
import { repr } from "../../python/representation.ts";
import { list, tuple } from "../../python/sequence.ts";

const choicesType = makeType("ChoicesType", { base: typeType, module: "django.db.models.enums" });
const textChoices = makeType("TextChoices", {
  base: strType,
  module: "django.db.models.enums",
  subclassable: false,
});
defineMethods(textChoices, {
  "__repr__()": (self: PyStr) => `${self.cls.qualname}.${String(names.get(self)?.name)}`,
  "__str__()": (self: PyStr) => self.value,
});
defineAttributes<PyStr>(textChoices, {
  value: (self) => self.value,
  name: (self) => names.get(self)?.name ?? null,
  label: (self) => names.get(self)?.label ?? null,
});
/** What a member is called; members have no attributes that could be set. */
const names: Map<PyStr, { readonly name: string; readonly label: string }> = new Map();
const members = new Map<PyType, PyStr[]>();
const membersOf = (type: PyType): PyStr[] => members.get(type) ?? [];

defineMethods(choicesType, {
  "__iter__()": (self: PyType) => new ArrayIterator(list([...membersOf(self)])),
  "__len__()": (self: PyType) => membersOf(self).length,
  "__contains__(member, /)": (self: PyType, member: PyValue) =>
    membersOf(self).some((own) => own === member || own.value === asStr(member)),
  "__getitem__(name, /)": (self: PyType, name: PyValue) => {
    const found = membersOf(self).find((own) => names.get(own)?.name === name);
    if (found === undefined) throw keyError(name);
    return found;
  },
  "__repr__()": (self: PyType) => `<enum '${self.name}'>`,
});
defineAttributes<PyType>(choicesType, {
  choices: (self) => list(membersOf(self).map((own) => tuple([own.value, names.get(own)?.label ?? null]))),
  values: (self) => list(membersOf(self).map((own) => own.value)),
  names: (self) => list(membersOf(self).map((own) => names.get(own)?.name ?? null)),
  labels: (self) => list(membersOf(self).map((own) => names.get(own)?.label ?? null)),
});

/** A class of choices: `NAME=value` words; labels are Django's, made of the names. */
export function declareChoices(module: string, name: string, words: string): PyType {
  const type = makeType(name, { base: textChoices, module, subclassable: false });
  type.cls = choicesType;
  const own = words.split(/\s+/).map((word) => {
    const [member = "", value = ""] = word.split("=");
    const text = new PyStr(value);
    text.cls = type;
    const label = member
      .toLowerCase()
      .replace(/(^|_)(\w)/g, (_, gap: string, c: string) => (gap === "" ? "" : " ") + c.toUpperCase());
    names.set(text, { name: member, label });
    type.dict.set(member, text);
    return text;
  });
  members.set(type, own);
  defineStatic(type, {
    "__new__(cls, value, /)": (_cls: PyType, value: PyValue) => {
      const found = own.find((candidate) => candidate.value === asStr(value));
      if (found === undefined) throw valueError(`${repr(value)} is not a valid ${name}`);
      return found;
    },
  });
  defineMethods(type, { "__init__(*args)": () => null });
  return type;
}
