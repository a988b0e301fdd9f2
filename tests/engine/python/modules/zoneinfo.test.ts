// `zoneinfo`: keys, caches, offsets of the platform's time zones.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("zoneinfo");
