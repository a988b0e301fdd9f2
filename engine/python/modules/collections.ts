// The module `collections`.
import { defineModule } from "../module.ts";
import type { PyValue } from "../object.ts";
import { chainMapType } from "./chainmap.ts";
import "./collections-abc.ts";
import { finishAbstract } from "./abc.ts";
import { countElements, counterType } from "./counter.ts";
import { defaultdictType } from "./defaultdict.ts";
import { dequeType } from "./deque.ts";
import { namedtuple } from "./namedtuple.ts";
import { orderedDictType } from "./ordereddict.ts";
import { moduleFunctions, pythonFunctions } from "./python-function.ts";
import { userDictType } from "./userdict.ts";
import { userListType } from "./userlist.ts";
import { userStringType } from "./userstring.ts";

for (const type of [chainMapType, userDictType, userListType, userStringType]) finishAbstract(type);
defineModule("collections", {
  values: {
    ...moduleFunctions("_collections", {
      "_count_elements(mapping, iterable, /)": (mapping: PyValue, iterable: PyValue) => {
        countElements(mapping, iterable);
        return null;
      },
    }),
    ...pythonFunctions({
      "namedtuple(typename, field_names, *, rename=False, defaults=None, module=None)": namedtuple,
    }),
  },
  types: [
    dequeType,
    defaultdictType,
    orderedDictType,
    counterType,
    chainMapType,
    userDictType,
    userListType,
    userStringType,
  ],
});
