// The request that a webhook mapping is for, as the gateway would get it.
import type { Gateway, RequestPreview } from "../../../server/playground/api.ts";
import { gateway, t } from "../../state.ts";

/** The request and what it is made of. */
export function RequestPart({ request }: { request: RequestPreview }) {
  const set = (change: Partial<Gateway>): void => {
    gateway.value = { ...gateway.value, ...change };
  };
  const { url, encoding, authorization } = gateway.value;
  return (
    <>
      <h3>{t("request")}</h3>
      <div class="fields">
        <label class="wide">
          {t("gatewayUrl")}
          <input type="url" value={url} onInput={({ currentTarget }) => set({ url: currentTarget.value })} />
        </label>
        <label>
          {t("encoding")}
          <select
            value={encoding}
            onChange={({ currentTarget }) => set({ encoding: currentTarget.value as Gateway["encoding"] })}
          >
            <option value="json">JSON</option>
            <option value="form">Form</option>
            <option value="text">Text</option>
          </select>
        </label>
        <label>
          {t("authorization")}
          <select
            value={authorization}
            onChange={({ currentTarget }) =>
              set({ authorization: currentTarget.value as Gateway["authorization"] })
            }
          >
            <option value="bearer">Bearer</option>
            <option value="basic">Basic</option>
            <option value="none">{t("authNone")}</option>
          </select>
        </label>
      </div>
      {"problem" in request ? (
        <p class="fault">
          {request.problem} {request.hint}
        </p>
      ) : (
        <pre class="request">
          {`${request.method} ${request.url}\n`}
          {Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\n`)}
          {`\n${request.body === null ? t("noBody") : pretty(request.body, encoding)}`}
        </pre>
      )}
      <p class="help">{t("requestNote")}</p>
    </>
  );
}

function pretty(body: string, encoding: Gateway["encoding"]): string {
  return encoding === "json" ? JSON.stringify(JSON.parse(body), null, 2) : body;
}
