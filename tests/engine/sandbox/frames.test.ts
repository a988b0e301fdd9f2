// The wire's encoding: what is written is read back, however it is cut, and no bytes do more than raise FrameError.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  encodeFrame,
  type FrameBody,
  FrameError,
  FrameSplitter,
  wellFormedJson,
} from "../../../engine/sandbox/frames.ts";

const frame = fc.record({
  type: fc.integer({ min: 0, max: 255 }),
  fields: fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 4 }),
  texts: fc.array(fc.string({ unit: "grapheme", maxLength: 50 }), { maxLength: 4 }),
});

function cutInto(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort(
    (left, right) => left - right,
  );
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index]));
}

describe("frames", () => {
  test("survive any way of cutting the stream, and reuse of the chunks' memory", () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (frames, cuts) => {
          const bytes = Buffer.concat(
            frames.map(({ type, fields, texts }) => encodeFrame(type, fields, texts)),
          );
          const splitter = new FrameSplitter();
          const read: unknown[] = [];
          for (const part of cutInto(bytes, cuts)) {
            const chunk = Buffer.from(part);
            splitter.push(
              chunk,
              () => 10_000,
              (type, body) => {
                const { fields, texts } = frames[read.length];
                read.push({ type, fields: fields.map(() => body.field()), texts: body.texts(texts.length) });
                return true;
              },
            );
            chunk.fill(255);
          }
          expect(read).toEqual(frames);
        },
      ),
    );
  });

  test("of any bytes are read or refused, never anything else", () => {
    const read = (body: FrameBody) => {
      body.field();
      body.texts(2);
    };
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (chunks) => {
        const splitter = new FrameSplitter();
        try {
          for (const chunk of chunks) {
            splitter.push(
              Buffer.from(chunk),
              () => 100,
              (_type, body) => {
                read(body);
                return true;
              },
            );
          }
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("longer than allowed at that moment are refused before they are held", () => {
    const splitter = new FrameSplitter();
    const long = encodeFrame(1, [], ["x".repeat(100)]);
    expect(() =>
      splitter.push(
        long.subarray(0, 5),
        () => 50,
        () => true,
      ),
    ).toThrow(FrameError);
  });

  test("stop when the reader says so", () => {
    const one = encodeFrame(1, [1], []);
    let count = 0;
    new FrameSplitter().push(
      Buffer.concat([one, one]),
      () => 100,
      () => {
        count += 1;
        return false;
      },
    );
    expect(count).toBe(1);
  });
});

test("any JSON text keeps its meaning on its way through UTF-8", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
      const value = String.fromCharCode(...units);
      // Not JSON.stringify's own escaping: a text as other writers make it.
      const json = `"${[...value].map((part) => (part.charCodeAt(0) < 0x80 ? JSON.stringify(part).slice(1, -1) : part)).join("")}"`;
      expect(JSON.parse(Buffer.from(wellFormedJson(json)).toString())).toBe(value);
    }),
  );
});
