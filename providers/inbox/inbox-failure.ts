// The ways in which the SMS inbox can be told to fail, and how each looks on the wire.

import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";

/**
 * How the inbox treats a request instead of accepting its message.
 *
 * - `{status, body?, headers?}`: answers so; without `body`, with the error body of the provider that was called.
 * - `hang`: takes the request and never answers.
 * - `reset`: takes the request and resets the connection.
 * - `garbage`: status 200 with bytes that are not JSON.
 * - `not_http`: bytes that are not HTTP.
 * - `drip`: status 200, then one byte every 50 ms without end.
 * - `oversize`: status 200, then bytes as fast as they are taken, without end.
 */
export type InboxFailure =
  | "hang"
  | "reset"
  | "garbage"
  | "not_http"
  | "drip"
  | "oversize"
  | {
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/**
 * Plays a failure.
 *
 * @param defaultBody the called provider's own error body, for a status without one.
 */
export function playFailure(
  failure: InboxFailure,
  response: ServerResponse,
  defaultBody: (status: number) => string,
): void {
  if (typeof failure === "object") {
    const body = failure.body ?? defaultBody(failure.status);
    response.writeHead(failure.status, { "content-type": "application/json", ...failure.headers }).end(body);
    return;
  }
  switch (failure) {
    case "hang":
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "garbage":
      response.writeHead(200, { "content-type": "application/json" }).end("<html>\u0000not json");
      return;
    case "not_http":
      response.socket?.end("220 smtp.example.com ESMTP\r\n\r\n");
      return;
    case "drip":
      response.writeHead(200, { "content-type": "application/json" });
      drip(response);
      return;
    case "oversize":
      response.writeHead(200, { "content-type": "application/octet-stream" });
      flood(response);
  }
}

function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(" "), 50);
  response.once("close", () => clearInterval(timer));
}

function flood(response: ServerResponse): void {
  const chunk = randomBytes(16 * 1024);
  const pour = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", pour);
  pour();
}
