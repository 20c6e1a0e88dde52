import { posix } from "node:path";
import type { Reflection } from "typedoc";
import { readRepository } from "../pages/repository.ts";
import type { Room } from "./rooms.ts";

/** Returns where a symbol is declared: file of the repository and line, from 1. */
export function declarationOf(symbol: Reflection): { file: string; line: number } | null {
  const [source] = (symbol.isDeclaration() && symbol.sources) || [];
  if (source === undefined || !source.fileName.startsWith("packages/")) return null;
  return { file: source.fileName, line: source.line };
}

/** Returns a source as it is served: as text, which any server of files knows by its ending. */
export const servedSource = (file: string): string => `source/${file}.txt`;

const texts = new Map<string, string[]>();

/** Returns the link from a page to a symbol's declaration, and to its very words where the browser can find them. */
export function sourceLink(symbol: Reflection, { page }: Room): string | null {
  const declaration = declarationOf(symbol);
  if (declaration === null) return null;
  const { file, line } = declaration;
  const lines = texts.get(file) ?? readRepository(file).split("\n");
  texts.set(file, lines);
  const [words = ""] = /^\s*[\w\s]*\b\w+/.exec(lines[line - 1] ?? "") ?? [];
  const fragment = encodeURIComponent(words.trim());
  const path = posix.relative(posix.dirname(page), servedSource(file));
  return `<a class="api-source" href="${path}#:~:text=${fragment}">${file.slice("packages/".length)}:${line}</a>`;
}
