// Special methods called by name: how the wrappers of slots complain.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("slot-calls");
