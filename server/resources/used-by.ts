// What refers to a row, and what would become of it if the row were deleted.
import type { OnDelete } from "../../runtime/models/model.ts";
import { referrersOf } from "../../runtime/store/integrity.ts";
import { splitName, titleOf } from "./model-names.ts";
import type { AnyRow, Found } from "./resource.ts";
import type { View } from "./view.ts";

/** authentik's words. What protects a row from deletion has none; it stays as it is, as does what dangles. */
const ACTIONS: { readonly [action in OnDelete]: string } = {
  cascade: "cascade",
  protect: "left_dangling",
  set_null: "set_null",
  remove: "cascade_many",
};

/** An object that refers to another one. */
export interface UsedBy {
  readonly app: string;
  readonly model_name: string;
  readonly pk: string;
  readonly name: string;
  readonly action: string;
}

/** The objects that refer to a row, those of Postern's own models left out. */
export function usedBy(view: View, { model, row }: Found): UsedBy[] {
  return referrersOf(model)
    .filter((referrer) => !referrer.model.startsWith("postern."))
    .flatMap(({ model: other, field, onDelete }) => {
      const isList = onDelete === "remove";
      const rows = view.tx.list(other, isList ? {} : { [field]: row.pk }) as unknown as AnyRow[];
      const using = isList ? rows.filter((using) => (using[field] as unknown[]).includes(row.pk)) : rows;
      return using.map((using) => ({
        ...splitName(other),
        pk: String(using.pk),
        name: titleOf({ model: other, row: using }),
        action: ACTIONS[onDelete],
      }));
    });
}
