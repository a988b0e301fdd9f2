// `statistics`: exact averages and spreads over ints, floats, fractions and decimals; NormalDist; densities.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("statistics");
