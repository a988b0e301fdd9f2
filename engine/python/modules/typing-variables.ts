// The type variables of the module `typing`, which its own classes are written with and programs borrow.
import { bytesType } from "../bytes.ts";
import { strType, typeType } from "../object.ts";
import { tuple } from "../sequence.ts";
import { Lazy, PyTypeParameter, typeVarType } from "../types/type-parameters.ts";

function variable(name: string): PyTypeParameter {
  const made = new PyTypeParameter(typeVarType, name);
  made.module = "typing";
  made.covariant = name.endsWith("_co");
  made.contravariant = name.endsWith("_contra");
  return made;
}
/** By name. */
export const typeVariables = {
  T: variable("T"),
  KT: variable("KT"),
  VT: variable("VT"),
  T_co: variable("T_co"),
  V_co: variable("V_co"),
  VT_co: variable("VT_co"),
  T_contra: variable("T_contra"),
  CT_co: variable("CT_co"),
  AnyStr: variable("AnyStr"),
};
typeVariables.CT_co.bound = new Lazy(null, typeType);
typeVariables.AnyStr.constraints = new Lazy(null, tuple([bytesType, strType]));
