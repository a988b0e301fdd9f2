// Classes, descriptors and functions as objects.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("classes");
