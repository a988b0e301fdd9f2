// The trials' part of the playground's API: `/api/postern/playground/trials/`.
import type { FastifyInstance, FastifyRequest, RouteShorthandOptions } from "fastify";
import { z } from "zod";
import type { Engine, JsonObject } from "../../../engine/types.ts";
import { readRequest } from "../requests.ts";
import type {
  OpenRequest,
  ProviderRequest,
  RespondRequest,
  StartRequest,
  StepAnswer,
  StepRequest,
  WaitRequest,
} from "../trial-api.ts";
import { trialExamples } from "./examples.ts";
import type { Trial } from "./trial.ts";
import { Trials } from "./trials.ts";

const name = z.string().min(1).max(200);
const openSchema: z.ZodType<OpenRequest> = z.strictObject({
  blueprints: z
    .array(z.strictObject({ name, text: z.string().max(500_000) }))
    .min(1)
    .max(10),
});
const step = { after: z.int().min(0) };
const object = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>;
const stepSchema: z.ZodType<StepRequest> = z.strictObject(step);
const startSchema: z.ZodType<StartRequest> = z.strictObject({
  ...step,
  slug: name,
  user: z.string().min(1).max(150).nullable(),
});
const respondSchema: z.ZodType<RespondRequest> = z.strictObject({ ...step, response: object });
const providerSchema: z.ZodType<ProviderRequest> = z.strictObject({
  ...step,
  mode: z.enum(["accepts", "429", "500", "timeout"]),
});
/** Longest wait at once: a month. */
const waitSchema: z.ZodType<WaitRequest> = z.strictObject({
  ...step,
  seconds: z
    .int()
    .min(1)
    .max(31 * 86_400),
});

/** What the trials' routes need of the playground. */
export interface TrialsOptions {
  /** Where they stand. */
  readonly path: string;
  /** Guards of every route. */
  readonly guarded: RouteShorthandOptions;
  readonly engine: () => Promise<Engine>;
  /** Lets so much work in at once. */
  atOnce<T>(work: () => Promise<T>): Promise<T>;
}

/** Adds the trials' routes. */
export function addTrials(app: FastifyInstance, { path, guarded, engine, atOnce }: TrialsOptions): void {
  const trials = new Trials(engine);
  app.addHook("onClose", async () => await trials.close());
  app.post(`${path}/`, guarded, (request) =>
    atOnce(() => trials.open(readRequest(openSchema, request.body))),
  );
  app.get(`${path}/examples/`, guarded, async () => await trialExamples());
  const steps = <T extends StepRequest>(
    action: string,
    schema: z.ZodType<T>,
    take: (trial: Trial, request: T) => Promise<StepAnswer>,
  ): void => {
    app.post(`${path}/:id/${action}/`, guarded, (request: FastifyRequest) => {
      const { id } = request.params as { id: string };
      return atOnce(async () => take(trials.find(id), readRequest(schema, request.body)));
    });
  };
  steps("start", startSchema, (trial, request) => trial.start(request));
  steps("respond", respondSchema, (trial, request) => trial.respond(request));
  steps("look", stepSchema, (trial, request) => trial.look(request));
  steps("provider", providerSchema, (trial, request) => trial.provider(request));
  steps("wait", waitSchema, (trial, request) => trial.wait(request));
}
