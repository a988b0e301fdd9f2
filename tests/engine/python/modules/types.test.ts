// types: SimpleNamespace, the names of the built-in types, and classes made by calls.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("types");
