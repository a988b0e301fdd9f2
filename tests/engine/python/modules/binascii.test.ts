// `binascii`.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("binascii");
