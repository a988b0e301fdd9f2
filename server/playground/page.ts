// `/playground/`: the built page, read once, and the policy under which a browser shows it.
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { FastifyInstance, FastifyReply } from "fastify";
import { ApiError } from "../errors.ts";

/** Where the page is built. */
export const PAGE_FOLDER: string = join(import.meta.dirname, "../../playground/dist");

const TYPES: { readonly [extension: string]: string } = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** What the page's build writes where the nonce of an answer belongs. */
const NONCE = "postern-nonce";

/** The built files by their names; undefined where the page is not built. */
function readPage(folder: string): { index: string; assets: ReadonlyMap<string, Buffer> } | undefined {
  try {
    const index = readFileSync(join(folder, "index.html"), "utf8");
    const names = readdirSync(join(folder, "assets"));
    return {
      index,
      assets: new Map(names.map((name) => [name, readFileSync(join(folder, "assets", name))])),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Adds the page and its files. They hold nothing of anybody's, so that everybody may read them. */
export function addPage(app: FastifyInstance, folder: string = PAGE_FOLDER): void {
  const page = readPage(folder);
  app.get("/playground/", async (_request, reply) => {
    if (page === undefined) {
      throw new ApiError(404, {
        detail: "The playground is not built: `npm start` builds it in a checkout.",
      });
    }
    const nonce = randomBytes(16).toString("base64");
    reply.header("Content-Security-Policy", policy(nonce));
    reply.header("Cross-Origin-Opener-Policy", "same-origin");
    reply.header("Referrer-Policy", "no-referrer");
    return reply.type("text/html; charset=utf-8").send(page.index.replaceAll(NONCE, nonce));
  });
  app.get("/playground/assets/:name", async (request, reply): Promise<FastifyReply> => {
    const { name } = request.params as { name: string };
    const content = page?.assets.get(name);
    if (content === undefined) throw new ApiError(404, { detail: "Not found." });
    // Names hold a hash of what is in them.
    reply.header("Cache-Control", "public, max-age=31536000, immutable");
    reply.header("Cross-Origin-Resource-Policy", "same-origin");
    return reply.type(TYPES[extname(name)] ?? "application/octet-stream").send(content);
  });
}

/** Nothing but our own files; styles that scripts make (the editor's) carry the nonce. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    // The editor draws its underlines as pictures in its styles.
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
