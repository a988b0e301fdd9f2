// The PostgreSQL store keeps the contract.
import { randomBytes } from "node:crypto";
import { postgresStore } from "../../../runtime/store/postgres.ts";
import { testDatabase } from "../../postgres/database.ts";
import { storeContract } from "./contract.ts";

const database = await testDatabase();
const key = randomBytes(32);

database.describe("on PostgreSQL", () => {
  storeContract("PostgreSQL", () => postgresStore(database.url, { schema: database.schema() }));
  storeContract("PostgreSQL with a key", () =>
    postgresStore(database.url, { schema: database.schema(), key }),
  );
});
