import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { compileScript, parse } from "vue/compiler-sfc";

/** What a component's template names and its script lacks: the linter sees no templates, and takes such imports for unused. */
function missingIn(file: string): string[] {
  const { descriptor } = parse(readFileSync(file, "utf8"));
  if (descriptor.scriptSetup === null) return [];
  const { content } = compileScript(descriptor, { id: file, inlineTemplate: true });
  const found = content.matchAll(/_ctx\.([a-z]\w*)|_resolveComponent\("(\w+)"\)/gi);
  return [...found].map(([, name, component]) => name ?? component);
}

it.each(globSync("packages/site/src/**/*.vue"))("%s imports all that its template names", (file) => {
  expect(missingIn(file)).toEqual([]);
});
