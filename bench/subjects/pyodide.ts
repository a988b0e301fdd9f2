// Pyodide: CPython in WebAssembly.
import { jsonInJsonOut, type Python } from "./json-in-json-out.ts";
import { serve } from "./serve.ts";

/** Not a dependency of Postern's, hence named where the type checker does not look. */
const specifier = "pyodide";
const { loadPyodide } = (await import(specifier)) as { loadPyodide(): Promise<Python> };

await serve(jsonInJsonOut(await loadPyodide()));
