// A small directory in memory, granted to expressions as their models: it obeys no filter, so that the guest's are tested.
import type {
  JsonObject,
  JsonValue,
  ModelQuery,
  ModelsCapability,
  ModelWrite,
} from "../../../../engine/index.ts";

type Row = JsonObject & { pk: string | number };

/** Tables by model, what was asked of them, and the capability that answers. */
export class Directory implements ModelsCapability {
  readonly tables: { [model: string]: Row[] };
  readonly queries: ModelQuery[] = [];
  readonly changes: ModelWrite[] = [];
  constructor(tables: { [model: string]: Row[] }) {
    this.tables = structuredClone(tables);
  }
  query = async (query: ModelQuery): Promise<readonly JsonObject[]> => {
    this.queries.push(query);
    return this.tables[query.model] ?? [];
  };
  write = async (change: ModelWrite): Promise<readonly JsonObject[]> => {
    this.changes.push(change);
    this.tables[change.model] ??= [];
    const table = this.tables[change.model] as Row[];
    switch (change.op) {
      case "create": {
        const row = { pk: 100 + table.length, ...change.values } as Row;
        if (table.some((other) => "name" in row && other.name === row.name))
          throw Object.assign(new Error("Group with this name already exists."), {
            name: "django.db.utils.IntegrityError",
          });
        table.push(row);
        return [row];
      }
      case "update": {
        const rows = table.filter((row) => change.keys.includes(row.pk));
        for (const row of rows) Object.assign(row, change.values);
        return rows;
      }
      case "delete":
        this.tables[change.model] = table.filter((row) => !change.keys.includes(row.pk));
        return [];
      case "relate": {
        const forward = change.field !== "users";
        const users = this.tables["authentik_core.user"] as Row[];
        for (const user of users) {
          const groups = new Set(user.groups as JsonValue[]);
          const mine = forward ? user.pk === change.pk : change.keys.includes(user.pk);
          const keys = forward ? change.keys : [change.pk];
          if (change.action === "set" && (forward ? mine : true)) {
            if (forward) groups.clear();
            else groups.delete(change.pk);
          }
          if (change.action === "clear" && (forward ? mine : true)) {
            if (forward) groups.clear();
            else groups.delete(change.pk);
          } else if (mine)
            for (const key of keys) change.action === "remove" ? groups.delete(key) : groups.add(key);
          user.groups = [...groups];
        }
        return [];
      }
    }
  };
  checkPassword = async (user: number, password: string): Promise<boolean> => password === `secret-${user}`;
}

/** Users, groups and what hangs on them. */
export function directory(): Directory {
  return new Directory({
    "authentik_core.group": [
      { pk: "g1", name: "staff", is_superuser: false, attributes: { quota: 1 }, parents: [] },
      { pk: "g2", name: "admins", is_superuser: true, attributes: { quota: 2 }, parents: ["g1"] },
    ],
    "authentik_core.user": [
      {
        pk: 1,
        username: "marie",
        email: "marie@example.com",
        attributes: { team: { site: "north" } },
        groups: ["g2"],
        password_usable: true,
      },
      {
        pk: 2,
        username: "paul",
        email: "paul@example.com",
        attributes: {},
        groups: ["g1"],
        password_usable: false,
      },
      { pk: 3, username: "zoe", email: "", attributes: { team: { site: "south" } }, groups: [] },
    ],
    "authentik_stages_authenticator_totp.totpdevice": [{ pk: 1, user: 1, name: "phone", confirmed: true }],
    "authentik_stages_authenticator_sms.smsdevice": [{ pk: 1, user: 2, name: "sms", confirmed: false }],
    "authentik_core.token": [
      { pk: "t1", identifier: "api", user: 1, intent: "api", expiring: false, expires: null },
    ],
    "authentik_stages_invitation.invitation": [
      {
        pk: "i1",
        name: "spring",
        fixed_data: { group: "staff" },
        single_use: true,
        created_by: 1,
        expires: "2026-05-01T00:00:00Z",
      },
    ],
    "authentik_core.applicationentitlement": [
      { pk: "e1", name: "edit", app: "a1", attributes: { role: "editor" } },
      { pk: "e2", name: "view", app: "a1", attributes: { role: "viewer" } },
    ],
    "authentik_policies.policybinding": [
      {
        pk: "b1",
        target: "e1",
        group: "g1",
        user: null,
        policy: null,
        enabled: true,
        negate: false,
        order: 0,
      },
      { pk: "b2", target: "e2", group: null, user: 2, policy: null, enabled: true, negate: false, order: 0 },
    ],
    "authentik_core.application": [{ pk: "a1", name: "Wiki", slug: "wiki" }],
  });
}
