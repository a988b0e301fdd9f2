// The name service of expressions: answers are remembered for three minutes, 32 of them.
import { expect, test } from "vitest";
import { nameService } from "../../../runtime/index.ts";

function counted() {
  const asked: string[] = [];
  let now = 0;
  const service = nameService(() => now, {
    async addresses(host, family) {
      asked.push(`${host}/${family}`);
      if (host === "gone.example") throw new Error("ENOTFOUND");
      return ["192.0.2.1"];
    },
    async name(address) {
      asked.push(address);
      if (address === "192.0.2.9") throw new Error("ENOTFOUND");
      return address === "192.0.2.8" ? address : "host.example";
    },
  });
  return {
    asked,
    service,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test("an answer is remembered for three minutes, for each host and version", async () => {
  const { asked, service, pass } = counted();
  await service.resolve("a.example", null);
  await service.resolve("a.example", 4);
  pass(179_999);
  expect(await service.resolve("a.example", null)).toEqual(["192.0.2.1"]);
  expect(asked).toEqual(["a.example/0", "a.example/4"]);
  pass(1);
  await service.resolve("a.example", null);
  expect(asked).toEqual(["a.example/0", "a.example/4", "a.example/0"]);
});

test("of 33 answers the one that was used longest ago is forgotten", async () => {
  const { asked, service } = counted();
  for (let i = 0; i < 32; i++) await service.resolve(`h${i}.example`, null);
  await service.resolve("h0.example", null);
  await service.resolve("h32.example", null);
  asked.length = 0;
  await service.resolve("h0.example", null);
  await service.resolve("h1.example", null);
  expect(asked).toEqual(["h1.example/0"]);
});

test("what is not known is an answer", async () => {
  const { service } = counted();
  expect(await service.resolve("gone.example", null)).toEqual([]);
  expect(await service.reverse("192.0.2.1")).toBe("host.example");
  expect(await service.reverse("192.0.2.9")).toBeNull();
  expect(await service.reverse("192.0.2.8")).toBeNull();
});

test("an address is its own answer, in its version", async () => {
  const { asked, service } = counted();
  expect(await service.resolve("192.0.2.5", null)).toEqual(["192.0.2.5"]);
  expect(await service.resolve("192.0.2.5", 6)).toEqual([]);
  expect(await service.resolve("2001:db8::5", 6)).toEqual(["2001:db8::5"]);
  expect(await service.reverse("not an address")).toBeNull();
  expect(asked).toEqual([]);
});

test("the system knows this machine's own name", async () => {
  expect(await nameService().resolve("localhost", 4)).toEqual(["127.0.0.1"]);
});
