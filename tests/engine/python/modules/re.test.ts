// The module `re` around the patterns: scanners, flags, matches, and what its errors say.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("re");
