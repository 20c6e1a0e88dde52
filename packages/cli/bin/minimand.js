#!/usr/bin/env node
import { existsSync } from "node:fs";
// As a whole: a Node that lacks one of its functions must come as far as the message below.
import * as nodeModule from "node:module";

const [major] = process.versions.node.split(".").map(Number);
if (major < 24) {
  process.stderr.write(
    `minimand needs Node 24 or newer, got ${process.versions.node}: run it as 'npx minimand' in a project with its own Node 24 ('npm rebuild' links it where npm 10 hasn't), or install one\n`,
  );
  process.exit(2);
}
// ONNX Runtime phones home unless it finds this when it loads; workers can't set it any more.
process.env.ORT_DISABLE_TELEMETRY = "1";
// In a checkout the packages run from their sources; an installed package has only dist/.
const source = new URL("../src/main.ts", import.meta.url);
if (existsSync(source)) {
  nodeModule.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: ["minimand-source", ...context.conditions] }),
  });
  await import(source.href);
} else {
  await import(new URL("../dist/main.js", import.meta.url).href);
}
