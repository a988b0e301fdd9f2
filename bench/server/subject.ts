// Some server processes on one store, a client that enrols people on them, and what both cost.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { cpuOfTrees } from "./cpu.ts";

/** Where a server's rows are. */
export type Place =
  | { readonly store: "memory" }
  | { readonly store: "lowdb"; readonly file: string }
  | { readonly store: "postgres"; readonly url: string; readonly schema: string };

/** What one enrolment took in one round, microseconds of CPU. */
export interface Cost {
  /** The server processes. */
  readonly enrolment: number;
  /** One bare request. */
  readonly bare: number;
  /** The engine's workers. */
  readonly engine?: number;
  /** All other processes that this one has started: the database. */
  readonly database?: number;
  /** This process. */
  readonly client: number;
  /** Enrolments a second. */
  readonly perSecond: number;
}

/** What a server process is asked for: rows, to be rid of rows, or else what CPU time it has used. */
export type Asked = { readonly id: number } & (
  | { readonly install: { readonly devices: number; readonly policy: boolean } }
  | { readonly clear: number }
  | object
);

/** Enrolments that are under way at a time. */
const AT_ONCE = 8;
/** Bare requests of a round: as many as take about as long as its enrolments. */
const BARE = 1_000;
/** Requests and enrolments before the first round, for each process: by then V8 has compiled what runs often. */
const WARM = { bare: 4_000, enrolments: 1_500 };

let numbers = 0;

/** Some server processes on one store. */
export class Subject {
  readonly name: string;
  readonly costs: Cost[] = [];
  /** Milliseconds of every enrolment. */
  readonly walls: number[] = [];
  readonly #children: ChildProcess[] = [];
  readonly #urls: string[] = [];
  readonly #others: () => readonly Subject[];
  /** The devices that were there before any enrolment, where what enrolments leave is to be cleared away. */
  #devices: number | undefined;
  #token = "";
  #asked = 0;

  private constructor(name: string, others: () => readonly Subject[]) {
    this.name = name;
    this.#others = others;
  }

  /** Starts it, warm. `others`: the subjects that there are, this one among them. */
  static async start(
    name: string,
    place: Place,
    setting: { readonly devices?: number; readonly policy?: boolean; readonly processes?: number },
    others: () => readonly Subject[],
  ): Promise<Subject> {
    const subject = new Subject(name, others);
    const processes = setting.processes ?? 1;
    for (let n = 0; n < processes; n += 1) {
      const child = fork(join(import.meta.dirname, "serve.ts"), [JSON.stringify(place)]);
      subject.#children.push(child);
      const [{ url }] = (await once(child, "message")) as [{ url: string }];
      subject.#urls.push(url);
    }
    const { devices = 0, policy = true } = setting;
    const told = await subject.#ask(0, { install: { devices, policy } });
    subject.#token = told.token as string;
    if (place.store === "lowdb") subject.#devices = devices;
    await subject.#bare(WARM.bare * processes);
    await subject.#enrol(WARM.enrolments * processes);
    return subject;
  }

  /** Measures once. On lowdb, where each row is paid for with every write, what enrolments before have left is gone. */
  async round(enrolments: number): Promise<void> {
    if (this.#devices !== undefined) await this.#ask(0, { clear: this.#devices });
    const before = await this.#used();
    await this.#bare(BARE);
    const between = await this.#used();
    const start = performance.now();
    await this.#enrol(enrolments, this.walls);
    const seconds = (performance.now() - start) / 1000;
    const after = await this.#used();
    const spent = (figure: (used: Used) => number): number => (figure(after) - figure(between)) / enrolments;
    this.costs.push({
      enrolment: spent(({ server }) => server),
      bare: (between.server - before.server) / BARE,
      ...(after.all !== undefined && {
        engine: spent(({ trees = 0, server }) => trees - server),
        database: spent(({ all = 0, trees = 0, client }) => all - trees - client),
      }),
      client: spent(({ client }) => client),
      perSecond: enrolments / seconds,
    });
  }

  /** Ends its processes. */
  async stop(): Promise<void> {
    for (const child of this.#children) {
      child.disconnect();
      await once(child, "exit");
    }
  }

  #bare(count: number): Promise<void> {
    return inParallel(count, (n) => this.#fetch(n, new Map(), "/-/health/live/"));
  }

  #enrol(count: number, walls: number[] = []): Promise<void> {
    return inParallel(count, async (n) => {
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

  async #used(): Promise<Used> {
    let server = 0;
    for (const index of this.#children.keys()) server += (await this.#ask(index, {})).cpu as number;
    const { user, system } = process.cpuUsage();
    const own = this.#children.map(({ pid }) => pid as number);
    const idle = this.#others().filter((subject) => subject !== this);
    const others = idle.flatMap((subject) => subject.#children.map(({ pid }) => pid as number));
    const [all, ...each] = cpuOfTrees([process.pid, ...own, ...others]) ?? [];
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    return {
      server,
      client: user + system,
      ...(all !== undefined && {
        trees: sum(each.slice(0, own.length)),
        all: all - sum(each.slice(own.length)),
      }),
    };
  }

  async #ask(index: number, question: object): Promise<{ readonly [field: string]: unknown }> {
    this.#asked += 1;
    const id = this.#asked;
    this.#children[index].send({ ...question, id });
    const [told] = await once(this.#children[index], "message");
    return told;
  }
}

/** Microseconds of CPU that were used until now. */
interface Used {
  readonly server: number;
  readonly client: number;
  /** The subject's servers with their workers; nothing where the system does not say. */
  readonly trees?: number;
  /** This process and all below it but the other subjects. */
  readonly all?: number;
}

async function inParallel(count: number, work: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await work(next);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
