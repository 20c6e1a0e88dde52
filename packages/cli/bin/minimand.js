#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [major] = process.versions.node.split(".").map(Number);
if (major < 24) {
  process.stderr.write(
    `minimand needs Node 24 or newer, got ${process.versions.node}: run it as 'npx minimand' in a project with its own Node 24 ('npm rebuild' links it where npm 10 hasn't), or install one\n`,
  );
  process.exit(2);
}
// In a checkout the packages run from their sources; an installed package has only dist/.
const source = new URL("../src/run/supervise.ts", import.meta.url);
const built = new URL("../dist/run/supervise.js", import.meta.url);
const { supervise } = await import(existsSync(source) ? source.href : built.href);
supervise(fileURLToPath(new URL("./command.js", import.meta.url)), process.argv.slice(2));
