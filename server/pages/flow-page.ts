// `/if/flow/<slug>/`: a plain page that walks a flow without scripts; and the root, which says who is logged in.
import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { JsonObject } from "../../engine/types.ts";
import { isObject } from "../../runtime/flow/plan.ts";
import type { Challenge, FlowAnswer } from "../../runtime/index.ts";
import { FlowLoop } from "../../runtime/index.ts";
import { type Fields, readFields } from "../bodies.ts";
import { queryValues, walk } from "../flow-walk.ts";
import { queryStringOf } from "../http-request.ts";
import type { Site } from "../site.ts";
import { challengeForm, escapeHtml } from "./challenge-form.ts";

type PageRequest = FastifyRequest<{ Params: { flow_slug: string } }>;

/** Stages that may pass by themselves, one after the other, before something is shown. */
const HOPS = 25;

/** Adds the pages. */
export function addFlowPages(app: FastifyInstance, site: Site): void {
  const path = "/if/flow/:flow_slug/";
  app.get(path, (request: PageRequest, reply) => show(site, request, reply));
  app.post(path, { config: { csrfExempt: true } }, async (request: PageRequest, reply) =>
    show(site, request, reply, pageFields(await readFields(request))),
  );
  app.get("/", (request, reply) => {
    const name = request.principal?.user.username;
    const text =
      name === undefined
        ? `<p><a href="/flows/-/default/authentication/">Log in</a></p>`
        : `<p>You are ${escapeHtml(name)}. <a href="/flows/-/default/invalidation/">Log out</a></p>`;
    return page(reply, "Postern", text);
  });
}

async function show(
  site: Site,
  request: PageRequest,
  reply: FastifyReply,
  response?: Fields,
): Promise<FastifyReply> {
  const slug = request.params.flow_slug;
  const query = queryValues(queryStringOf(request));
  let answer: FlowAnswer = await walk(site, request, reply, { slug, query, response });
  // The answer to a form is fetched anew, so that a reload does not send the form again.
  if (answer.status === 302 && response !== undefined) return reply.redirect(request.originalUrl, 303);
  for (let hop = 0; answer.challenge === null; hop += 1) {
    if (hop === HOPS) throw new FlowLoop(slug, HOPS);
    answer = await walk(site, request, reply, { slug, query });
  }
  const { challenge } = answer;
  if (challenge.component === "xak-flow-redirect") return reply.redirect(String(challenge.to), 303);
  return page(reply, challenge.flow_info?.title ?? slug, about(challenge) + challengeForm(challenge));
}

/** Of a form only texts come; a chosen device is an object. */
function pageFields({ data, form }: Fields): Fields {
  if (!isObject(data) || typeof data.selected_challenge !== "string") return { data, form };
  let selected: JsonObject = {};
  try {
    const parsed: unknown = JSON.parse(data.selected_challenge);
    if (isObject(parsed as JsonObject)) selected = parsed as JsonObject;
  } catch {
    // What was not made by our page is no device; the stage says so.
  }
  return { data: { ...data, selected_challenge: selected }, form };
}

function about(challenge: Challenge): string {
  const { pending_user: name, flow_info: info } = challenge;
  if (typeof name !== "string" || name === "") return "";
  const cancel = info === undefined ? "" : ` <a href="${escapeHtml(info.cancel_url)}">Not you?</a>`;
  return `<p>${escapeHtml(name)}${cancel}</p>`;
}

const STYLE =
  "body{font-family:system-ui,sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem}" +
  "label,small{display:block;margin:.75rem 0 0}input,select,textarea{font:inherit;display:block;width:100%;box-sizing:border-box;padding:.4rem}" +
  "input[type=checkbox]{display:inline;width:auto}button{font:inherit;margin-top:1rem;padding:.4rem 1rem}.error{color:#b00020}";
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** A page with nothing in it but text and forms: no script runs, whatever gets into it. */
function page(reply: FastifyReply, title: string, body: string): FastifyReply {
  reply.header(
    "Content-Security-Policy",
    `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'`,
  );
  return reply
    .type("text/html; charset=utf-8")
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
        `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>` +
        `<body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`,
    );
}
