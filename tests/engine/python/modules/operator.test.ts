// operator: every function, and the callables that remember what to get.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("operator");
