// The flow view in a real browser: a phone is enrolled with the code from the inbox, a number refused, a provider fails.
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { PROMPT_TYPES } from "../../runtime/models/prompt.ts";
import { describeInBrowser, looksRight, says } from "./in-browser.ts";

const root = join(import.meta.dirname, "../..");
const PHONE = "+1234 567 890";
const REGION = "Invalid phone number or missing region code";

/** The flow view, which is not what the page opens with. */
async function inFlowView(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Flow", exact: true }).click();
  await page.getByRole("textbox", { name: "Phone number" }).waitFor();
}

describeInBrowser(inFlowView, (walk) => {
  const screen = () => walk.page.getByRole("region", { name: "The user’s screen" });
  const phone = () => walk.page.getByRole("region", { name: "Phone" });
  const diagram = () => walk.page.getByRole("region", { name: "Diagram" });
  async function enter(label: string, value: string): Promise<void> {
    await screen().getByLabel(label).first().fill(value);
  }
  const go = (name: string) => screen().getByRole("button", { name, exact: true }).click();
  /** The code in the last message that reached the phone; waits for one. */
  async function codeOnPhone(): Promise<string> {
    const arrived = phone().locator(".sms:not(.lost)").filter({ hasText: /\d{6}/ });
    return /\d{6}/.exec(String(await arrived.last().textContent()))?.[0] as string;
  }
  /** Waits until the field of this name has the focus: who has answered goes on without looking for the next form. */
  async function focused(name: string): Promise<void> {
    await walk.page.locator(`input[name=${name}]:focus`).waitFor();
  }
  async function giveNumber(number: string): Promise<void> {
    await enter("Phone number", number);
    await go("Continue");
  }

  test("a phone is enrolled with the code that the inbox shows", async () => {
    await giveNumber(PHONE);
    await says(phone(), /foo bar baz \d{6}/);
    await says(phone(), "GSM-7");
    await says(diagram().locator("[aria-current=step]"), "sms-generic");
    await says(diagram().locator(".policy"), "phone-region passing");
    await enter("Code", await codeOnPhone());
    await go("Continue");
    await says(screen(), "The flow is done");
    await says(diagram(), /End of the flow\s*done/);
  });

  test("the exact bytes to the provider are shown, without the credentials", async () => {
    await giveNumber(PHONE);
    await phone()
      .getByText(/Sent to the provider/)
      .click();
    const wire = String(await phone().locator("pre").textContent());
    expect(wire).toMatch(/^POST \/sms HTTP\/1\.1/);
    expect(wire).toMatch(/authorization: Bearer \*+/i);
    expect(wire).toContain(
      `{"from":"+12340000","to":"${PHONE}","body":"foo bar baz ${await codeOnPhone()}"}`,
    );
    await says(phone(), "https://sms-gateway.example/messages");
  });

  test("a refused number comes back with the policy's words, and nothing is sent", async () => {
    await giveNumber("+49 170 1234567");
    await says(screen().getByRole("alert"), REGION);
    await says(diagram().locator(".policy"), "phone-region denied");
    await says(phone(), "No message yet");
  });

  test.each([
    ["429", "The inbox was told to fail", "Not delivered: 429"],
    ["500", "The inbox was told to fail", "Not delivered: 500"],
    ["timeout", "The SMS could not be sent", "Not delivered"],
  ])("a provider that fails (%s) is told to the user, and works again", async (mode, text, note) => {
    await phone().getByLabel("The SMS gateway").selectOption(mode);
    await giveNumber(PHONE);
    await says(screen().getByRole("alert"), text);
    await says(phone().locator(".lost"), note);
    await phone().getByLabel("The SMS gateway").selectOption("accepts");
    await enter("Phone number", PHONE);
    await go("Send code");
    await enter("Code", await codeOnPhone());
    await go("Continue");
    await says(screen(), "The flow is done");
  });

  test("the keyboard is enough: from a refused number to an enrolled phone", async () => {
    await screen().getByLabel("Phone number").focus();
    await walk.page.keyboard.type("+49 170");
    await walk.page.keyboard.press("Enter");
    await says(screen().getByRole("alert"), REGION);
    await focused("phone");
    await walk.page.keyboard.press("ControlOrMeta+A");
    await walk.page.keyboard.type(PHONE);
    await walk.page.keyboard.press("Enter");
    await screen().getByLabel("Code").waitFor();
    const code = await codeOnPhone();
    await focused("code");
    await walk.page.keyboard.type(code);
    await walk.page.keyboard.press("Enter");
    await says(screen(), "The flow is done");
  });

  test("going back shows screen, phone, diagram and tables as they were, and forward again", async () => {
    await giveNumber(PHONE);
    const code = await codeOnPhone();
    await enter("Code", code);
    await go("Continue");
    await says(screen(), "The flow is done");
    const steps = walk.page.getByRole("region", { name: "What happened" });
    await steps.getByRole("button", { name: /^The user answers \{"phone"/ }).click();
    await says(phone(), "No message yet");
    await says(diagram().locator("[aria-current=step]"), "enrollment-ask-phone");
    await says(screen(), "As it was at step");
    expect(await screen().getByLabel("Phone number").isDisabled()).toBe(true);
    await steps.getByRole("button", { name: "Step forward" }).click();
    await says(steps.locator("[aria-current=step]"), "Policy phone-region");
    await says(diagram().locator(".policy"), "phone-region passing");
    await walk.page.getByRole("button", { name: "Inspect", exact: true }).click();
    const devices = walk.page.getByRole("region", { name: "Devices" }).first();
    await says(devices, "None yet");
    await walk.page.getByRole("button", { name: "Back to now" }).click();
    await says(devices.getByRole("row"), `${PHONE}`);
    await walk.page.getByText(/^SMS Authenticator Setup Stage/).click();
    await says(walk.page.getByRole("cell"), "********");
    expect(await walk.page.locator("body").textContent()).not.toContain("gateway-token");
  });

  test("time passes when it is told to: a code can be sent again", async () => {
    await giveNumber(PHONE);
    const code = await codeOnPhone();
    await enter("Phone number", PHONE);
    await go("Send again");
    await says(screen().getByRole("alert"), "Please wait");
    await walk.page.getByRole("button", { name: "Let 31 seconds pass" }).click();
    await says(walk.page.locator("[aria-current=step]"), "Time passes");
    await enter("Phone number", PHONE);
    await go("Send again");
    await phone().locator(".sms").nth(1).waitFor();
    expect(await codeOnPhone()).toBe(code);
  });

  test("an account that is made logs in, with a code to the phone that it was made with", async () => {
    await walk.page.getByLabel("Example").selectOption("1");
    const password = "correct horse battery";
    await screen().getByLabel("User name").fill("jo");
    await screen().getByLabel("Full name").fill("Jo");
    await screen().getByLabel("E-mail").fill("jo@example.com");
    await screen().getByLabel("Password *", { exact: true }).fill(password);
    await screen().getByLabel("Password (again)").fill(password);
    await giveNumber(PHONE);
    await says(phone(), /Use this code to authenticate in authentik: \d{6}/);
    await enter("Code", await codeOnPhone());
    await go("Continue");
    await says(screen(), "The flow is done");
    await walk.page.getByRole("combobox", { name: "Flow", exact: true }).selectOption("login-with-sms");
    await walk.page.getByRole("combobox", { name: "User", exact: true }).fill("");
    await walk.page.getByRole("button", { name: "Start", exact: true }).click();
    await enter("User name or e-mail", "jo");
    await go("Continue");
    await enter("Password", password);
    await go("Continue");
    await screen()
      .getByRole("button", { name: /Send a code to \+?\*+/ })
      .waitFor();
  });

  test("one's own blueprint is walked; a broken one says where", async () => {
    const pick = async (path: string): Promise<void> => {
      const [chooser] = await Promise.all([
        walk.page.waitForEvent("filechooser"),
        walk.page.getByRole("button", { name: /Import blueprints/ }).click(),
      ]);
      await chooser.setFiles(join(root, path));
    };
    await pick("fixtures/blueprints/phone-settings.yaml");
    await screen().getByRole("button", { name: "Send code" }).waitFor();
    await says(diagram(), "phone-settings");
    await pick("fixtures/policies/phone-region.py");
    await says(walk.page.getByRole("alert"), "phone-region.py:");
    // The server's refusal is logged by the browser too.
    expect(walk.complaints.splice(0)).toEqual([expect.stringContaining("400")]);
  });

  test("a prompt of every kind can be filled in, and axe finds nothing", async () => {
    const [chooser] = await Promise.all([
      walk.page.waitForEvent("filechooser"),
      walk.page.getByRole("button", { name: /Import blueprints/ }).click(),
    ]);
    await chooser.setFiles({
      name: "every-kind.yaml",
      mimeType: "application/yaml",
      buffer: Buffer.from(promptsOfEveryKind()),
    });
    const dropdown = screen().getByRole("combobox", { name: "It is dropdown" });
    await dropdown.waitFor();
    expect(await dropdown.inputValue()).toBe("two");
    await looksRight(walk.page);
    await enter("It is number", "42");
    await enter("It is e-mail", "jo@example.com");
    await enter("It is date", "2026-02-03");
    await enter("It is date-time", "2026-02-03T04:05");
    for (const kind of ["text", "text_area", "username", "password", "ak-locale"]) {
      await screen().getByLabel(`It is ${kind} *`, { exact: true }).fill("some words");
    }
    await screen().getByLabel("It is checkbox").check();
    await screen().getByRole("radio", { name: "one" }).check();
    await screen()
      .getByLabel("It is file")
      .setInputFiles({
        name: "a.txt",
        mimeType: "text/plain",
        buffer: Buffer.from("x"),
      });
    await go("Continue");
    await says(screen(), "The flow is done");
  });

  test("a blueprint that the expression view took in can be walked", async () => {
    await walk.page.getByRole("button", { name: "Expression", exact: true }).click();
    const [chooser] = await Promise.all([
      walk.page.waitForEvent("filechooser"),
      walk.page.getByRole("button", { name: "Import …" }).click(),
    ]);
    await chooser.setFiles(join(root, "fixtures/blueprints/phone-settings.yaml"));
    await says(walk.page.getByRole("status"), /imported/);
    await walk.page.getByRole("button", { name: "Flow", exact: true }).click();
    await walk.page.getByLabel("Example").selectOption({ label: "Imported blueprints" });
    await says(diagram(), "phone-settings");
  });

  test("axe finds nothing, and nothing stands out", async () => {
    await giveNumber("+49");
    await says(screen().getByRole("alert"), REGION);
    await looksRight(walk.page);
    await giveNumber(PHONE);
    await phone()
      .getByText(/Sent to the provider/)
      .click();
    await walk.page.getByRole("button", { name: "Step back" }).click();
    await looksRight(walk.page);
    await walk.page.getByRole("button", { name: "Back to now" }).click();
    await enter("Code", await codeOnPhone());
    await go("Continue");
    await says(screen(), "The flow is done");
    await walk.page.getByRole("button", { name: "Inspect", exact: true }).click();
    await says(walk.page.getByRole("cell"), PHONE);
    await walk.page.getByText(/^Expression Policy/).click();
    await looksRight(walk.page);
  });

  test("German is one choice for all views", async () => {
    await walk.page.getByLabel("Language").selectOption("de");
    await walk.page.getByRole("region", { name: "Bildschirm des Benutzers" }).waitFor();
    await walk.page.getByRole("button", { name: "Ablauf", exact: true }).waitFor();
  });
});

/** A flow of one prompt stage with a field of each kind; choices come from a list, as a blueprint's expression gives them. */
function promptsOfEveryKind(): string {
  const choosing = new Set<string>(["dropdown", "radio-button-group"]);
  const prompts = PROMPT_TYPES.map((type, order) => {
    const label = `It is ${type === "email" ? "e-mail" : type}`;
    const choices = choosing.has(type)
      ? { placeholder: 'return ["one", "two"]', placeholder_expression: true, initial_value: "two" }
      : {};
    const attrs = { field_key: `key_${order}`, label, type, order, required: true, ...choices };
    const identifiers = { name: `prompt-${type}` };
    return JSON.stringify({ model: "authentik_stages_prompt.prompt", id: `p${order}`, identifiers, attrs });
  });
  const fields = PROMPT_TYPES.map((_type, order) => `!KeyOf p${order}`).join(", ");
  return `
version: 1
metadata: { name: every kind }
entries:
  - { model: authentik_flows.flow, id: flow, identifiers: { slug: kinds }, attrs: { name: Kinds, title: Kinds, designation: recovery } }
${prompts.map((prompt) => `  - ${prompt}`).join("\n")}
  - { model: authentik_stages_prompt.promptstage, id: ask, identifiers: { name: ask }, attrs: { fields: [${fields}] } }
  - { model: authentik_flows.flowstagebinding, identifiers: { target: !KeyOf flow, stage: !KeyOf ask, order: 0 } }
`;
}
