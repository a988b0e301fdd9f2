// `hmac` and `secrets`: keyed hashes, comparison, tokens.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("hmac");
