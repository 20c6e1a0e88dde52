import { globSync, readFileSync } from "node:fs";

/** A function as its file declares it. */
export interface Declared {
  name: string;
  /** Its arguments, as written. */
  takes: string;
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
      ].map((match) => ({ name: match[1] ?? match[2], ...signatureAt(text, match.index), file }));
    });
}

/** What stands between the brackets of the arguments, and between these and the body. */
function signatureAt(text: string, from: number): { takes: string; returns: string } {
  const start = text.indexOf("(", from);
  let at = start;
  let depth = 0;
  do {
    if ("([{".includes(text[at])) depth++;
    if (")]}".includes(text[at])) depth--;
    at++;
  } while (depth > 0);
  const [, type = ""] = /^: ([\s\S]*?)(?: \{\n|;\n| =>)/.exec(text.slice(at)) ?? [];
  return { takes: text.slice(start, at), returns: type.replaceAll(/\s+/g, " ") };
}
