// `npm run bench:server`: what a whole enrolment over HTTP costs, on each store, beside the same server's bare health endpoint.
//
//   npm run bench:server -- --rounds N --enrolments N --devices N      5 rounds of 60, 100,000 devices on PostgreSQL
//
// An enrolment is GET, POST of the number, POST of the code, by a client with an API token and a cookie. Costs are CPU
// time: of the server processes, and beside them of the engine's workers, the database and the client, since all of them
// share this machine. All is warm before the first round, bare requests as well as enrolments. The rounds of all
// subjects are interleaved, and a ratio is the median of the rounds' own, so that a busy machine slows down both sides.
// On lowdb a round begins without what the enrolments before it have left: each row there is paid for with every write.
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PostgresServer } from "../../tests/postgres/server.ts";
import { type Cost, type Place, Subject } from "./subject.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    enrolments: { type: "string", default: "60" },
    devices: { type: "string", default: "100000" },
  },
});
const rounds = Number(values.rounds);
const enrolments = Number(values.enrolments);
const many = Number(values.devices);

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The median over the rounds of one figure of one subject by one of another. */
function ratio(
  over: Subject,
  under: Subject,
  figure: (cost: Cost) => number,
  underFigure: (cost: Cost) => number = figure,
): number {
  return median(over.costs.map((cost, round) => figure(cost) / underFigure(under.costs[round])));
}

const milliseconds = (microseconds: number, digits = 1): string => (microseconds / 1000).toFixed(digits);
const server = (cost: Cost): number => cost.enrolment;
/** What an enrolment costs the machine, the client's part included. */
const everything = ({ enrolment, engine = 0, database = 0, client }: Cost): number =>
  enrolment + engine + database + client;

function line({ name, costs, walls }: Subject): string {
  const of = (figure: (cost: Cost) => number): number => median(costs.map(figure));
  const isKnown = costs.every(({ engine }) => engine !== undefined);
  const beside = isKnown
    ? `, engine ${milliseconds(of(({ engine = 0 }) => engine))}, database ${milliseconds(of(({ database = 0 }) => database))}`
    : "";
  return [
    `${name.padEnd(30)} server ${milliseconds(of(server))} ms CPU${beside}, client ${milliseconds(of(({ client }) => client))}`,
    `bare request ${milliseconds(
      of(({ bare }) => bare),
      2,
    )} ms`,
    `${of(({ perSecond }) => perSecond).toFixed(0)} a second`,
    `p50 ${quantile(walls, 0.5).toFixed(0)} ms, p99 ${quantile(walls, 0.99).toFixed(0)} ms`,
  ].join("; ");
}

const folder = await mkdtemp(join(tmpdir(), "postern-bench-"));
const database = await PostgresServer.start({ durable: true });
const subjects: Subject[] = [];
try {
  type Setting = Parameters<typeof Subject.start>[2];
  const add = async (name: string, place: Place, setting: Setting): Promise<Subject> => {
    const subject = await Subject.start(name, place, setting, () => subjects);
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
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) await subject.round(enrolments);
  }
  const cores = cpus().length;
  const load = loadavg().map((average) => average.toFixed(1));
  console.log(`${cores} cores, load ${load.join(" ")}`);
  for (const subject of subjects) console.log(line(subject));
  const held: [string, number, (value: number) => boolean][] = [
    [
      "an enrolment on lowdb by bare requests: at most 20",
      ratio(lowdb, lowdb, server, ({ bare }) => bare),
      (x) => x <= 20,
    ],
    ["1,000 devices on lowdb by none: at most 2", ratio(lowdbMany, lowdb, server), (x) => x <= 2],
    [
      `${many} devices on PostgreSQL by none: at most 1.2`,
      ratio(postgresMany, postgres, server),
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
  // One process keeps one core busy at most; two are bounded by all that the cores have to do besides.
  const bound = cores / median(two.costs.map((cost) => everything(cost) / cost.enrolment));
  console.log(
    `two processes on ${cores} cores, beside database, engine and client: at most ${Math.min(2, bound).toFixed(2)} times one that keeps a core busy`,
  );
  console.log(
    `two processes where each has a core and the database its own: ${(2 * ratio(postgres, two, server)).toFixed(2)} times one, by the servers' CPU time`,
  );
  const share = (part: number): string => `${Math.round(100 * part)} %`;
  const policies = 1 - ratio(plain, memory, server);
  const inHttp = ratio(plain, lowdb, server);
  console.log(
    `of an enrolment on lowdb: store ${share(1 - ratio(memory, lowdb, server))}, policies ${share(policies * ratio(memory, lowdb, server))}, HTTP and flow ${share(inHttp)}`,
  );
} finally {
  for (const subject of subjects) await subject.stop();
  await database.stop();
  await rm(folder, { recursive: true, force: true });
}
