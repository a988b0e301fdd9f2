// `json`: loads, dumps and their options, the encoder and decoder classes, error texts and positions.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("json");
