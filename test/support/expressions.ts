import { readFileSync } from "node:fs";
import { parseAst } from "rolldown/parseAst";

/** A regular expression and where it is written: `packages/cli/src/main.ts:12`. */
export interface Expression {
  source: string;
  flags: string;
  at: string;
}

interface Node {
  type: string;
  start: number;
  [field: string]: unknown;
}

/**
 * Finds the regular expressions in a TypeScript file.
 *
 * @returns its literals, and the number of places where it builds one of a text
 */
export function expressionsIn(file: string): { literals: Expression[]; built: number } {
  const text = readFileSync(file, "utf8");
  const literals: Expression[] = [];
  let built = 0;
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const node = value as Node;
    if (node.type === "Literal" && "regex" in node) {
      const { pattern, flags } = node.regex as { pattern: string; flags: string };
      const line = text.slice(0, node.start).split("\n").length;
      literals.push({ source: pattern, flags, at: `${file}:${line}` });
    }
    const callee = node.callee as Node | undefined;
    if (/^(New|Call)Expression$/.test(node.type) && callee?.name === "RegExp") built++;
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(text, { lang: "ts" }, file));
  return { literals, built };
}

/**
 * Records the regular expressions that modules build of texts while they are loaded.
 *
 * @param files those whose expressions are wanted
 */
export async function builtWhileLoading(
  files: readonly string[],
  load: (file: string) => Promise<unknown>,
): Promise<Expression[]> {
  const found: Expression[] = [];
  const original = globalThis.RegExp;
  globalThis.RegExp = new Proxy(original, {
    construct(target, [source, flags = ""]) {
      const caller = new Error().stack?.split("\n")[2] ?? "";
      const at = files.find((file) => caller.includes(file));
      if (at !== undefined) found.push({ source: String(source), flags, at });
      return new target(source, flags);
    },
  });
  try {
    for (const file of files) await load(file);
  } finally {
    globalThis.RegExp = original;
  }
  return found;
}
