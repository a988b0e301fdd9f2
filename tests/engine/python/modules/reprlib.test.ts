// reprlib: limits, indents, recursion; and keyword.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("reprlib");
