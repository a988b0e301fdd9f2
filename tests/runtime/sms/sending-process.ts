// A process that enrols a phone and hangs while its message goes out, until it is killed. Prints the session, then each message.
import { writeSync } from "node:fs";
import { createRuntime, lowdbStore } from "../../../runtime/index.ts";
import { fakeEngine } from "../flow/fake-engine.ts";

const [file = "", phone = ""] = process.argv.slice(2);
const runtime = await createRuntime({
  engine: fakeEngine(),
  store: await lowdbStore(file),
  smsProvider: ({ provider }) => ({
    kind: provider,
    send: ({ to, token }) => {
      writeSync(1, `${to} ${token}\n`);
      return new Promise(() => {});
    },
  }),
});
// An unsettled promise alone does not keep a process alive.
setInterval(() => {}, 60_000);
const { session } = await runtime.executor.start("enroll", { user: "marie" });
writeSync(1, `${session}\n`);
const response = { data: { phone_number: phone }, form: false };
await runtime.executor.request(session as string, { method: "POST", response });
