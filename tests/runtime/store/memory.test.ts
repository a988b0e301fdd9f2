// The memory store keeps the contract.
import { memoryStore } from "../../../runtime/store/memory.ts";
import { storeContract } from "./contract.ts";

storeContract("memory", async () => memoryStore(), 200);
