// What `typing` makes of type parameters, of classes with fields and of annotations in texts.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("typing-generics");
