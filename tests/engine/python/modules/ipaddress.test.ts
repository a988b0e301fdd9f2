// `ipaddress`: addresses, interfaces and networks, their comparisons, ranges and error texts.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("ipaddress");
