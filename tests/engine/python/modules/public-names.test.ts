// `__all__` of the modules, and that everything in it is there.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("public-names");
