// `memoryview`.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("memoryview");
