// Encodings: charmaps, UTF-7, Punycode.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("text_codecs");
