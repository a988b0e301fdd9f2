// Built-in functions, special methods, iterators.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("builtins");
