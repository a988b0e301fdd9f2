// `decimal`, as CPython's C implementation answers.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("decimal");
