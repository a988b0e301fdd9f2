// The device that is being set up: data in the plan, never a row of the store before the right code was given.
import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../../engine/types.ts";
import { isObject, type Plan, SMS_DEVICE_KEY } from "../../flow/plan.ts";
import type { StageContext } from "../../flow/stage.ts";
import type { CodeSlot } from "../../sms/code-slot.ts";
import { codeStateOf } from "../../sms/code-slot.ts";
import { type CodeState, type Delivery, IDLE, voidCode } from "../../sms/one-time-code.ts";

/** A device in the making. JSON; what is inside of its fields is replaced, never changed. */
export type DeviceDraft = CodeState & {
  /** Names it in limits. */
  id: string;
  stage: string;
  user: number;
  name: string;
  /** The number that the code is for; empty while none was sent. */
  phone_number: string;
  /** Other numbers that messages went to, with the last one: their cool-down goes on. Newest last. */
  earlier: [number: string, delivery: Delivery][];
};

/** More numbers than one run of the flow may be sent to within a cool-down. */
const REMEMBERED = 20;

/** The draft of this stage and user in the plan; a new one is put there where there is none. */
export function draftOf(plan: Plan, stage: string, user: number): DeviceDraft {
  const found = draftIn(plan);
  if (found !== undefined && found.stage === stage && found.user === user) return found;
  const draft: DeviceDraft = {
    ...IDLE,
    id: randomUUID(),
    stage,
    user,
    name: "SMS Device",
    phone_number: "",
    earlier: [],
  };
  plan.context[SMS_DEVICE_KEY] = draft as JsonObject;
  return draft;
}

/** Takes the draft out of the plan. */
export function dropDraft(plan: Plan): void {
  delete plan.context[SMS_DEVICE_KEY];
}

/** Puts a draft into the plan, in the place of the one that is there. */
export function putDraft(plan: Plan, draft: DeviceDraft): void {
  plan.context[SMS_DEVICE_KEY] = { ...draft } as JsonObject;
}

/** The draft without code and number; wrong codes stay counted. */
export function withoutNumber(draft: DeviceDraft): DeviceDraft {
  return { ...draft, ...voidCode(codeStateOf(draft)), phone_number: "" };
}

/**
 * The draft as the place of a code for this number. A code proves the number that it was sent to and no other: for
 * another number there is a new one, and the old one is void from the moment that the new one is being sent.
 */
export function draftSlot(
  { checkpoint, amend }: Pick<StageContext, "checkpoint" | "amend">,
  draft: DeviceDraft,
  number: string,
): CodeSlot {
  return {
    device: `draft:${draft.id}`,
    claim: (work) => {
      const before = { ...draft };
      const aimed = aimedAt(before, number);
      const state = codeStateOf(aimed);
      return checkpoint((tx) => {
        const { next, result } = work(tx, state);
        // Where nothing is sent nothing changes, and the code that was sent before stays good.
        Object.assign(draft, before, next === state ? {} : { ...aimed, ...next });
        return result;
      });
    },
    settle: (change, work) =>
      amend((stored) => {
        const current = draftIn(stored);
        if (current?.id === draft.id) Object.assign(current, change(codeStateOf(current)));
      }, work),
  };
}

/** The draft with another number: without a code, and with the cool-down of that number. */
function aimedAt(draft: DeviceDraft, number: string): DeviceDraft {
  if (draft.phone_number === number) return draft;
  const { delivery } = draft;
  const left = delivery?.state === "sent" ? [[draft.phone_number, delivery] as const] : [];
  const earlier = [...draft.earlier, ...left];
  return {
    ...draft,
    ...voidCode(codeStateOf(draft)),
    phone_number: number,
    delivery: earlier.findLast(([other]) => other === number)?.[1] ?? null,
    earlier: earlier.filter(([other]) => other !== number).slice(-REMEMBERED) as DeviceDraft["earlier"],
  };
}

function draftIn(plan: Plan): DeviceDraft | undefined {
  const found = plan.context[SMS_DEVICE_KEY];
  return isObject(found) ? (found as DeviceDraft) : undefined;
}
