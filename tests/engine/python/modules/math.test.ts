// `math`.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("math");
