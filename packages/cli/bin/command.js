import { existsSync } from "node:fs";
import { registerHooks } from "node:module";

// ONNX Runtime phones home unless it finds this when it loads; workers can't set it any more.
process.env.ORT_DISABLE_TELEMETRY = "1";
// In a checkout the packages run from their sources; an installed package has only dist/.
const source = new URL("../src/main.ts", import.meta.url);
if (existsSync(source)) {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: ["minimand-source", ...context.conditions] }),
  });
  await import(source.href);
} else {
  await import(new URL("../dist/main.js", import.meta.url).href);
}
