// Django's escaping, texts, time zone and exceptions.
import { answersAsRecorded } from "../../python/recorded-modules.ts";

answersAsRecorded("utilities", "django");
