// Starts the application, with messages shown in place of being sent.
import { randomBytes } from "node:crypto";
import { buildApp } from "./app.ts";

const app = await buildApp({
  // For trying it out only: here your application asks its own session who is logged in.
  currentUser: ({ headers }) => headers["x-user"]?.toString(),
  send: ({ to, text }) => console.log(`SMS to ${to}: ${text}`),
  secret: process.env.SECRET ?? randomBytes(32).toString("hex"),
});
const address = await app.listen({ port: Number(process.env.PORT ?? 3000) });
console.log(`listening at ${address}`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => app.close());
