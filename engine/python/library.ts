// Loads every built-in type and module, each of which registers itself.
import "./types/object.ts";
import "./types/exception.ts";
import "./types/str.ts";
import "./types/bytes.ts";
import "./types/int.ts";
import "./types/float.ts";
import "./types/bool.ts";
import "./types/complex.ts";
import "./types/list.ts";
import "./types/dict.ts";
import "./types/set.ts";
import "./types/range.ts";
import "./types/lazy.ts";
import "./types/generic-alias.ts";
import "./modules/ipaddress.ts";
import "./modules/re.ts";
