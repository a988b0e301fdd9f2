// `html`: escape, unescape and the tables of `html.entities`.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("html");
