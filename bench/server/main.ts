// `npm run bench:server`: what a whole enrolment over HTTP costs, on each store, beside the same server's bare health endpoint.
//
//   npm run bench:server -- --rounds N --enrolments N --devices N      5 rounds of 40, 100,000 devices on PostgreSQL
//
// An enrolment is GET, POST of the number, POST of the code, by a client with an API token and a cookie. Costs are CPU
// time of the server processes (the engine's worker and the database not in it); the rounds of all subjects are
// interleaved, and a ratio is the median of the rounds' own, so that a busy machine slows down both sides of it.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PostgresServer } from "../../tests/postgres/server.ts";

/** Where a server's rows are. */
export type Place =
  | { readonly store: "memory" }
  | { readonly store: "lowdb"; readonly file: string }
  | { readonly store: "postgres"; readonly url: string; readonly schema: string };

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    enrolments: { type: "string", default: "40" },
    devices: { type: "string", default: "100000" },
  },
});
const rounds = Number(values.rounds);
const enrolments = Number(values.enrolments);
const many = Number(values.devices);
/** Enrolments that are under way at a time. */
const AT_ONCE = 8;

let numbers = 0;

/** Some server processes on one store. */
class Subject {
  readonly name: string;
  readonly #children: ChildProcess[] = [];
  readonly #urls: string[] = [];
  #token = "";
  #asked = 0;
  /** Microseconds of CPU for each round: one enrolment, one bare request. */
  readonly costs: { enrolment: number; bare: number; perSecond: number }[] = [];
  readonly walls: number[] = [];

  constructor(name: string) {
    this.name = name;
  }

  static async start(
    name: string,
    place: Place,
    setting: { devices?: number; policy?: boolean; processes?: number },
  ): Promise<Subject> {
    const subject = new Subject(name);
    for (let n = 0; n < (setting.processes ?? 1); n += 1) {
      const child = fork(join(import.meta.dirname, "serve.ts"), [JSON.stringify(place)]);
      subject.#children.push(child);
      const [{ url }] = (await once(child, "message")) as [{ url: string }];
      subject.#urls.push(url);
    }
    const told = await subject.#ask(0, { rows: setting.devices ?? 0, policy: setting.policy ?? true });
    subject.#token = told.token as string;
    await subject.#load(60);
    return subject;
  }

  async round(): Promise<void> {
    const beforeBare = await this.#cpu();
    await inParallel(200, AT_ONCE, (n) => this.#fetch(n, new Map(), "/-/health/live/"));
    const bare = ((await this.#cpu()) - beforeBare) / 200;
    const before = await this.#cpu();
    const start = performance.now();
    await this.#load(enrolments, this.walls);
    const seconds = (performance.now() - start) / 1000;
    const enrolment = ((await this.#cpu()) - before) / enrolments;
    this.costs.push({ enrolment, bare, perSecond: enrolments / seconds });
  }

  async stop(): Promise<void> {
    for (const child of this.#children) {
      child.disconnect();
      await once(child, "exit");
    }
  }

  async #load(count: number, walls: number[] = []): Promise<void> {
    await inParallel(count, AT_ONCE, async (n) => {
      numbers += 1;
      const number = `+1202${String(2_000_000 + numbers)}`;
      const cookies = new Map<string, string>();
      const path = "/api/v3/flows/executor/enroll/?query=";
      const start = performance.now();
      await this.#fetch(n, cookies, path);
      await this.#fetch(n + 1, cookies, path, { phone_number: number });
      const end = (await this.#fetch(n, cookies, path, { code: "123456" })) as { component?: string };
      walls.push(performance.now() - start);
      if (end.component !== "xak-flow-redirect") throw new Error(`${this.name}: ${JSON.stringify(end)}`);
    });
  }

  async #fetch(n: number, cookies: Map<string, string>, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#urls[n % this.#urls.length]}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        authorization: `Bearer ${this.#token}`,
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name, value] = cookie.split(";")[0].split("=");
      cookies.set(name, value);
    }
    const text = await response.text();
    if (!response.ok) throw new Error(`${this.name}: ${path} answered ${response.status} ${text}`);
    return text.startsWith("{") ? JSON.parse(text) : undefined;
  }

  async #cpu(): Promise<number> {
    let sum = 0;
    for (const index of this.#children.keys()) sum += (await this.#ask(index, {})).cpu as number;
    return sum;
  }

  async #ask(index: number, question: object): Promise<{ readonly [field: string]: unknown }> {
    this.#asked += 1;
    const id = this.#asked;
    this.#children[index].send({ ...question, id });
    const [told] = await once(this.#children[index], "message");
    return told;
  }
}

async function inParallel(
  count: number,
  atOnce: number,
  work: (n: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await work(next);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The median over the rounds of one figure of one subject by one of another. */
function ratio(
  over: Subject,
  under: Subject,
  figure: (cost: Subject["costs"][number]) => number,
  underFigure = figure,
): number {
  return median(over.costs.map((cost, round) => figure(cost) / underFigure(under.costs[round])));
}

const folder = await mkdtemp(join(tmpdir(), "postern-bench-"));
const database = await PostgresServer.start({ durable: true });
const subjects: Subject[] = [];
try {
  const add = async (...args: Parameters<typeof Subject.start>): Promise<Subject> => {
    const subject = await Subject.start(...args);
    subjects.push(subject);
    return subject;
  };
  const file = (name: string): Place => ({ store: "lowdb", file: join(folder, `${name}.json`) });
  const schema = (name: string): Place => ({ store: "postgres", url: database.url, schema: name });
  const plain = await add("memory, no policy", { store: "memory" }, { policy: false });
  const memory = await add("memory", { store: "memory" }, {});
  const lowdb = await add("lowdb", file("few"), {});
  const lowdbMany = await add("lowdb, 1,000 devices", file("many"), { devices: 1_000 });
  const postgres = await add("PostgreSQL", schema("few"), {});
  const postgresMany = await add(`PostgreSQL, ${many.toLocaleString("en")} devices`, schema("many"), {
    devices: many,
  });
  const two = await add("PostgreSQL, two processes", schema("two"), { processes: 2 });
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) await subject.round();
  }
  console.log(
    `${cpus().length} cores, load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(" ")}`,
  );
  for (const { name, costs, walls } of subjects) {
    const figures = [
      `${(median(costs.map(({ enrolment }) => enrolment)) / 1000).toFixed(1)} ms CPU`,
      `bare request ${(median(costs.map(({ bare }) => bare)) / 1000).toFixed(2)} ms`,
      `${median(costs.map(({ perSecond }) => perSecond)).toFixed(0)} a second`,
      `p50 ${quantile(walls, 0.5).toFixed(0)} ms, p99 ${quantile(walls, 0.99).toFixed(0)} ms`,
    ];
    console.log(`${name.padEnd(30)} ${figures.join("; ")}`);
  }
  const cost = (figure: Subject["costs"][number]): number => figure.enrolment;
  const held: [string, number, (value: number) => boolean][] = [
    [
      "an enrolment on lowdb by bare requests: at most 20",
      ratio(lowdb, lowdb, cost, ({ bare }) => bare),
      (x) => x <= 20,
    ],
    ["1,000 devices on lowdb by none: at most 2", ratio(lowdbMany, lowdb, cost), (x) => x <= 2],
    [
      `${many} devices on PostgreSQL by none: at most 1.2`,
      ratio(postgresMany, postgres, cost),
      (x) => x <= 1.2,
    ],
    [
      "two processes by one, enrolments a second: at least 1.6",
      ratio(two, postgres, ({ perSecond }) => perSecond),
      (x) => x >= 1.6,
    ],
  ];
  for (const [what, value, isMet] of held)
    console.log(`${isMet(value) ? "met   " : "missed"} ${what}: ${value.toFixed(2)}`);
  const share = (part: number): string => `${Math.round(100 * part)} %`;
  const policies = 1 - ratio(plain, memory, cost);
  const inHttp = ratio(plain, lowdb, cost);
  console.log(
    `of an enrolment on lowdb: store ${share(1 - ratio(memory, lowdb, cost))}, policies ${share(policies * ratio(memory, lowdb, cost))}, HTTP and flow ${share(inHttp)}`,
  );
} finally {
  for (const subject of subjects) await subject.stop();
  await database.stop();
  await rm(folder, { recursive: true, force: true });
}
