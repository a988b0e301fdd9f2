// The Flow view: a flow that is tried out, with its diagram, its user's screen and phone, and what happens.
import { trialExampleList } from "../../examples/trials.ts";
import { language, notice, t } from "../../state.ts";
import {
  chosenFlow,
  chosenUser,
  importedBlueprints,
  isBusy,
  open,
  refusal,
  startChosen,
  state,
  subject,
  trial,
} from "../../trial/trial.ts";
import { useTrial } from "../../trial/use-trial.ts";
import { FileButton } from "../file-button.tsx";
import { Diagram } from "./diagram.tsx";
import { Phone } from "./phone.tsx";
import { Screen } from "./screen.tsx";
import { Timeline } from "./timeline.tsx";

/** The view. */
export function FlowView() {
  useTrial();
  return (
    <>
      <div class="toolbar">
        <Subject />
        <ImportBlueprints />
        <button type="button" disabled={isBusy.value} onClick={() => void open(subject.value)}>
          {t("startOver")}
        </button>
        <span class="space" />
        <FlowStart />
      </div>
      <p class="help">{t("trialNote")}</p>
      {refusal.value !== "" && (
        <p class="fault" role="alert">
          {refusal.value}
        </p>
      )}
      <div class="flow-columns">
        <Diagram />
        <div class="column">
          <Screen />
          <Phone />
        </div>
        <Timeline />
      </div>
    </>
  );
}

function Subject() {
  const hasOwn = importedBlueprints.value.length > 0;
  const at = subject.value === "imported" ? -1 : trialExampleList.indexOf(subject.value);
  return (
    <label>
      {t("example")}
      <select
        value={String(at)}
        onChange={({ currentTarget }) =>
          void open(trialExampleList[Number(currentTarget.value)] ?? "imported")
        }
      >
        {hasOwn && <option value="-1">{t("trialImported")}</option>}
        {trialExampleList.map(({ title }, i) => (
          <option key={title.en} value={i}>
            {title[language.value]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Which flow is started, and who starts it. */
function FlowStart() {
  const users = [...(state.value.rows.get("authentik_core.user")?.values() ?? [])];
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        void startChosen();
      }}
    >
      <label>
        {t("flow")}
        <select
          value={chosenFlow.value}
          onChange={({ currentTarget }) => {
            chosenFlow.value = currentTarget.value;
          }}
        >
          {trial.value?.flows.map(({ slug, name }) => (
            <option key={slug} value={slug}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("flowUser")}
        <input
          value={chosenUser.value}
          placeholder={t("nobody")}
          list="flow-users"
          maxLength={150}
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => {
            chosenUser.value = currentTarget.value;
          }}
        />
      </label>
      <datalist id="flow-users">
        {users.map(({ username }) => (
          <option key={String(username)} value={String(username)} />
        ))}
      </datalist>
      <button type="submit" class="primary" disabled={isBusy.value}>
        {t("startFlow")}
      </button>
    </form>
  );
}

function ImportBlueprints() {
  const take = async (files: FileList | null): Promise<void> => {
    const picked = [...(files ?? [])];
    if (picked.length === 0) return;
    try {
      importedBlueprints.value = await Promise.all(
        picked.map(async (file) => ({ name: file.name, text: await file.text() })),
      );
      await open("imported");
    } catch (error) {
      notice.value = (error as Error).message;
    }
  };
  return <FileButton accept=".yaml,.yml" label={t("trialImport")} take={take} />;
}
