// `time`: clocks, struct_time, strftime, strptime.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("time");
