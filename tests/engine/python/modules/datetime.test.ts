// `datetime`: dates, times, differences, zones.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("datetime");
