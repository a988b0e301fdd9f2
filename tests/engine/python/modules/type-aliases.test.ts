// Unions (`int | str`) and types in brackets (`list[int]`), and what takes the place of type parameters in them.
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("type-aliases");
