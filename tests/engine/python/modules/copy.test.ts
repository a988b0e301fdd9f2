// copy: shallow and deep, by every way a class can say how.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("copy");
