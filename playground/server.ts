// The server's API as the page calls it.
import type {
  CaseAnswer,
  CasesRequest,
  ContextSchema,
  EvaluateAnswer,
  EvaluateRequest,
  ExportRequest,
  Finding,
  FuzzLine,
  FuzzRequest,
  ImportAnswer,
  ImportRequest,
  KnownName,
  PlaygroundKind,
  Subject,
} from "../server/playground/api.ts";
import type {
  OpenAnswer,
  OpenRequest,
  ProviderRequest,
  RespondRequest,
  StartRequest,
  StepAnswer,
  StepRequest,
  TrialExamples,
  WaitRequest,
} from "../server/playground/trial-api.ts";

const API = "../api/postern/playground";
const TOKEN = "postern-token";

/** The server refused, or did not answer. */
export class ServerProblem extends Error {
  override readonly name = "ServerProblem";
  /** 0 where there was no answer. */
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The token for addresses that need one; kept until the tab is closed. */
export function useToken(token: string): void {
  sessionStorage.setItem(TOKEN, token);
}

async function send(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const token = sessionStorage.getItem(TOKEN);
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  let response: Response;
  try {
    response = await fetch(`${API}/${path}`, {
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ServerProblem(0, (error as Error).message);
  }
  if (response.ok) return response;
  const answer: unknown = await response.json().catch(() => ({}));
  const texts = Object.values(answer as Record<string, unknown>)
    .flat()
    .map(String);
  throw new ServerProblem(response.status, texts.join(" ") || response.statusText);
}

async function ask<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return (await (await send(path, body, signal)).json()) as T;
}

export const evaluate = (request: EvaluateRequest, signal: AbortSignal): Promise<EvaluateAnswer> =>
  ask("evaluate/", request, signal);
export const check = async (subject: Subject, signal: AbortSignal): Promise<readonly Finding[]> =>
  (await ask<{ findings: Finding[] }>("check/", subject, signal)).findings;
export const runCases = async (request: CasesRequest, signal: AbortSignal): Promise<readonly CaseAnswer[]> =>
  (await ask<{ results: CaseAnswer[] }>("cases/", request, signal)).results;
export const exportSuite = async (request: ExportRequest): Promise<string> =>
  (await ask<{ text: string }>("export/", request)).text;
export const importFiles = (request: ImportRequest): Promise<ImportAnswer> => ask("import/", request);

export const trialExamples = (): Promise<TrialExamples> => ask("trials/examples/", undefined);
export const openTrial = (request: OpenRequest): Promise<OpenAnswer> => ask("trials/", request);

/** What a trial's steps are asked with, by their names. */
export interface TrialSteps {
  readonly start: StartRequest;
  readonly respond: RespondRequest;
  readonly look: StepRequest;
  readonly provider: ProviderRequest;
  readonly wait: WaitRequest;
}
export const takeStep = <A extends keyof TrialSteps>(
  id: string,
  action: A,
  request: TrialSteps[A],
): Promise<StepAnswer> => ask(`trials/${id}/${action}/`, request);

/** What there is to know of each kind; asked for once. */
function onceForEach<T>(asked: (kind: PlaygroundKind) => Promise<T>): (kind: PlaygroundKind) => Promise<T> {
  const kept = new Map<PlaygroundKind, Promise<T>>();
  return (kind) => {
    const known = kept.get(kind);
    if (known !== undefined) return known;
    const answer = asked(kind);
    kept.set(kind, answer);
    answer.catch(() => kept.delete(kind));
    return answer;
  };
}
/** The names of a kind. */
export const namesOf = onceForEach(async (kind): Promise<readonly KnownName[]> => {
  const { names } = await ask<{ names: KnownName[] }>(`names/?kind=${kind}`, undefined);
  return names;
});
/** What a context of a kind has. */
export const shapeOf = onceForEach((kind) => ask<ContextSchema>(`shape/?kind=${kind}`, undefined));

/** Lines of a search as they come; ends with the last one, or where `signal` ends it. */
export async function* fuzz(request: FuzzRequest, signal: AbortSignal): AsyncGenerator<FuzzLine> {
  const { body } = await send("fuzz/", request, signal);
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const lines = (rest + next.value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as FuzzLine;
  }
}
