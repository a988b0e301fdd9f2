// `string`: constants, capwords, Template, Formatter.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("string");
