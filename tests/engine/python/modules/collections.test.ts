// collections: deque, OrderedDict, defaultdict, Counter, namedtuple, ChainMap and the user classes.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("collections");
