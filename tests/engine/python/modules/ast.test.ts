// `ast`.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("ast");
