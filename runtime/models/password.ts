// Password hashes in Django's form: `pbkdf2_sha256$iterations$salt$hash`.
//
// While a flow waits for one of these the process serves others: use `passwordMatches` and `passwordHash` there.
import { pbkdf2, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

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

/** As {@link hashPassword}, without holding the process up. */
export async function passwordHash(password: string, iterations = ITERATIONS): Promise<string> {
  const salt = randomBytes(16).toString("hex");
  const hash = await derivation(password, salt, iterations, HASH_BYTES, "sha256");
  return [ALGORITHM, iterations, salt, hash.toString("base64")].join("$");
}

/** Whether a password is the one of a hash. False for hashes of another form. */
export function verifyPassword(password: string, hash: string): boolean {
  const parts = readHash(hash);
  return parts !== undefined && timingSafeEqual(parts.bytes, derive(password, parts.salt, parts.iterations));
}

/**
 * As {@link verifyPassword}, without holding the process up. Where there is no hash that could match (nobody of that
 * name, or a user without a password) it takes as long as with one, so that the time does not tell.
 */
export async function passwordMatches(password: string, hash: string): Promise<boolean> {
  const parts = readHash(hash);
  const { salt, iterations } = parts ?? { salt: "nobody", iterations: ITERATIONS };
  const derived = await derivation(password, salt, iterations, HASH_BYTES, "sha256");
  return parts !== undefined && timingSafeEqual(parts.bytes, derived);
}

interface HashParts {
  readonly salt: string;
  readonly iterations: number;
  readonly bytes: Buffer;
}

function readHash(hash: string): HashParts | undefined {
  const [algorithm, count, salt, expected, ...rest] = hash.split("$");
  const iterations = Number(count);
  const whole =
    algorithm === ALGORITHM &&
    rest.length === 0 &&
    Number.isSafeInteger(iterations) &&
    iterations > 0 &&
    iterations <= MOST_ITERATIONS &&
    expected !== undefined;
  if (!whole) return undefined;
  const bytes = Buffer.from(expected, "base64");
  return bytes.length === HASH_BYTES ? { salt: salt as string, iterations, bytes } : undefined;
}

const derivation = promisify(pbkdf2);

function derive(password: string, salt: string, iterations: number): Buffer {
  return pbkdf2Sync(password, salt, iterations, HASH_BYTES, "sha256");
}
