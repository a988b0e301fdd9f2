// `fractions`, as CPython answers.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("fractions");
