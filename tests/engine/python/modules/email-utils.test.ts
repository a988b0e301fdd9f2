// `email.utils`: dates and addresses of mail headers.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("email-utils");
