// MicroPython in WebAssembly.
import { jsonInJsonOut, type Python } from "./json-in-json-out.ts";
import { serve } from "./serve.ts";

/** Not a dependency of Postern's, hence named where the type checker does not look. */
const specifier = "@micropython/micropython-webassembly-pyscript/micropython.mjs";
const { loadMicroPython } = (await import(specifier)) as {
  loadMicroPython(options: { heapsize: number }): Promise<Python>;
};

await serve(jsonInJsonOut(await loadMicroPython({ heapsize: 64 << 20 })));
