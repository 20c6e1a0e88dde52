/*
 * The site while it is written: `npm run site`. Pages follow the repository's files, the theme its own. The API reference in it is that of
 * the start: `npm run site -- --modules minimand/losses`.
 */
import { watch } from "node:fs";
import { parseArgs } from "node:util";
import { createServer } from "vitepress";
import { nowhere } from "./options.ts";
import { repositoryPath } from "./pages/repository.ts";
import { modulesOf } from "./reference/modules.ts";
import { referenceOf } from "./reference/reference.ts";
import { removeAtEnd, rootOf, writeRoot } from "./root.ts";

const { values } = parseArgs({ options: { modules: { type: "string", default: "none" } } });
const reference = await referenceOf(modulesOf(values.modules));
const root = rootOf(`dev-${process.pid}`);
removeAtEnd(root);
const options = { url: nowhere, out: root };
writeRoot(root, options, reference);
const server = await createServer(root);
await server.listen();
console.log(server.resolvedUrls?.local[0]);

let due: NodeJS.Timeout | undefined;
const again = (): void => {
  clearTimeout(due);
  due = setTimeout(() => {
    try {
      writeRoot(root, options, reference);
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
    }
  }, 100);
};
for (const folder of ["docs", "packages/papers/src"])
  watch(repositoryPath(folder), { recursive: true }, again);
