// contextlib: managers made of generators, stacks of exits, and their asynchronous kin.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("contextlib");
