// `uuid`: the class, its makers, its error texts.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("uuid");
