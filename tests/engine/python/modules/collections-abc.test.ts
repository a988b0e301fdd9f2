// collections.abc: what counts as what, and the methods that come with it.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("collections-abc");
