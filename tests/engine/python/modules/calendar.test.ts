// `calendar`: functions, text and HTML calendars.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("calendar");
