// Which transactions are written together: those that wait for a write, and as many as came together the last time.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SerialStore } from "../../../runtime/store/serial-store.ts";
import { EMPTY_STATE, type State, StateView } from "../../../runtime/store/state.ts";

const USER = "authentik_core.user";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A store whose writes take as long as a test says; what was written, by the number of users. */
function slowStore(milliseconds: number): { readonly store: SerialStore; readonly written: number[] } {
  const written: number[] = [];
  const persist = async (state: State): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    written.push(new StateView(state).list(USER).length);
  };
  return { store: new SerialStore(EMPTY_STATE, { persist, release: async () => undefined }), written };
}

let count = 0;
function insert(store: SerialStore): Promise<unknown> {
  count += 1;
  const username = `user-${count}`;
  return store.transaction((tx) => tx.insert(USER, { username }));
}

/** Three that come together: one is written at once, two while that goes on and a little later, for the first may come again. */
async function together(store: SerialStore): Promise<void> {
  const first = insert(store);
  await vi.advanceTimersByTimeAsync(1);
  const others = [insert(store), insert(store)];
  await vi.advanceTimersByTimeAsync(100);
  await Promise.all([first, ...others]);
}

test("who is alone is written at once, however often", async () => {
  const { store, written } = slowStore(10);
  for (let n = 1; n <= 3; n += 1) {
    const done = insert(store);
    await vi.advanceTimersByTimeAsync(10);
    await done;
    expect(written).toEqual(Array.from({ length: n }, (_, index) => index + 1));
  }
});

test("what comes during a write is the next group", async () => {
  const { store, written } = slowStore(10);
  await together(store);
  expect(written).toEqual([1, 3]);
});

test("where several came together, a write waits for as many and begins with the last of them", async () => {
  const { store, written } = slowStore(10);
  await together(store);
  // The last write was of two, so that a third one comes too late for them.
  const two = [insert(store), insert(store)];
  await vi.advanceTimersByTimeAsync(1);
  const third = insert(store);
  await vi.advanceTimersByTimeAsync(9);
  expect(written).toEqual([1, 3, 5]);
  // These were three, so three are waited for.
  await vi.advanceTimersByTimeAsync(19);
  expect(written).toEqual([1, 3, 5]);
  const more = [insert(store), insert(store)];
  await vi.advanceTimersByTimeAsync(10);
  expect(written).toEqual([1, 3, 5, 8]);
  await Promise.all([...two, third, ...more]);
});

test("nobody waits longer than six writes take, and only once", async () => {
  const { store, written } = slowStore(3);
  await together(store);
  const first = insert(store);
  await vi.advanceTimersByTimeAsync(20);
  expect(written).toEqual([1, 3]);
  await vi.advanceTimersByTimeAsync(1);
  expect(written).toEqual([1, 3, 4]);
  await first;
  const second = insert(store);
  await vi.advanceTimersByTimeAsync(3);
  expect(written).toEqual([1, 3, 4, 5]);
  await second;
});

test("a slow write makes nobody wait for seconds", async () => {
  const { store, written } = slowStore(5_000);
  const first = insert(store);
  await vi.advanceTimersByTimeAsync(1);
  const others = [insert(store), insert(store)];
  await vi.advanceTimersByTimeAsync(10_050);
  await Promise.all([first, ...others]);
  const alone = insert(store);
  await vi.advanceTimersByTimeAsync(5_019);
  expect(written).toEqual([1, 3]);
  await vi.advanceTimersByTimeAsync(1);
  expect(written).toEqual([1, 3, 4]);
  await alone;
});

test("a store that is closed waits for nobody, and writes what was asked for", async () => {
  const { store, written } = slowStore(10);
  await together(store);
  const last = insert(store);
  const closed = store.close();
  await vi.advanceTimersByTimeAsync(10);
  await Promise.all([last, closed]);
  expect(written).toEqual([1, 3, 4]);
});

test("a store that writes nothing down waits for nobody", async () => {
  const { store, written } = slowStore(0);
  await together(store);
  const done = insert(store);
  await vi.advanceTimersByTimeAsync(0);
  expect(written).toEqual([1, 3, 4]);
  await done;
});
