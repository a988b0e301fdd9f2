// The module `collections.abc`: which classes it has, and which built-in types count as theirs.
import { bytearrayType, bytesType } from "../bytes.ts";
import { dictType, frozensetType, setType } from "../dict.ts";
import { generatorType } from "../generator.ts";
import { memoryViewType } from "../memoryview.ts";
import { defineModule } from "../module.ts";
import { type PyType, strType } from "../object.ts";
import { list, listType, tupleType } from "../sequence.ts";
import { itemsType, keysType, valuesType } from "../types/dict.ts";
import { mappingProxyType } from "../types/mapping-proxy.ts";
import { rangeType } from "../types/range.ts";
import { abstractClass, finishAbstract, registerBuiltin } from "./abc.ts";
import { asyncGeneratorAbcType, asyncIterableType, asyncIteratorType } from "./abstract-async.ts";
import {
  itemsViewType,
  keysViewType,
  mappingType,
  mappingViewType,
  mutableMappingType,
  valuesViewType,
} from "./abstract-mappings.ts";
import { mutableSequenceType, sequenceType } from "./abstract-sequences.ts";
import { mutableSetType, setAbcType } from "./abstract-sets.ts";
import {
  awaitableType,
  bufferType,
  callableType,
  collectionType,
  containerType,
  coroutineAbcType,
  generatorAbcType,
  hashableType,
  iterableType,
  iteratorType,
  reversibleType,
  sizedType,
} from "./abstract-single.ts";
import { dequeType } from "./deque.ts";

const byteStringType = abstractClass("ByteString", "collections.abc", [sequenceType]);

registerBuiltin(generatorAbcType, generatorType);
registerBuiltin(setAbcType, frozensetType);
registerBuiltin(mutableSetType, setType);
registerBuiltin(keysViewType, keysType);
registerBuiltin(itemsViewType, itemsType);
registerBuiltin(valuesViewType, valuesType);
registerBuiltin(mappingType, mappingProxyType);
registerBuiltin(mutableMappingType, dictType);
registerBuiltin(sequenceType, tupleType, strType, rangeType, memoryViewType);
registerBuiltin(bufferType, bytesType, bytearrayType, memoryViewType);
registerBuiltin(byteStringType, bytesType, bytearrayType);
registerBuiltin(mutableSequenceType, listType, bytearrayType, dequeType);

const types: PyType[] = [
  awaitableType,
  coroutineAbcType,
  asyncIterableType,
  asyncIteratorType,
  asyncGeneratorAbcType,
  hashableType,
  iterableType,
  iteratorType,
  generatorAbcType,
  reversibleType,
  sizedType,
  containerType,
  callableType,
  collectionType,
  setAbcType,
  mutableSetType,
  mappingType,
  mutableMappingType,
  mappingViewType,
  keysViewType,
  itemsViewType,
  valuesViewType,
  sequenceType,
  mutableSequenceType,
  byteStringType,
  bufferType,
];
for (const type of types) finishAbstract(type);
for (const type of [sequenceType, listType, tupleType, rangeType, dequeType]) type.pattern = "sequence";
for (const type of [mappingType, mappingProxyType, dictType]) type.pattern = "mapping";
defineModule("collections.abc", {
  types,
  fresh: { __all__: () => list(types.map((type) => type.name)) },
});
