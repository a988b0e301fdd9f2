// Flows to start from: blueprints of fixtures/, which the server hands out.

/** An example of a trial. */
export interface TrialExample {
  readonly title: { readonly en: string; readonly de: string };
  /** Files of fixtures/blueprints/, in the order in which they are loaded. */
  readonly files: readonly string[];
  /** The slug of the flow that is started. */
  readonly flow: string;
  /** Who starts it; empty: nobody. */
  readonly user: string;
}

export const trialExampleList: readonly [TrialExample, ...TrialExample[]] = [
  {
    title: { en: "A phone is enrolled", de: "Ein Telefon wird eingerichtet" },
    files: ["sms-enrollment.yaml"],
    flow: "enroll-generic",
    user: "marie",
  },
  {
    title: {
      en: "An account with a phone, and its login",
      de: "Ein Konto mit Telefon, und seine Anmeldung",
    },
    files: ["enrollment-with-phone.yaml", "login-with-sms.yaml", "phone-settings.yaml"],
    flow: "enrollment-with-phone",
    user: "",
  },
];
