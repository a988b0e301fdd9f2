// `postern eval --batch`: one answer per line, in order, whatever the lines are.
import { PassThrough, Readable, Writable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchDefaults, runBatch } from "../../cli/commands/batch.ts";
import { readLines } from "../../cli/lines.ts";
import { ExpressionSyntaxError } from "../../engine/errors.ts";
import type { Outcome } from "../../engine/types.ts";
import { type Asked, failure, outcome, postern, scriptedEngine } from "./command-line.ts";

async function batch(
  lines: readonly (string | Uint8Array)[],
  answer: (asked: Asked) => Outcome | Promise<Outcome> = () => outcome(),
  compile?: (source: string) => void,
): Promise<string[]> {
  const bytes = lines.flatMap((line) => [Buffer.from(line), Buffer.from("\n")]);
  const library = scriptedEngine(answer, compile);
  const ended = await postern(["eval", "--batch"], { library, stdin: Readable.from([Buffer.concat(bytes)]) });
  expect(ended).toMatchObject({ code: 0, err: "" });
  expect(library.closed).toBe(true);
  return ended.out.split("\n").slice(0, -1);
}

test("an answer has the fields of its kind, and the result as the engine wrote it", async () => {
  const big = outcome({
    result: 1,
    resultJson: "[18446744073709551616]",
    repr: "[18446744073709551616]",
    steps: 3,
  });
  const request = (kind: string) => JSON.stringify({ id: kind, kind, source: "x", context: {} });
  expect(await batch(["policy", "mapping", "expression"].map(request), () => big)).toEqual([
    '{"id":"policy","ok":true,"result":[18446744073709551616],"repr":"[18446744073709551616]","passing":true,"messages":[],"logs":[],"steps":3}',
    '{"id":"mapping","ok":true,"result":[18446744073709551616],"repr":"[18446744073709551616]","messages":[],"logs":[],"steps":3}',
    '{"id":"expression","ok":true,"result":[18446744073709551616],"repr":"[18446744073709551616]","messages":[],"logs":[],"steps":3}',
  ]);
});

test("a failing policy is denied; a failing mapping has no verdict", async () => {
  const error = { type: "KeyError", message: "'a'", line: 1, traceback: "t" };
  const request = (kind: string) => JSON.stringify({ id: 1, kind, source: "x" });
  expect(await batch([request("policy"), request("mapping")], () => failure(error))).toEqual([
    '{"id":1,"ok":false,"passing":false,"messages":[],"error":{"type":"KeyError","message":"\'a\'","line":1,"traceback":"t"}}',
    '{"id":1,"ok":false,"messages":[],"error":{"type":"KeyError","message":"\'a\'","line":1,"traceback":"t"}}',
  ]);
});

test("ids and numbers come back and go in exactly as they stand", async () => {
  const contexts: string[] = [];
  const lines = await batch(
    [
      '{"id":12345678901234567890,"source":"x","context":{"a":1.0,"b":-9007199254740993,"c":"1.0","d":[1e2]}}',
    ],
    ({ context }) => {
      contexts.push(JSON.stringify(context));
      return outcome();
    },
  );
  expect(lines[0]).toMatch(/^\{"id":12345678901234567890,"ok":true/);
  expect(contexts).toEqual(['{"a":1.0,"b":-9007199254740993,"c":"1.0","d":[1e2]}']);
});

describe("a bad line gets an answer of its own and never stops the rest", () => {
  const good = '{"id":"good","kind":"expression","source":"x"}';
  test.each<[string, string | Uint8Array, string, unknown]>([
    [
      "no JSON",
      "{nope",
      "line 1: not JSON: Expected property name or '}' in JSON at position 1 (line 1 column 2)",
      null,
    ],
    ["no object", "[1]", "line 1: a request is a JSON object, not a list", null],
    ["no source", '{"id":7}', 'line 1: "source" is the expression\'s text, not missing', 7],
    [
      "source of a wrong type",
      '{"id":7,"source":1}',
      'line 1: "source" is the expression\'s text, not a number',
      7,
    ],
    [
      "unknown kind",
      '{"id":[1],"kind":"rule","source":"x"}',
      'line 1: "kind" is one of policy, mapping, expression, not "rule"',
      [1],
    ],
    [
      "context of a wrong type",
      '{"id":7,"source":"x","context":[]}',
      'line 1: "context" is a JSON object, not a list',
      7,
    ],
    ["not UTF-8", new Uint8Array([0x22, 0xff, 0x22]), "line 1: not UTF-8 text", null],
  ])("%s", async (_title, line, message, id) => {
    const [first, second] = (await batch([line, good])).map((text) => JSON.parse(text));
    expect(first).toMatchObject({ id, ok: false, messages: [], error: { type: "InvalidRequest", message } });
    expect(second).toMatchObject({ id: "good", ok: true });
  });

  test("a syntax error", async () => {
    const [first, second] = await batch(
      ['{"id":1,"source":"(","kind":"policy"}', good],
      () => outcome(),
      (source) => {
        if (source === "(")
          throw new ExpressionSyntaxError("SyntaxError", "'(' was never closed", "f", 1, 1, "    (\n    ^");
      },
    );
    expect(JSON.parse(first)).toEqual({
      id: 1,
      ok: false,
      passing: false,
      messages: [],
      error: {
        type: "SyntaxError",
        message: "'(' was never closed",
        line: 1,
        column: 1,
        traceback: "  File \"<expression>\", line 1\n    (\n    ^\nSyntaxError: '(' was never closed\n",
      },
    });
    expect(JSON.parse(second).ok).toBe(true);
  });

  test("an engine that breaks for one request", async () => {
    const [first, second] = await batch(['{"id":1,"source":"break"}', good], ({ source }) => {
      if (source === "break") throw new Error("worker is gone");
      return outcome();
    });
    expect(JSON.parse(first)).toMatchObject({
      id: 1,
      ok: false,
      passing: false,
      error: { type: "EngineError", message: "worker is gone" },
    });
    expect(JSON.parse(second).ok).toBe(true);
  });

  test("empty lines are skipped, but counted", async () => {
    const lines = await batch(["", good, "  ", "nope"]);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { ok: true },
      { error: { message: expect.stringMatching(/^line 4: not JSON/) } },
    ]);
  });
});

test("answers come in the order of the requests, however long each takes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(5), { maxLength: 100 }), async (delays) => {
      const lines = delays.map((delay, id) => JSON.stringify({ id, source: String(delay) }));
      const answers = await batch(lines, async ({ source }) => {
        await new Promise((resolve) => setTimeout(resolve, Number(source)));
        return outcome();
      });
      expect(answers.map((line) => JSON.parse(line).id)).toEqual(delays.map((_, id) => id));
    }),
    { numRuns: 20 },
  );
});

test("requests are pipelined, but never more than allowed at once", async () => {
  let now = 0;
  let most = 0;
  await batch(
    Array.from({ length: 300 }, (_, id) => JSON.stringify({ id, source: "x" })),
    async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now -= 1;
      return outcome();
    },
  );
  expect(most).toBe(batchDefaults.maxInFlight);
});

function commandIo(stdin: Readable, stdout: Writable) {
  return { stdin, stdout } as unknown as Parameters<typeof runBatch>[0];
}

test("an answer is written before the next request comes", async () => {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const engine = await scriptedEngine(() => outcome()).createEngine();
  const done = runBatch(commandIo(stdin, stdout), engine, batchDefaults);
  for (const id of [1, 2, 3]) {
    stdin.write(`{"id":${id},"source":"x"}\n`);
    const [chunk] = await Promise.all([new Promise((resolve) => stdout.once("data", resolve))]);
    expect(JSON.parse(String(chunk)).id).toBe(id);
  }
  stdin.end();
  expect(await done).toBe(0);
});

test("a full stdout stops the reading", async () => {
  let read = 0;
  const stdin = Readable.from(
    (function* () {
      for (let id = 0; id < 10_000; id += 1) {
        read += 1;
        yield Buffer.from(`{"id":${id},"source":"x"}\n`);
      }
    })(),
    { highWaterMark: 1 },
  );
  let giveUp = () => {};
  const blocked = new Writable({
    write(_chunk, _encoding, done) {
      giveUp = () => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    },
  });
  blocked.on("error", () => {});
  const engine = await scriptedEngine(() => outcome()).createEngine();
  const waiting = runBatch(commandIo(stdin, blocked), engine, batchDefaults);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(read).toBeLessThan(batchDefaults.maxInFlight + 10);
  giveUp();
  expect(await waiting).toBe(0);
});

test("a reader that goes away ends the batch quietly", async () => {
  let answered = 0;
  const gone = new Writable({
    write(_chunk, _encoding, done) {
      answered += 1;
      done(answered < 3 ? null : Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    },
  });
  gone.on("error", () => {});
  const stdin = Array.from({ length: 5000 }, (_, id) => `{"id":${id},"source":"x"}\n`).join("");
  const library = scriptedEngine(() => outcome());
  const ended = await postern(["eval", "--batch"], { library, stdin, stdout: gone });
  expect(ended).toEqual({ code: 0, out: "", err: "" });
  expect(library.asked.length).toBeLessThan(5000);
});

describe("lines", () => {
  async function lines(chunks: Uint8Array[], max = 1000) {
    return await Array.fromAsync(readLines(Readable.from(chunks), max));
  }

  test("are the same however the stream is cut", async () => {
    const text = fc.array(fc.string({ unit: "grapheme" }).map((line) => line.replaceAll("\n", "")));
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 7 }), async (all, size) => {
        const bytes = Buffer.from(all.map((line) => `${line}\n`).join(""));
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
        expect(await lines(chunks)).toEqual(all.map((line, index) => ({ number: index + 1, text: line })));
      }),
    );
  });

  test("over the limit are dropped as they come, and the next one is whole again", async () => {
    const chunks = ["ab\n", "0123", "4567", "89\nc", "d\ne"].map((text) => Buffer.from(text));
    expect(await lines(chunks, 5)).toEqual([
      { number: 1, text: "ab" },
      { number: 2, problem: "too-long" },
      { number: 3, text: "cd" },
      { number: 4, text: "e" },
    ]);
  });
});
