// A process is killed while its message goes out: what the store says afterwards, on a real file.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lowdbStore } from "../../../runtime/index.ts";
import { install } from "../flow/harness.ts";
import { nonField, SMS_DEVICE, SMS_STAGE } from "../stages/sms-installation.ts";
import { freshDirectory } from "../store/directory.ts";

const NUMBER = "+12025550173";

test("kill -9 between taking the right to send and the provider's answer", { timeout: 60_000 }, async () => {
  const file = join(await freshDirectory(), "postern.json");
  {
    await using store = await lowdbStore(file);
    const at = await install({ store });
    await at.add("authentik_core.user", { username: "marie" });
    const stage = await at.add(SMS_STAGE, {
      name: "sms",
      provider: "generic",
      from_number: "+1",
      account_sid: "https://gateway.example/sms",
      auth: "x",
      postern_limits: { sends: { number: "2/hour" } },
    });
    await at.flow("enroll", [stage]);
  }
  const child = spawn(process.execPath, [join(import.meta.dirname, "sending-process.ts"), file, NUMBER], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  while (output.split("\n").length < 3) await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "close");
  const [session = "", message = ""] = output.split("\n");
  const [to, token = ""] = message.split(" ");
  expect(to).toBe(NUMBER);

  await using store = await lowdbStore(file);
  const at = await install({ store, codes: [7], time: { now: Date.now() } });
  const flow = await at.runtime.resume(session);
  // The message may have gone out, but nobody knows: its code is not accepted, and nothing is sent by itself.
  expect(flow.challenge).toMatchObject({ phone_number_required: true });
  expect(await flow.respond({ code: token })).toMatchObject({
    response_errors: nonField("Code does not match"),
  });
  expect(await at.rows(SMS_DEVICE)).toEqual([]);
  expect(at.sent).toEqual([]);
  at.time.now += 31_000;
  await flow.respond({ phone_number: NUMBER });
  expect(at.sent.map((sent) => sent.token)).toEqual(["000007"]);
  // The message of the dead process counts.
  at.time.now += 31_000;
  expect(await flow.respond({ phone_number: NUMBER })).toMatchObject({
    response_errors: nonField("Too many messages were sent. Please try again later."),
  });
  await flow.respond({ code: "000007" });
  expect(flow.finished).toBe(true);
  expect(await at.rows(SMS_DEVICE)).toHaveLength(1);
});
