// Password hashes in Django's form: `pbkdf2_sha256$iterations$salt$hash`.
import { pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

const ALGORITHM = "pbkdf2_sha256";
/** Django 5.2's count. */
const ITERATIONS = 1_000_000;
const MOST_ITERATIONS = 10_000_000;
const HASH_BYTES = 32;

/** The hash to keep of a password. Takes about as long as a login may take: a few tenths of a second. */
export function hashPassword(password: string, iterations = ITERATIONS): string {
  const salt = randomBytes(16).toString("hex");
  return [ALGORITHM, iterations, salt, derive(password, salt, iterations).toString("base64")].join("$");
}

/** Whether a password is the one of a hash. False for hashes of another form. */
export function verifyPassword(password: string, hash: string): boolean {
  const [algorithm, count, salt, expected, ...rest] = hash.split("$");
  const iterations = Number(count);
  const whole =
    algorithm === ALGORITHM &&
    rest.length === 0 &&
    Number.isSafeInteger(iterations) &&
    iterations > 0 &&
    iterations <= MOST_ITERATIONS &&
    expected !== undefined;
  if (!whole) return false;
  const bytes = Buffer.from(expected, "base64");
  return bytes.length === HASH_BYTES && timingSafeEqual(bytes, derive(password, salt as string, iterations));
}

function derive(password: string, salt: string, iterations: number): Buffer {
  return pbkdf2Sync(password, salt, iterations, HASH_BYTES, "sha256");
}
