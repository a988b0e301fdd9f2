// `struct`: formats, packing and unpacking, error texts.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("struct");
