// abc: abstract classes, registration, and what instantiating one says.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("abc");
