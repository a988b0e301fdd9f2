// `random`: CPython's sequences for a seed, every distribution, and the evaluation's own seed.
import { expect, it } from "vitest";
import { engineUnderTest } from "../../engine-under-test.ts";
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("random");

const engine = engineUnderTest();
const drawn =
  "import random, secrets, uuid\nreturn random.random(), secrets.token_hex(), uuid.uuid4(), uuid.uuid1()";

it("an unseeded generator draws what CPython draws from the embedder's seed", async () => {
  const { repr } = await engine.run(
    "import random\nreturn random.random(), random.randint(1, 100)",
    {},
    "expression",
    { seed: 42 },
  );
  expect(repr).toBe("(0.6394267984578837, 4)");
});
it("all randomness is fixed by the embedder's seed, and new for every evaluation without one", async () => {
  const fixed = { seed: 7, now: 0 };
  const first = (await engine.run(drawn, {}, "expression", fixed)).repr;
  expect((await engine.run(drawn, {}, "expression", fixed)).repr).toBe(first);
  expect((await engine.run(drawn, {}, "expression", { seed: 8, now: 0 })).repr).not.toBe(first);
  const free = (await engine.run(drawn)).repr;
  expect((await engine.run(drawn)).repr).not.toBe(free);
});
it("a seed set in one evaluation is forgotten in the next", async () => {
  const seeded = await engine.run("import random\nrandom.seed(1)\nreturn random.random()");
  const next = await engine.run("import random\nreturn random.random()");
  expect(seeded.repr).toBe("0.13436424411240122");
  expect(next.repr).not.toBe("0.8474337369372327");
});
