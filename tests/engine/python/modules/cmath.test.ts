// `cmath`, as CPython answers.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("cmath");
