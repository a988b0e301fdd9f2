// What exceptions hold and show.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("exceptions");
