// functools: partials, caches, dispatch by type, and what goes around functions.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("functools");
