import { type DeclarationReflection, ReflectionKind } from "typedoc";
import { type Module, modules } from "./modules.ts";
import type { Exports } from "./read.ts";

/** A page of the reference: a module, or a folder of a large one. */
export interface Room {
  module: Module;
  /** Folder below the module's own; empty for what is in none, or in one too small for a page. */
  folder: string;
  /** Page below the site, without an ending. */
  page: string;
  symbols: Named[];
}

/** Returns how a page is called. */
export const titleOf = ({ module: { specifier }, folder }: Room): string =>
  folder === "" ? specifier : `${specifier}: ${folder}`;

/** A symbol, and how one names it: `kappa.softplus` within a namespace. */
export interface Named {
  name: string;
  symbol: DeclarationReflection;
}

/** Pages of more symbols than this have a page for each folder of at least this many. */
const largest = 90;
const smallest = 8;

const pageOf = (specifier: string): string => `api/${specifier.replace("@minimand/", "")}`;
const pagesOfModules = new Set(modules().map(({ specifier }) => pageOf(specifier)));

/** Returns the pages of a module, the first its own. */
export function roomsOf({ module, symbols }: Exports): Room[] {
  const named = symbols.flatMap((symbol) => withinNamespace(symbol, ""));
  const page = pageOf(module.specifier);
  // A module may be called as a folder of another one is.
  const below = (folder: string): string =>
    pagesOfModules.has(`${page}/${folder}`) ? `${page}/${folder}-folder` : `${page}/${folder}`;
  return foldersOf(named, module.entry.slice(0, module.entry.lastIndexOf("/") + 1), "").map(
    ([folder, symbols]) => ({
      module,
      folder,
      page: folder === "" ? page : below(folder),
      symbols: symbols.toSorted((a, b) => a.name.localeCompare(b.name)),
    }),
  );
}

/** Symbols by the folders whose pages they are on; what is in none of these is on the page of `own`. */
function foldersOf(
  symbols: readonly Named[],
  home: string,
  own: string,
): [folder: string, symbols: Named[]][] {
  const inside = Map.groupBy(symbols, ({ symbol }) => folderBelow(symbol, home + own));
  const split = (folder: string | null, { length }: Named[]): boolean =>
    folder !== null && symbols.length > largest && length >= smallest;
  return [
    [own, [...inside].flatMap(([folder, within]) => (split(folder, within) ? [] : within))],
    ...[...inside]
      .filter(([folder, within]) => split(folder, within))
      .toSorted(([a], [b]) => String(a).localeCompare(String(b)))
      .flatMap(([folder, within]) => foldersOf(within, home, own === "" ? folder! : `${own}/${folder}`)),
  ];
}

function withinNamespace(symbol: DeclarationReflection, prefix: string): Named[] {
  const name = prefix + symbol.name;
  return symbol.kind === ReflectionKind.Namespace
    ? (symbol.children ?? []).flatMap((child) => withinNamespace(child, `${name}.`))
    : [{ name, symbol }];
}

function folderBelow({ sources = [] }: DeclarationReflection, folder: string): string | null {
  const file = sources[0]?.fileName ?? "";
  const base = folder.replace(/\/?$/, "/");
  const parts = file.startsWith(base) ? file.slice(base.length).split("/") : [];
  return parts.length > 1 ? parts[0] : null;
}
