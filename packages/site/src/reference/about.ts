import { readRepository } from "../pages/repository.ts";
import type { Module } from "./modules.ts";

/**
 * Returns what a module is for: what its entry says of itself, the table of modules in the architecture page, or the description of its
 * package.
 */
export function aboutModule({ specifier, entry }: Module): string {
  const [, said] = /^\/\*+(?:\s|\* )*([\s\S]*?)\s*\*\//.exec(readRepository(entry)) ?? [];
  if (said !== undefined) return said.replaceAll(/\s*\n \* ?/g, " ");
  const [, wing] = /^(?:minimand|@minimand\/lab)\/(.+)$/.exec(specifier) ?? [];
  if (wing !== undefined) return rowOf(wing);
  const [folder] = specifier.replace("@minimand/", "").split("/");
  return sentence(
    (JSON.parse(readRepository(`packages/${folder}/package.json`)) as { description: string }).description,
  );
}

function rowOf(wing: string): string {
  const [, words] =
    new RegExp(`^\\| \`${wing}/\` +\\| (.*?) +\\|$`, "m").exec(readRepository("docs/architecture.md")) ?? [];
  if (words === undefined) throw new Error(`docs/architecture.md: expected a row of \`${wing}/\``);
  return sentence(words);
}

const sentence = (words: string): string => `${words[0].toUpperCase()}${words.slice(1)}.`;
