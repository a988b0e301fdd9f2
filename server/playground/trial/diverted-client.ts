// The HTTP client of a trial: whatever provider a message is for, it goes to the trial's own gateway and nowhere else.
import {
  createHttpClient,
  type HttpClient,
  HttpError,
  type HttpRequest,
  parseAllowedTarget,
  type SmsInbox,
  TWILIO_BASE_URL,
} from "../../../providers/index.ts";
import type { ProviderEntry } from "../trial-api.ts";

/** How long a gateway that does not answer is waited for, milliseconds; outside of a trial it is longer. */
const PATIENCE = 2_000;

/** A client for the providers of one trial. Each request is told when it is over; the next one waits for that. */
export function divertedClient(inbox: SmsInbox, called: (entry: ProviderEntry) => void): HttpClient {
  const guarded = createHttpClient({
    allow: [parseAllowedTarget(inbox.url)],
    timeoutMs: PATIENCE,
    headersTimeoutMs: PATIENCE,
  });
  return {
    async request({ requestTarget: _target, ...request }) {
      const { provider, url } = diverted(request, inbox);
      const last = inbox.requests.at(-1)?.id ?? 0;
      const began = performance.now();
      const tell = (answer: Pick<ProviderEntry, "status" | "problem">): void => {
        const came = inbox.requests.find(({ id }) => id > last);
        const message = inbox.messages.find(({ id }) => id === came?.id);
        called({
          kind: "provider",
          provider,
          url: request.url,
          wire: came?.wire ?? null,
          bodyBytes: came?.bodyBytes ?? 0,
          ...answer,
          durationMs: performance.now() - began,
          ...(message === undefined ? {} : { message: onThePhone(message) }),
        });
      };
      try {
        const answer = await guarded.request({ ...request, url, timeoutMs: PATIENCE });
        tell({ status: answer.status });
        return answer;
      } catch (error) {
        const { message, status } = error as Partial<HttpError>;
        tell({ status: (error instanceof HttpError && status) || null, problem: String(message) });
        throw error;
      }
    },
  };
}

function diverted(
  request: Pick<HttpRequest, "url">,
  inbox: SmsInbox,
): { readonly provider: "twilio" | "generic"; readonly url: string } {
  const { origin, pathname } = new URL(request.url);
  return origin === TWILIO_BASE_URL
    ? { provider: "twilio", url: `${inbox.url}${pathname}` }
    : { provider: "generic", url: inbox.gatewayUrl };
}

function onThePhone({
  to,
  from,
  text,
  segments: counted,
}: SmsInbox["messages"][number]): ProviderEntry["message"] {
  const { alphabet, units, segments, beyond } = counted;
  return { to, from, text, alphabet, units, segments, beyond };
}
