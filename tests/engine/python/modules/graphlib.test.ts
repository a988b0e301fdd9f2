// graphlib: orders, cycles, and nodes handed out as they become ready.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("graphlib");
