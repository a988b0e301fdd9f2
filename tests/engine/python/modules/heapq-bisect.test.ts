// heapq and bisect: heaps, merging, the best of many, and places in sorted lists.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("heapq-bisect");
