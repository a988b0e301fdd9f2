// Where a code lives: in a device's row. The set-up stage has its own place for it, in the plan.
import type { JsonObject } from "../../engine/types.ts";
import type { Store, Transaction } from "../store/contract.ts";
import type { CodeState, Delivery } from "./one-time-code.ts";

const DEVICE = "authentik_stages_authenticator_sms.smsdevice";

/** A place that keeps one code. Both ways to write run in a transaction of the store. */
export interface CodeSlot {
  /** Names the device in limits: a pk, or an id of the device in the making. */
  readonly device: string;
  /**
   * Has `work` answer on the state as it is stored, and writes the state that it answers with together with what else
   * it wrote. Nothing where the device is gone. `work` may be called again.
   */
  claim<T>(
    work: (tx: Transaction, state: CodeState) => { readonly next: CodeState; readonly result: T },
  ): Promise<T | undefined>;
  /** Changes the state, whatever happened to it meanwhile, together with what `work` writes. */
  settle(change: (state: CodeState) => CodeState, work: (tx: Transaction) => void): Promise<void>;
}

/** The code in a device's row. */
export function deviceSlot(store: Store, pk: number): CodeSlot {
  const update = (tx: Transaction, change: (state: CodeState) => CodeState): boolean => {
    const row = tx.get(DEVICE, pk);
    if (row === undefined) return false;
    const state = codeStateOf(row);
    const next = change(state);
    if (next !== state) tx.update(DEVICE, pk, codeFields(next));
    return true;
  };
  return {
    device: `device:${pk}`,
    claim: (work) =>
      store.transaction((tx) => {
        const answers: { result?: ReturnType<typeof work>["result"] } = {};
        update(tx, (state) => {
          const { next, result } = work(tx, state);
          answers.result = result;
          return next;
        });
        return answers.result;
      }),
    settle: (change, work) =>
      store.transaction((tx) => {
        work(tx);
        update(tx, change);
      }),
  };
}

/** The code's fields of a device's row, or of a device in the making. */
export function codeStateOf(fields: {
  readonly token: string | null;
  readonly valid_until: string | null;
  readonly delivery: JsonObject | null;
  readonly throttling_failure_timestamp: string | null;
  readonly throttling_failure_count: number;
}): CodeState {
  const { token, valid_until, delivery, throttling_failure_timestamp, throttling_failure_count } = fields;
  return {
    token,
    valid_until,
    delivery: delivery as Delivery | null,
    throttling_failure_timestamp,
    throttling_failure_count,
  };
}

/** The fields of a device's row that a state stands in; `valid_until` is never null there. */
export function codeFields(state: CodeState): Omit<CodeState, "valid_until"> & { valid_until?: string } {
  const { valid_until, ...fields } = state;
  return valid_until === null ? fields : { ...fields, valid_until };
}
