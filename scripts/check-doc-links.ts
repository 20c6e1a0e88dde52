import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/*
 * Finds docstrings of exported pieces that link to what no package exports, in a second: the build of the site, which needs minutes,
 * refuses them. It reads the text of the files, and follows their `export` lines.
 */

/** A top-level declaration with its docstring, up to the next one. */
interface Declaration {
  name: string;
  file: string;
  text: string;
}

const packages = ["data", "minimand", "lab", "compare", "papers", "native"];

/** Lists the files behind the entries of the packages. */
function entries(): string[] {
  return packages.flatMap((folder) => {
    const { exports } = JSON.parse(readFileSync(`packages/${folder}/package.json`, "utf8")) as {
      exports: Record<string, { "minimand-source"?: string }>;
    };
    return Object.values(exports).flatMap(({ "minimand-source": source }) =>
      source === undefined ? [] : [join("packages", folder, source)],
    );
  });
}

/** Returns what a file exports, by its public names. */
function exportsOf(
  file: string,
  cache = new Map<string, Map<string, Declaration>>(),
): Map<string, Declaration> {
  const known = cache.get(file);
  if (known !== undefined) return known;
  const found = new Map<string, Declaration>();
  cache.set(file, found);
  const text = readFileSync(file, "utf8");
  for (const declaration of declarationsIn(file, text)) found.set(declaration.name, declaration);
  for (const [, name] of text.matchAll(/^export \* as (\w+) from /gm))
    found.set(name, { name, file, text: "" });
  for (const [, list, from] of text.matchAll(
    /^export (?:type )?(?:\*|\{([^}]*)\}) from "(\.[^"]+\.ts)";$/gm,
  )) {
    const theirs = exportsOf(join(dirname(file), from), cache);
    const names = list?.split(",").map((part) => part.trim().replace(/^type /, "")) ?? [...theirs.keys()];
    for (const name of names.filter((one) => one !== "")) {
      const [inner, outer = inner] = name.split(" as ");
      const declaration = theirs.get(inner);
      if (declaration !== undefined) found.set(outer, declaration);
    }
  }
  return found;
}

function declarationsIn(file: string, text: string): Declaration[] {
  const starts =
    /^(?:\/\*\*(?:[^*]|\*(?!\/))*\*\/\n)?(export )?(?:declare )?(?:async )?(?:function\*?|const|let|class|interface|type|abstract class) (\w+)/gm;
  const all = [...text.matchAll(starts)];
  return all.flatMap(({ 1: isExported, 2: name, index }, i) =>
    isExported === undefined ? [] : [{ name, file, text: text.slice(index, all[i + 1]?.index) }],
  );
}

/** Whether a declaration has a member of this name. */
const isMember = (name: string, text: string): boolean =>
  new RegExp(`^ +(?:(?:readonly|async|static|get) )*${name}\\??[(:<]`, "m").test(text);

/** Returns a line for each link of a public docstring that leads nowhere. */
export function lostLinks(): string[] {
  const cache = new Map<string, Map<string, Declaration>>();
  const all = entries().map((file) => exportsOf(file, cache));
  const names = new Set(all.flatMap((one) => [...one.keys()]));
  const declarations = new Set(all.flatMap((one) => [...one.values()]));
  return [...declarations].flatMap(({ name, file, text }) =>
    [...text.matchAll(/\{@link (\w+)/g)]
      .filter(([, target]) => !names.has(target) && !isMember(target, text))
      .map(([link]) => `${file}: the docstring of ${name} has ${link}}, which no package exports`),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const lost = lostLinks();
  for (const line of lost) console.error(line);
  if (lost.length > 0) process.exit(1);
}
