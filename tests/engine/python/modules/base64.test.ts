// `base64`.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("base64");
