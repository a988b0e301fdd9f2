// Every text of the page, in English and German side by side.

/** Languages of the page. */
export const languages = ["en", "de"] as const;
export type Language = (typeof languages)[number];

/** Texts by name. `{…}` is filled in. */
export const messages = {
  title: { en: "Playground", de: "Spielwiese" },
  tagline: { en: "See an expression decide", de: "Sehen, wie ein Ausdruck entscheidet" },
  skip: { en: "Skip to the result", de: "Zum Ergebnis springen" },
  views: { en: "Views", de: "Ansichten" },
  viewExpression: { en: "Expression", de: "Ausdruck" },
  language: { en: "Language", de: "Sprache" },
  theme: { en: "Appearance", de: "Darstellung" },
  themeAuto: { en: "System", de: "System" },
  themeLight: { en: "Light", de: "Hell" },
  themeDark: { en: "Dark", de: "Dunkel" },
  example: { en: "Example", de: "Beispiel" },
  exampleOwn: { en: "Your own", de: "Eigenes" },
  kind: { en: "Kind", de: "Art" },
  kindPolicy: { en: "Policy", de: "Richtlinie" },
  kindWebhook: { en: "Webhook mapping", de: "Webhook-Zuordnung" },
  kindMapping: { en: "Property mapping", de: "Eigenschaftszuordnung" },
  kindPrompt: { en: "Prompt value", de: "Eingabewert" },
  expression: { en: "Expression", de: "Ausdruck" },
  expressionHelp: {
    en: "Escape, then Tab leaves the editor.",
    de: "Escape, dann Tab verlässt den Editor.",
  },
  context: { en: "Context", de: "Kontext" },
  contextBroken: {
    en: "The context is not valid JSON: {why}",
    de: "Der Kontext ist kein gültiges JSON: {why}",
  },
  contextObject: { en: "The context has to be an object", de: "Der Kontext muss ein Objekt sein" },
  result: { en: "Result", de: "Ergebnis" },
  passing: { en: "Passing", de: "Bestanden" },
  denied: { en: "Denied", de: "Abgelehnt" },
  failed: { en: "Failed", de: "Fehlgeschlagen" },
  value: { en: "Value", de: "Wert" },
  waiting: { en: "Evaluating …", de: "Wird ausgewertet …" },
  decidedBy: { en: "Decided in line {line}", de: "Entschieden in Zeile {line}" },
  deniedByError: { en: "An error denies", de: "Ein Fehler lehnt ab" },
  inLine: { en: "in line {line}", de: "in Zeile {line}" },
  took: { en: "{steps} steps, {ms} ms", de: "{steps} Schritte, {ms} ms" },
  messagesTitle: { en: "Messages to the user", de: "Meldungen an den Benutzer" },
  logs: { en: "Log", de: "Protokoll" },
  payload: { en: "Returned value", de: "Rückgabewert" },
  empty: { en: "empty", de: "leer" },
  traceback: { en: "Traceback", de: "Traceback" },
  findings: { en: "Findings", de: "Hinweise" },
  limits: { en: "Limits used", de: "Genutzte Grenzen" },
  limitSteps: { en: "Steps", de: "Schritte" },
  limitCpuMs: { en: "CPU time (ms)", de: "CPU-Zeit (ms)" },
  limitWallMs: { en: "Time (ms)", de: "Zeit (ms)" },
  limitOutputBytes: { en: "Output (bytes)", de: "Ausgabe (Byte)" },
  limitContextBytes: { en: "Context (bytes)", de: "Kontext (Byte)" },
  limitUse: { en: "{used} of {allowed}", de: "{used} von {allowed}" },
  request: { en: "Request to the gateway", de: "Anfrage an das Gateway" },
  requestNote: {
    en: "Not sent. Credentials are masked.",
    de: "Wird nicht gesendet. Zugangsdaten sind verdeckt.",
  },
  noBody: { en: "(no body)", de: "(kein Inhalt)" },
  gatewayUrl: { en: "Gateway URL", de: "Gateway-URL" },
  encoding: { en: "Body", de: "Inhalt" },
  authorization: { en: "Authorization", de: "Anmeldung" },
  authNone: { en: "none", de: "keine" },
  cases: { en: "Cases", de: "Fälle" },
  noCases: {
    en: "Keep inputs as cases: all of them run at every edit.",
    de: "Eingaben als Fälle behalten: alle laufen bei jeder Änderung.",
  },
  caseName: { en: "Name of the case", de: "Name des Falls" },
  keepCase: { en: "Keep this input", de: "Eingabe behalten" },
  passed: { en: "passed", de: "bestanden" },
  notPassed: { en: "failed", de: "fehlgeschlagen" },
  casesPassed: { en: "{passed} of {all} passed", de: "{passed} von {all} bestanden" },
  openCase: { en: "Open {name}", de: "{name} öffnen" },
  deleteCase: { en: "Delete {name}", de: "{name} löschen" },
  importFiles: { en: "Import …", de: "Importieren …" },
  importHelp: {
    en: "Drop blueprints, suites or expressions anywhere on the page.",
    de: "Blueprints, Suiten oder Ausdrücke irgendwo auf die Seite ziehen.",
  },
  imported: { en: "Imported expressions", de: "Importierte Ausdrücke" },
  importedSome: {
    en: "{expressions} expressions and {cases} cases imported",
    de: "{expressions} Ausdrücke und {cases} Fälle importiert",
  },
  exportSuite: { en: "Export suite", de: "Suite exportieren" },
  share: { en: "Copy link", de: "Link kopieren" },
  shared: {
    en: "Link copied; it holds everything on this page",
    de: "Link kopiert; er enthält alles auf dieser Seite",
  },
  sharedInBar: { en: "The link is in the address bar", de: "Der Link steht in der Adresszeile" },
  badLink: { en: "The link cannot be read", de: "Der Link ist nicht lesbar" },
  counterexample: { en: "Find a counterexample", de: "Gegenbeispiel finden" },
  property: { en: "What must always hold", de: "Was immer gelten muss" },
  search: { en: "Search", de: "Suchen" },
  stop: { en: "Stop", de: "Anhalten" },
  searching: { en: "{runs} inputs tried", de: "{runs} Eingaben versucht" },
  stopped: { en: "Stopped after {runs} inputs", de: "Nach {runs} Eingaben angehalten" },
  holds: { en: "Held for {runs} inputs", de: "Galt für {runs} Eingaben" },
  found: { en: "Found: {why}", de: "Gefunden: {why}" },
  keepFound: { en: "Open and keep as a case", de: "Öffnen und als Fall behalten" },
  tokenTitle: { en: "Token", de: "Token" },
  tokenNeeded: {
    en: "This address needs the API token of an administrator.",
    de: "Diese Adresse verlangt das API-Token eines Administrators.",
  },
  tokenUse: { en: "Use it", de: "Verwenden" },
  offline: { en: "The server does not answer: {why}", de: "Der Server antwortet nicht: {why}" },
  ranTimes: { en: "ran {count} times", de: "{count}-mal ausgeführt" },
  neverRan: { en: "never ran", de: "nie ausgeführt" },
} as const satisfies { readonly [name: string]: { readonly [language in Language]: string } };

export type MessageName = keyof typeof messages;
/** What is filled in. */
export type Values = Readonly<Record<string, string | number>>;

/** A text in a language. */
export function messageIn(language: Language, name: MessageName, values: Values = {}): string {
  return messages[name][language].replaceAll(/\{(\w+)\}/g, (all, key: string) =>
    key in values ? String(values[key]) : all,
  );
}

/** The language of a browser that prefers these (`de-AT`), the first one first. */
export function languageOf(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const found = languages.find((language) => tag.toLowerCase().split("-")[0] === language);
    if (found !== undefined) return found;
  }
  return "en";
}
