import { parseSync } from "rolldown/utils";
import { replacementsOf, type SyntaxNode } from "./operators.ts";

/** One change of a source file that its tests should notice. */
export interface Mutant {
  /** Where the change is, in UTF-16 code units, and the line it begins on, counted from 1. */
  start: number;
  end: number;
  line: number;
  /** The lines that the change touches, before and after it, with single spaces: what a justification is filed under. */
  from: string;
  to: string;
  /** The file with the change. */
  text: string;
}

/**
 * Lists all mutants of a TypeScript source, in the order of the text. Types, imports and the texts of errors are left alone.
 *
 * @throws SyntaxError for a source that does not parse
 */
export function mutantsOf(source: string): Mutant[] {
  const { program, errors } = parseSync("source.ts", source);
  if (errors.length > 0) throw new SyntaxError(errors[0].message);
  const found = new Map<string, Mutant>();
  walk(program as unknown as SyntaxNode, null, (node, parent) => {
    for (const { start, end, text } of replacementsOf(node, parent, source)) {
      const mutant = mutantAt(source, start, end, text);
      if (mutant.from !== mutant.to) found.set(mutant.text, mutant);
    }
  });
  return [...found.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}

function mutantAt(source: string, start: number, end: number, replacement: string): Mutant {
  const text = source.slice(0, start) + replacement + source.slice(end);
  const from = source.lastIndexOf("\n", start - 1) + 1;
  const after = source.indexOf("\n", end);
  const to = after === -1 ? source.length : after;
  const line = source.slice(0, start).split("\n").length;
  const tidy = (part: string): string => part.trim().replaceAll(/\s+/g, " ");
  return {
    start,
    end,
    line,
    text,
    from: tidy(source.slice(from, to)),
    to: tidy(text.slice(from, to + replacement.length - (end - start))),
  };
}

/** Nodes in which nothing is decided: types, what a reader sees of an error, and names of options. */
const leftAlone = /^(TSType|TSInterface|TSEnum|TSModule|ImportDeclaration|ExportAllDeclaration)/;
const errorMakers = /^(rangeError|typeError|check\w*Options)$/;

function walk(
  node: SyntaxNode,
  parent: SyntaxNode | null,
  visit: (node: SyntaxNode, parent: SyntaxNode | null) => void,
): void {
  if (leftAlone.test(node.type)) return;
  visit(node, parent);
  if (node.type === "ThrowStatement") return;
  if (node.type === "CallExpression" && errorMakers.test(node.callee.name)) return;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value])
      if (typeof child === "object" && child !== null && typeof child.type === "string")
        walk(child, node, visit);
  }
}
