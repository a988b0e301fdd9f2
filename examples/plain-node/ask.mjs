// Asks a policy about a phone number, and a mapping for what would be sent to it.
import { readFile } from "node:fs/promises";
import { createEngine, ExpressionFailure } from "postern/engine";

const read = (file) => readFile(new URL(file, import.meta.url), "utf8");
const [phone = "+1234 567 890"] = process.argv.slice(2);

// One engine for the whole program: it is a process of its own, and keeps what it has compiled.
await using engine = await createEngine({ limits: { cpuMs: 100, steps: 100_000 } });

// A syntax error would be thrown here, as ExpressionSyntaxError.
const policy = engine.policy("phone-region", await read("phone-region.py"));
const mapping = engine.mapping("sms-payload", await read("sms-payload.py"));

// Nothing that a policy does is thrown: what goes wrong is in the verdict, which is no then.
const verdict = await policy.evaluate({
  request: { user: { username: "marie" }, context: { prompt_data: { phone } } },
});
if (verdict.passing) {
  try {
    const payload = await mapping.evaluate({
      stage: { from_number: "+12340000" },
      device: { phone_number: phone },
      token: "042815",
    });
    console.log("accepted");
    console.log(JSON.stringify(payload));
  } catch (error) {
    // A mapping has no verdict that could say no.
    if (!(error instanceof ExpressionFailure)) throw error;
    console.error(error.error.traceback);
    process.exitCode = 1;
  }
} else {
  const reason = verdict.error?.traceback ?? verdict.messages.join(" ");
  console.log(`refused: ${reason}`);
  process.exitCode = 1;
}
