// Preloaded into the command by tests (NODE_OPTIONS): the native engine is the one of refusing-compiler.mjs.
import { registerHooks } from "node:module";

const url = new URL("./refusing-compiler.mjs", import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "@minimand/native" ? { url, shortCircuit: true } : next(specifier, context),
});
