// Django's validators.
import { answersAsRecorded } from "../../python/recorded-modules.ts";

answersAsRecorded("validators", "django");
