// What `npm start` runs: the documents' flow, end to end, against a local endpoint in place of the SMS provider; then the
// playground, until it is asked to stop.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import picocolors from "picocolors";
import { exit, UsageError } from "../io.ts";
import { library } from "../library.ts";
import { type Enrollment, enroll } from "./enrollment.ts";
import { DemonstrationFailed, Transcript } from "./transcript.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");

const enrollments: readonly Enrollment[] = [
  {
    title: "1. A generic gateway: POST with a bearer token, the body made by a webhook mapping",
    flow: "enroll-generic",
    phone: "+1234 567 890",
  },
  {
    title: "2. Twilio: the official SDK, the text made by a mapping",
    flow: "enroll-twilio",
    phone: "+1234 567 891",
  },
  {
    title: "3. Verify only: the number is checked and not kept",
    flow: "enroll-verify-only",
    phone: "+1234 567 892",
    verifyOnly: true,
  },
];

/** Walks every enrolment and prints the transcript. Throws DemonstrationFailed where something is not as it should be. */
export async function demonstrate(transcript: Transcript, folder: string): Promise<void> {
  await using open = new AsyncDisposableStack();
  const inbox = open.use(await library.createSmsInbox());
  const storeFile = join(folder, "postern.json");
  const runtime = await library.openRuntime({
    storePlace: storeFile,
    engine: {},
    allow: [inbox.url],
    env: {},
    twilioBaseUrl: inbox.url,
    notice: (text) => transcript.note(text),
  });
  open.defer(() => runtime.close());

  transcript.line(
    "Postern: an authentik expression decides who may enrol a phone, and the phone is enrolled by SMS.",
  );
  transcript.heading("The policy, as authentik's documentation prints it");
  transcript.quote(await readFile(join(fixtures, "policies/phone-region.py"), "utf8"));
  const blueprint = "sms-enrollment.yaml";
  const text = await readFile(join(fixtures, "blueprints", blueprint), "utf8");
  const { entries } = await runtime.apply(text, blueprint, {
    context: { gateway_url: inbox.gatewayUrl },
    dryRun: false,
  });
  transcript.note(
    `${entries.length} entries of fixtures/blueprints/${blueprint} are loaded into ${storeFile}`,
  );
  transcript.note(`the SMS provider is played by ${inbox.url}`);
  for (const enrollment of enrollments) await enroll(enrollment, { runtime, inbox, storeFile, transcript });
  transcript.line("\nEvery step was as it should be.");
}

/** Serves the playground until SIGINT or SIGTERM. Its store is a new one, in `folder`. */
async function serve(transcript: Transcript, folder: string): Promise<void> {
  const stopped = new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
  });
  const listen = (port: number): ReturnType<typeof library.openServer> =>
    library.openServer({
      given: { port, logLevel: "warn" },
      context: {},
      dataFolder: folder,
      io: {
        stdin: process.stdin,
        stdout: process.stdout,
        stderr: process.stderr,
        interactive: false,
        color: picocolors.createColors(false),
        errorColor: picocolors.createColors(false),
      },
      env: {},
    });
  const server = await listen(PORT).catch((error: unknown) => {
    // Something else listens there; any port will do.
    if (error instanceof UsageError) return listen(0);
    throw error;
  });
  transcript.line(`\nThe playground is at ${server.url}/playground/ (Ctrl+C ends it).`);
  await stopped;
  await server.close();
}

/** Where the playground is, unless another program is there. */
const PORT = 9000;

async function run(): Promise<number> {
  let isServing = true;
  try {
    const { values } = parseArgs({ options: { "no-serve": { type: "boolean" } } });
    isServing = values["no-serve"] !== true;
  } catch (error) {
    process.stderr.write(`npm start: ${(error as Error).message}\nThe only option is --no-serve.\n`);
    return exit.usage;
  }
  const colored = process.stdout.isTTY === true && (process.env.NO_COLOR ?? "") === "";
  const transcript = new Transcript((text) => process.stdout.write(text), picocolors.createColors(colored));
  try {
    await demonstrate(transcript, await mkdtemp(join(tmpdir(), "postern-")));
    if (isServing) await serve(transcript, await mkdtemp(join(tmpdir(), "postern-")));
    return exit.pass;
  } catch (error) {
    const text = error instanceof DemonstrationFailed ? `expected: ${error.message}` : (error as Error).stack;
    process.stderr.write(`npm start: ${text}\n`);
    return exit.fail;
  }
}

if (import.meta.main) process.exitCode = await run();
