// `itertools`: every tool, how far each reads, and its complaints.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("itertools");
