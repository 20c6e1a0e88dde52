import { globSync, readFileSync } from "node:fs";

/** A function as its file declares it. */
export interface Declared {
  name: string;
  /** The type it returns, as written, on one line. */
  returns: string;
  file: string;
}

/** The functions that the files of a folder export, tests and fixtures left out. */
export function declaredIn(folder: string): Declared[] {
  return globSync(`${folder}/**/*.ts`)
    .filter((file) => !/\.(test|fixture)\.ts$|conformance\.ts$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(file, "utf8");
      return [
        ...text.matchAll(
          /^export (?:(?:async )?function\*? (\w+)|const (\w+) = (?:async )?(?:<[^\n]*>)?\()/gm,
        ),
      ].map((match) => ({
        name: match[1] ?? match[2],
        returns: returnType(text, match.index),
        file,
      }));
    });
}

/** What stands between the closing bracket of the parameters and the body. */
function returnType(text: string, from: number): string {
  let at = text.indexOf("(", from);
  let depth = 0;
  do {
    if ("([{".includes(text[at])) depth++;
    if (")]}".includes(text[at])) depth--;
    at++;
  } while (depth > 0);
  const [, type = ""] = /^: ([\s\S]*?)(?: \{\n|;\n| =>)/.exec(text.slice(at)) ?? [];
  return type.replaceAll(/\s+/g, " ");
}
