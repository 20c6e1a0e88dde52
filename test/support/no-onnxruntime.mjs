// Preloaded into the command by tests (NODE_OPTIONS): a machine without onnxruntime-node. ONNXRUNTIME_TOLD=1 says on
// stderr that it was looked for.
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith("onnxruntime-node")) return next(specifier, context);
    if (process.env.ONNXRUNTIME_TOLD) process.stderr.write("onnxruntime-node was looked for\n");
    throw Object.assign(new Error(`Cannot find module '${specifier}'`), { code: "MODULE_NOT_FOUND" });
  },
});
