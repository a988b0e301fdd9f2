// The stream behind `secrets`, `uuid4` and `SystemRandom`.
import { expect, it } from "vitest";
import { ChaCha } from "../../../engine/python/randomness.ts";
import { unlimited } from "./in-process.ts";

/** The key stream's first bytes, hexadecimal. */
function stream(key: readonly number[], skip: number, words: number, nonce?: number): string {
  unlimited();
  const chacha = new ChaCha(key, nonce);
  for (let i = 0; i < skip; i++) chacha.word();
  return Array.from({ length: words }, () => {
    const word = chacha.word();
    return [0, 8, 16, 24].map((bits) => ((word >>> bits) & 255).toString(16).padStart(2, "0")).join("");
  }).join("");
}

// RFC 8439, appendix A.1: test vectors 1, 2 and 5.
it("is ChaCha20's key stream", () => {
  const zeros = [0, 0, 0, 0, 0, 0, 0, 0];
  expect(stream(zeros, 0, 8)).toBe("76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7");
  expect(stream(zeros, 16, 8)).toBe("9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed");
});
