// A process that writes until it is killed: one line on stdout for each acknowledged transaction.
import { writeSync } from "node:fs";
import { lowdbStore } from "../../../runtime/store/lowdb.ts";

const [file, round = "0"] = process.argv.slice(2);
const store = await lowdbStore(file as string);
const lane = async (name: string): Promise<void> => {
  for (let number = 0; ; number += 1) {
    const username = `r${round}-${name}-${number}`;
    await store.transaction((tx) => {
      tx.insert("authentik_core.user", { username });
      // Some rows go again, so that a lost deletion shows as well.
      if (number % 3 === 0) {
        const [row] = tx.list("authentik_core.user", { username });
        tx.delete("authentik_core.user", row.pk);
      }
    });
    writeSync(1, `${number % 3 === 0 ? "-" : "+"}${username}\n`);
  }
};
await Promise.all([lane("a"), lane("b"), lane("c")]);
