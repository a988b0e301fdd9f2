// The contract that every store keeps, as a suite to run on each of them.
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Store, Transaction } from "../../../runtime/store/contract.ts";
import {
  NotFound,
  ProtectedError,
  StoreClosed,
  StoreError,
  UniqueViolation,
  ValidationError,
} from "../../../runtime/store/contract.ts";
import { memoryStore } from "../../../runtime/store/memory.ts";
import { outcomeOf, transactions } from "./operations.ts";

const FLOW = "authentik_flows.flow";
const BINDING = "authentik_flows.flowstagebinding";
const POLICY = "authentik_policies_expression.expressionpolicy";
const POLICY_BINDING = "authentik_policies.policybinding";
const MAPPING = "authentik_events.notificationwebhookmapping";
const SMS_STAGE = "authentik_stages_authenticator_sms.authenticatorsmsstage";
const DEVICE = "authentik_stages_authenticator_sms.smsdevice";
const USER = "authentik_core.user";
const GROUP = "authentik_core.group";
const PROMPT = "authentik_stages_prompt.prompt";
const PROMPT_STAGE = "authentik_stages_prompt.promptstage";
const DENY = "authentik_stages_deny.denystage";
const DUMMY = "authentik_stages_dummy.dummystage";
const SESSION = "postern.flowsession";
const NOBODY = "00000000-0000-4000-8000-000000000000";

const aFlow = (slug: string) => ({ name: slug, slug, title: slug, designation: "enrollment" }) as const;
const aStage = {
  name: "sms",
  provider: "generic",
  from_number: "1",
  account_sid: "https://sms.example",
  auth: "key",
} as const;

/** Runs the contract's suite on stores that `open` makes, each empty. `runs`: how many random sequences of operations. */
export function storeContract(name: string, open: () => Promise<Store>, runs = 20): void {
  describe(`the store contract: ${name}`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());
    const change = <T>(work: (tx: Transaction) => T): Promise<T> => store.transaction(work);

    describe("rows", () => {
      it("get a UUID and their model's defaults", async () => {
        const flow = await change((tx) => tx.insert(FLOW, aFlow("enroll")));
        expect(flow.pk).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect(flow).toMatchObject({
          policy_engine_mode: "any",
          denied_action: "message_continue",
          authentication: "none",
          layout: "stacked",
          compatibility_mode: false,
        });
        expect(await store.read((tx) => tx.get(FLOW, flow.pk))).toEqual(flow);
      });

      it("keep a pk that is given, and refuse one that is taken", async () => {
        await change((tx) => tx.insert(FLOW, { ...aFlow("a"), pk: NOBODY }));
        const again = change((tx) => tx.insert(FLOW, { ...aFlow("b"), pk: NOBODY }));
        await expect(again).rejects.toThrow(UniqueViolation);
      });

      it("of users count from 1 and never use a number twice, even when the highest is deleted", async () => {
        const pks = await change((tx) => [
          tx.insert(USER, { username: "a" }).pk,
          tx.insert(USER, { username: "b" }).pk,
        ]);
        expect(pks).toEqual([1, 2]);
        await change((tx) => tx.delete(USER, 2));
        expect(await change((tx) => tx.insert(USER, { username: "c" }).pk)).toBe(3);
      });

      it("of users go on from the highest that was given, in the same transaction, too", async () => {
        const added = await change((tx) => [
          tx.insert(USER, { pk: 40, username: "a" }).pk,
          tx.insert(USER, { username: "b" }).pk,
          tx.insert(USER, { username: "c" }).pk,
          tx.insert(USER, { pk: 7, username: "d" }).pk,
          tx.insert(USER, { username: "e" }).pk,
        ]);
        expect(added).toEqual([40, 41, 42, 7, 43]);
        expect(await change((tx) => tx.insert(USER, { username: "f" }).pk)).toBe(44);
      });

      it("are deeply frozen, so that nobody changes the store behind its back", async () => {
        const user = await change((tx) =>
          tx.insert(USER, { username: "a", attributes: { deep: { list: [1] } } }),
        );
        expect(() => {
          (user.attributes.deep as { list: number[] }).list.push(2);
        }).toThrow(TypeError);
        expect(() => {
          (user as { username: string }).username = "b";
        }).toThrow(TypeError);
      });

      it("are copies of what was handed in", async () => {
        const attributes = { deep: { list: [1] } };
        const user = await change((tx) => tx.insert(USER, { username: "a", attributes }));
        attributes.deep.list.push(2);
        expect(await store.read((tx) => tx.get(USER, user.pk)?.attributes)).toEqual({ deep: { list: [1] } });
      });

      it("with a text pk need one", async () => {
        const expires = "2030-01-01T00:00:00.000Z";
        await change((tx) => tx.insert(SESSION, { pk: "s1", data: { plan: [null, 1.5, "é😀"] }, expires }));
        const row = await store.read((tx) => tx.get(SESSION, "s1"));
        expect(row).toEqual({ pk: "s1", data: { plan: [null, 1.5, "é😀"] }, expires });
        await expect(change((tx) => tx.insert(SESSION, { data: {}, expires }))).rejects.toThrow(
          ValidationError,
        );
      });
    });

    describe("list", () => {
      it("answers in the order of insertion, also after updates", async () => {
        await change((tx) => {
          for (const username of ["c", "a", "b"]) tx.insert(USER, { username });
          tx.update(USER, 1, { name: "changed" });
        });
        const names = await store.read((tx) => tx.list(USER).map((user) => user.username));
        expect(names).toEqual(["c", "a", "b"]);
      });

      it("filters by equality of top-level fields, lists and objects included", async () => {
        await change((tx) => {
          tx.insert(USER, { username: "a", attributes: { x: 1, y: [2] } });
          tx.insert(USER, { username: "b", is_active: false });
        });
        const names = (where: object) =>
          store.read((tx) => tx.list(USER, where).map((user) => user.username));
        expect(await names({ is_active: false })).toEqual(["b"]);
        expect(await names({ attributes: { y: [2], x: 1 } })).toEqual(["a"]);
        expect(await names({ attributes: { y: [2] } })).toEqual([]);
        expect(await names({ username: "a", is_active: false })).toEqual([]);
        expect(await names({ toString: undefined })).toEqual([]);
        expect(await names({ pk: 2 })).toEqual(["b"]);
      });
    });

    describe("what does not fit the model is refused", () => {
      it("missing and wrong fields, all at once, in DRF's words", async () => {
        const broken = { name: null, slug: "not a slug", designation: "x" } as never;
        const error = await change((tx) => tx.insert(FLOW, broken)).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(ValidationError);
        expect((error as ValidationError).messages).toEqual({
          name: ["This field may not be null."],
          slug: ["Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."],
          title: ["This field is required."],
          designation: ['"x" is not a valid choice.'],
        });
        expect(await store.read((tx) => tx.list(FLOW))).toEqual([]);
      });

      it("fields that the model does not have", async () => {
        const extra = { ...aFlow("a"), colour: "red" } as never;
        await expect(change((tx) => tx.insert(FLOW, extra))).rejects.toThrow(/no field "colour"/);
      });

      it("models that there are none of", async () => {
        for (const model of ["authentik_flows.nothing", "constructor", "__proto__"]) {
          await expect(change((tx) => tx.insert(model as never, {} as never))).rejects.toThrow(/no model/);
          await expect(store.read((tx) => tx.list(model as never))).rejects.toThrow(/no model/);
        }
      });

      it("references to rows that do not exist, in lists too", async () => {
        const device = { user: 7, stage: NOBODY, phone_number: "+1", name: "x" };
        const error = await change((tx) => tx.insert(DEVICE, device)).catch((caught: unknown) => caught);
        expect((error as ValidationError).messages).toEqual({
          user: ['Invalid pk "7" - object does not exist.'],
          stage: [`Invalid pk "${NOBODY}" - object does not exist.`],
        });
        const stage = change((tx) => tx.insert(PROMPT_STAGE, { name: "p", fields: [NOBODY] }));
        await expect(stage).rejects.toThrow(/object does not exist/);
      });

      it("a reference to a row of a model it may not point to", async () => {
        const flow = await change((tx) => tx.insert(FLOW, aFlow("a")));
        const wrong = change((tx) => tx.insert(BINDING, { target: flow.pk, stage: flow.pk, order: 0 }));
        await expect(wrong).rejects.toThrow(/stage: Invalid pk/);
      });

      it("JSON that is none, and keys that reach for prototypes", async () => {
        const cycle: { self?: unknown } = {};
        cycle.self = cycle;
        const bad = [Number.NaN, () => 1, new Date(0), JSON.parse('{"__proto__": {"admin": true}}'), cycle];
        for (const value of bad) {
          const attributes = { value } as never;
          await expect(change((tx) => tx.insert(USER, { username: "x", attributes }))).rejects.toThrow(
            ValidationError,
          );
        }
        expect(({} as { admin?: boolean }).admin).toBeUndefined();
      });

      it("a binding with two targets, or none", async () => {
        await change((tx) => tx.insert(USER, { username: "a" }));
        const pks = await change((tx) => ({
          target: tx.insert(FLOW, aFlow("a")).pk,
          group: tx.insert(GROUP, { name: "g" }).pk,
        }));
        const two = change((tx) => tx.insert(POLICY_BINDING, { ...pks, user: 1, order: 0 }));
        await expect(two).rejects.toThrow("Only one of 'policy', 'group', 'user' can be set.");
        const none = change((tx) => tx.insert(POLICY_BINDING, { target: pks.target, order: 0 }));
        await expect(none).rejects.toThrow("One of 'policy', 'group', 'user' must be set.");
      });
    });

    describe("unique sets", () => {
      it("hold for one field, in DRF's words", async () => {
        await change((tx) => tx.insert(FLOW, aFlow("a")));
        const error = await change((tx) => tx.insert(FLOW, aFlow("a"))).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(UniqueViolation);
        expect(error).toMatchObject({ model: FLOW, fields: ["slug"] });
        expect((error as UniqueViolation).messages).toEqual({
          slug: ["Flow with this slug already exists."],
        });
      });

      it("hold for stage names over all kinds of stages", async () => {
        await change((tx) => tx.insert(DENY, { name: "same" }));
        const second = change((tx) => tx.insert(DUMMY, { name: "same" }));
        await expect(second).rejects.toThrow("stage with this name already exists.");
      });

      it("hold for fields together: one number per stage, whoever has it", async () => {
        await change((tx) => {
          tx.insert(USER, { username: "a" });
          tx.insert(USER, { username: "b" });
          const one = tx.insert(SMS_STAGE, aStage).pk;
          const two = tx.insert(SMS_STAGE, { ...aStage, name: "sms2" }).pk;
          tx.insert(DEVICE, { user: 1, stage: one, phone_number: "+1", name: "x" });
          tx.insert(DEVICE, { user: 2, stage: two, phone_number: "+1", name: "x" });
          const clash = () => tx.insert(DEVICE, { user: 2, stage: one, phone_number: "+1", name: "x" });
          expect(clash).toThrow("The fields stage, phone_number must make a unique set.");
        });
      });

      it("hold for updates, except against the row itself", async () => {
        await change((tx) => {
          const a = tx.insert(FLOW, aFlow("a")).pk;
          tx.insert(FLOW, aFlow("b"));
          tx.update(FLOW, a, { slug: "a", title: "new" });
          expect(() => tx.update(FLOW, a, { slug: "b" })).toThrow(UniqueViolation);
          expect(tx.get(FLOW, a)).toMatchObject({ slug: "a", title: "new" });
        });
      });

      it("leave rows with a null alone, as SQL does", async () => {
        await change((tx) => {
          tx.insert(MAPPING, { name: "a", expression: "return 1" });
          tx.insert(MAPPING, { name: "b", expression: "return 1" });
        });
        expect(await store.read((tx) => tx.list(MAPPING, { managed: null }))).toHaveLength(2);
      });
    });

    describe("update", () => {
      it("changes the given fields only", async () => {
        const user = await change((tx) => tx.insert(USER, { username: "a", email: "a@b.example" }));
        const after = await change((tx) => tx.update(USER, user.pk, { name: "A", email: undefined }));
        expect(after).toEqual({ ...user, name: "A" });
      });

      it("refuses a pk that is not there, and a change of pk", async () => {
        await expect(change((tx) => tx.update(USER, 9, { name: "x" }))).rejects.toThrow(NotFound);
        await change((tx) => tx.insert(USER, { username: "a" }));
        await expect(change((tx) => tx.update(USER, 1, { pk: 2 }))).rejects.toThrow(/pk of a row/);
      });

      it("refuses a group that is its own parent", async () => {
        const pk = await change((tx) => tx.insert(GROUP, { name: "g" }).pk);
        await expect(change((tx) => tx.update(GROUP, pk, { parents: [pk] }))).rejects.toThrow(
          /parent of itself/,
        );
      });
    });

    describe("delete", () => {
      it("takes along what belongs to the row, over several steps", async () => {
        await change((tx) => {
          const flow = tx.insert(FLOW, aFlow("a")).pk;
          const stage = tx.insert(DENY, { name: "deny" }).pk;
          const binding = tx.insert(BINDING, { target: flow, stage, order: 0 }).pk;
          const policy = tx.insert(POLICY, { name: "p", expression: "return True" }).pk;
          tx.insert(POLICY_BINDING, { target: binding, policy, order: 0 });
          tx.delete(FLOW, flow);
          expect(tx.list(BINDING)).toEqual([]);
          expect(tx.list(POLICY_BINDING)).toEqual([]);
          expect(tx.list(POLICY)).toHaveLength(1);
          expect(tx.list(DENY)).toHaveLength(1);
        });
      });

      it("refuses an SMS stage with devices, and names them", async () => {
        const stage = await change((tx) => {
          tx.insert(USER, { username: "a" });
          const pk = tx.insert(SMS_STAGE, aStage).pk;
          tx.insert(DEVICE, { user: 1, stage: pk, phone_number: "+1", name: "x" });
          return pk;
        });
        const error = await change((tx) => tx.delete(SMS_STAGE, stage)).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(ProtectedError);
        expect(error).toMatchObject({ model: SMS_STAGE, pk: stage, by: [{ model: DEVICE, pk: 1 }] });
        await change((tx) => {
          tx.delete(USER, 1);
          tx.delete(SMS_STAGE, stage);
        });
        expect(await store.read((tx) => tx.list(DEVICE))).toEqual([]);
      });

      it("sets null, and takes out of lists", async () => {
        await change((tx) => {
          const mapping = tx.insert(MAPPING, { name: "m", expression: "return {}" }).pk;
          const stage = tx.insert(SMS_STAGE, { ...aStage, mapping }).pk;
          tx.delete(MAPPING, mapping);
          expect(tx.get(SMS_STAGE, stage)?.mapping).toBeNull();

          const label = { field_key: "k", label: "l", type: "text" } as const;
          const one = tx.insert(PROMPT, { ...label, name: "one" }).pk;
          const two = tx.insert(PROMPT, { ...label, name: "two" }).pk;
          const prompts = tx.insert(PROMPT_STAGE, { name: "p", fields: [one, two] }).pk;
          tx.delete(PROMPT, one);
          expect(tx.get(PROMPT_STAGE, prompts)?.fields).toEqual([two]);
        });
      });

      it("refuses a pk that is not there", async () => {
        await expect(change((tx) => tx.delete(USER, 1))).rejects.toThrow(NotFound);
      });
    });

    describe("transactions", () => {
      it("see their own changes; readers see them when they are acknowledged", async () => {
        let seen = -1;
        const pending = change((tx) => {
          tx.insert(USER, { username: "a" });
          seen = tx.list(USER).length;
        });
        await pending;
        expect(seen).toBe(1);
        expect(await store.read((tx) => tx.list(USER))).toHaveLength(1);
      });

      it("that throw change nothing, and hand the error on", async () => {
        const failed = change((tx) => {
          tx.insert(USER, { username: "a" });
          tx.insert(GROUP, { name: "g" });
          throw new RangeError("enough");
        });
        await expect(failed).rejects.toThrow(new RangeError("enough"));
        expect(await store.read((tx) => [tx.list(USER), tx.list(GROUP)])).toEqual([[], []]);
        // The number that the failed one had used is free: nothing of it is left.
        expect(await change((tx) => tx.insert(USER, { username: "b" }).pk)).toBe(1);
      });

      it("do not touch each other when one of a burst fails", async () => {
        const burst = Array.from({ length: 20 }, (_, index) =>
          change((tx) => {
            tx.insert(USER, { username: `u${index}` });
            if (index % 3 === 0) throw new Error("no");
          }).then(
            () => true,
            () => false,
          ),
        );
        const outcome = await Promise.all(burst);
        const names = await store.read((tx) => tx.list(USER).map((user) => user.username));
        // Transactions that run at the same time may take effect in any order.
        expect(names.sort()).toEqual(outcome.flatMap((ok, index) => (ok ? [`u${index}`] : [])).sort());
      });

      it("are serialised: of two takers of one thing, one gets it", async () => {
        await change((tx) => tx.insert(USER, { username: "a", attributes: { code: "123456" } }));
        const take = () =>
          change((tx) => {
            const user = tx.get(USER, 1);
            if (user?.attributes.code !== "123456") return false;
            tx.update(USER, 1, { attributes: {} });
            return true;
          });
        const taken = await Promise.all([take(), take(), take()]);
        expect(taken.filter(Boolean)).toHaveLength(1);
      });

      it("count without losing an increment", async () => {
        await change((tx) => tx.insert(USER, { username: "a", attributes: { n: 0 } }));
        const step = () =>
          change((tx) => {
            const n = tx.get(USER, 1)?.attributes.n as number;
            tx.update(USER, 1, { attributes: { n: n + 1 } });
          });
        await Promise.all(Array.from({ length: 100 }, step));
        expect(await store.read((tx) => tx.get(USER, 1)?.attributes)).toEqual({ n: 100 });
      });

      it("have to be synchronous, and are undone when they are not", async () => {
        const slow = change(async (tx) => {
          tx.insert(USER, { username: "a" });
        });
        await expect(slow).rejects.toThrow(StoreError);
        expect(await store.read((tx) => tx.list(USER))).toEqual([]);
      });

      it("cannot be used after they ended", async () => {
        const leaked = await change((tx) => tx);
        expect(() => leaked.insert(USER, { username: "late" })).toThrow(/transaction is over/);
        expect(() => leaked.list(USER)).toThrow(/transaction is over/);
      });
    });

    describe("under concurrency", () => {
      it("one number is given to one of many who ask for it at once", async () => {
        const stage = await change((tx) => {
          tx.insert(USER, { username: "a" });
          return tx.insert(SMS_STAGE, aStage).pk;
        });
        const enrol = (number: number) =>
          change((tx) => {
            const phone_number = `+1${number % 4}`;
            if (tx.list(DEVICE, { stage, phone_number }).length > 0) return false;
            tx.insert(DEVICE, { user: 1, stage, phone_number, name: "x" });
            return true;
          });
        const taken = await Promise.all(Array.from({ length: 24 }, (_, number) => enrol(number)));
        expect(taken.filter(Boolean)).toHaveLength(4);
        const devices = await store.read((tx) => tx.list(DEVICE));
        expect(devices.map((device) => device.phone_number).sort()).toEqual(["+10", "+11", "+12", "+13"]);
        expect(new Set(devices.map((device) => device.pk)).size).toBe(4);
      });

      it("who does not look gets the unique set's own refusal", async () => {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 8 }, () => change((tx) => tx.insert(USER, { username: "same" }))),
        );
        const refused = outcomes.filter((outcome) => outcome.status === "rejected");
        expect(refused).toHaveLength(7);
        for (const { reason } of refused) expect(reason).toBeInstanceOf(UniqueViolation);
      });

      it("of two who may each do a thing unless the other did, one does it", async () => {
        await change((tx) => {
          for (const username of ["a", "b"]) tx.insert(USER, { username });
        });
        // Each looks at the row of the other and writes its own: write skew, where a store forgets what was looked at.
        const retire = (own: number, other: number) =>
          change((tx) => {
            if (tx.get(USER, other)?.is_active !== true) return;
            tx.update(USER, own, { is_active: false });
          });
        await Promise.all([retire(1, 2), retire(2, 1)]);
        expect(await store.read((tx) => tx.list(USER, { is_active: true }))).toHaveLength(1);
      });

      it("a set that was looked at does not grow meanwhile", async () => {
        await change((tx) => tx.insert(FLOW, { ...aFlow("f"), pk: NOBODY }));
        // At most three of a flow's stages: each counts before it adds.
        const add = (order: number) =>
          change((tx) => {
            if (tx.list(BINDING, { target: NOBODY }).length >= 3) return;
            const stage = tx.insert(DENY, { name: `d${order}` }).pk;
            tx.insert(BINDING, { target: NOBODY, stage, order });
          });
        await Promise.all(Array.from({ length: 10 }, (_, order) => add(order)));
        expect(await store.read((tx) => [tx.list(BINDING).length, tx.list(DENY).length])).toEqual([3, 3]);
      });

      it("nothing refers to a row that another one deletes at the same time", async () => {
        for (let round = 0; round < 5; round += 1) {
          const pk = await change((tx) => tx.insert(USER, { username: `u${round}` }).pk);
          const stage = await change((tx) => tx.insert(SMS_STAGE, { ...aStage, name: `sms${round}` }).pk);
          await Promise.allSettled([
            change((tx) => tx.insert(DEVICE, { user: pk, stage, phone_number: "+1", name: "x" })),
            change((tx) => tx.delete(USER, pk)),
          ]);
          const [users, devices] = await store.read((tx) => [
            tx.list(USER, { username: `u${round}` }),
            tx.list(DEVICE, { stage }),
          ]);
          expect(devices.length).toBeLessThanOrEqual(users.length);
        }
      });

      it("readers see transactions whole or not at all", async () => {
        await change((tx) => {
          for (const username of ["a", "b"]) tx.insert(USER, { username, attributes: { n: 50 } });
        });
        const balance = (tx: Pick<Transaction, "get">, pk: number) =>
          tx.get(USER, pk)?.attributes.n as number;
        const move = (amount: number) =>
          change((tx) => {
            tx.update(USER, 1, { attributes: { n: balance(tx, 1) - amount } });
            tx.update(USER, 2, { attributes: { n: balance(tx, 2) + amount } });
          });
        const sums = Array.from({ length: 20 }, (_, index) =>
          index % 2 === 0 ? move(index).then(() => 100) : store.read((tx) => balance(tx, 1) + balance(tx, 2)),
        );
        expect(new Set(await Promise.all(sums))).toEqual(new Set([100]));
      });

      it("work that is run again has no other effect than its last run", async () => {
        await change((tx) => tx.insert(USER, { username: "a", attributes: { n: 0 } }));
        let runs = 0;
        const results = await Promise.all(
          Array.from({ length: 10 }, () =>
            change((tx) => {
              runs += 1;
              const n = (tx.get(USER, 1)?.attributes.n as number) + 1;
              tx.insert(GROUP, { name: `g${n}` });
              tx.update(USER, 1, { attributes: { n } });
              return n;
            }),
          ),
        );
        expect(runs).toBeGreaterThanOrEqual(10);
        expect(results.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        expect(await store.read((tx) => tx.list(GROUP).length)).toBe(10);
      });
    });

    describe("content", () => {
      it("of any text comes back as it was: NUL, lone surrogates, quotes, escapes, in pks and in keys too", async () => {
        const expires = "2030-01-01T00:00:00.000Z";
        const texts = [
          "\0",
          "a\0b",
          "\ud800",
          "\udc00\ud800",
          "\\u0000",
          '"',
          "\u2028",
          "é😀",
          "e\u0301",
          "\uffff",
          " a ",
        ];
        await change((tx) => {
          for (const text of texts)
            tx.insert(SESSION, { pk: text, data: { [text]: text, list: [text] }, expires });
        });
        for (const text of texts) {
          const row = await store.read((tx) => tx.get(SESSION, text));
          expect(row).toEqual({ pk: text, data: { [text]: text, list: [text] }, expires });
        }
        expect(await store.read((tx) => tx.list(SESSION).map((row) => row.pk))).toEqual(texts);
        // Texts that look alike are different ones.
        await change((tx) => {
          for (const username of ["é", "e\u0301", "E", "e"]) tx.insert(USER, { username });
        });
        expect(await store.read((tx) => tx.list(USER, { username: "é" }).map((user) => user.pk))).toEqual([
          1,
        ]);
      });

      it("keeps its order of keys, and numbers to the last digit", async () => {
        const attributes = {
          z: 0.1,
          a: 1e300,
          b: 5e-324,
          c: Number.MAX_SAFE_INTEGER,
          m: { y: 1, x: 2 },
          big: 2 ** 70,
        };
        await change((tx) => tx.insert(USER, { username: "a", attributes }));
        const read = await store.read((tx) => tx.get(USER, 1)?.attributes);
        expect(JSON.stringify(read)).toBe(JSON.stringify(attributes));
      });

      it("may be large: rows of a megabyte, and long texts in unique fields and pks", async () => {
        const expires = "2030-01-01T00:00:00.000Z";
        const data = "0123456789abcdef".repeat(65_536);
        const long = "n".repeat(10_000);
        await change((tx) => {
          tx.insert(SESSION, { pk: long, data, expires });
          tx.insert(GROUP, { name: long });
          tx.insert(GROUP, { name: `${long}!` });
        });
        expect(await store.read((tx) => tx.get(SESSION, long)?.data)).toBe(data);
        expect(await store.read((tx) => tx.list(GROUP, { name: `${long}!` }).length)).toBe(1);
        await expect(change((tx) => tx.insert(GROUP, { name: long }))).rejects.toThrow(UniqueViolation);
      });

      it("of many rows is written in one transaction", async () => {
        await change((tx) => {
          for (let index = 0; index < 300; index += 1) tx.insert(GROUP, { name: `g${index}` });
        });
        const names = await store.read((tx) => tx.list(GROUP).map((group) => group.name));
        expect(names).toEqual(Array.from({ length: 300 }, (_, index) => `g${index}`));
      });
    });

    describe("size", () => {
      it("counts what a list would bring, up to a limit", async () => {
        await change((tx) => {
          for (let index = 0; index < 12; index += 1) {
            tx.insert(USER, { username: `u${index}`, email: index < 5 ? "same@example.com" : "" });
          }
        });
        expect(await store.size(USER, {}, 100)).toBe(12);
        expect(await store.size(USER, {}, 7)).toBe(7);
        expect(await store.size(USER, { email: "same@example.com" }, 100)).toBe(5);
        expect(await store.size(USER, { email: "same@example.com" }, 3)).toBe(3);
        expect(await store.size(USER, { username: "u3" }, 100)).toBe(1);
        expect(await store.size(USER, { email: "nobody@example.com" }, 100)).toBe(0);
        expect(await store.size(GROUP, {}, 100)).toBe(0);
      });
    });

    describe("expired", () => {
      it("names the rows whose time is over, as many as asked for", async () => {
        const now = new Date("2026-06-01T12:30:00.000Z");
        await change((tx) => {
          for (const [pk, expires] of [
            ["over", "2026-06-01T10:00:00Z"],
            ["long over \0", "2020-01-01T00:00:00Z"],
            ["soon", "2026-06-01T12:30:01Z"],
            ["later", "2027-01-01T00:00:00Z"],
          ]) {
            tx.insert(SESSION, { pk, data: {}, expires });
          }
        });
        expect((await store.expired(SESSION, now, 10)).sort()).toEqual(["long over \0", "over"]);
        expect(await store.expired(SESSION, now, 1)).toHaveLength(1);
        expect(await store.expired("authentik_events.event", now, 10)).toEqual([]);
        await change((tx) => tx.update(SESSION, "over", { expires: "2027-01-01T00:00:00Z" }));
        expect(await store.expired(SESSION, now, 10)).toEqual(["long over \0"]);
      });
    });

    describe("any operations", () => {
      it("lead to what the plainest store says", { timeout: 120_000 }, async () => {
        await fc.assert(
          fc.asyncProperty(transactions, async (todo) => {
            const plain = memoryStore();
            const own = await open();
            try {
              expect(await outcomeOf(own, todo)).toEqual(await outcomeOf(plain, todo));
            } finally {
              await own.close();
            }
          }),
          { numRuns: runs },
        );
      });
    });

    describe("close", () => {
      it("waits for what was begun and refuses what comes later", async () => {
        const begun = change((tx) => tx.insert(USER, { username: "a" }).pk);
        const closed = store.close();
        await expect(begun).resolves.toBe(1);
        await closed;
        await expect(store.read((tx) => tx.list(USER))).rejects.toThrow(StoreClosed);
        await expect(change((tx) => tx.list(USER))).rejects.toThrow(StoreClosed);
        await store.close();
      });
    });
  });
}
