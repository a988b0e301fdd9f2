// `re.RegexFlag`, as CPython answers.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("re_flags");
