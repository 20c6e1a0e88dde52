import { ReflectionKind } from "typedoc";
import { frontmatter } from "../pages/frontmatter.ts";
import { readRepository } from "../pages/repository.ts";
import { aboutModule } from "./about.ts";
import { type Module, modules } from "./modules.ts";
import { movedPages } from "./moved.ts";
import { hrefsFrom, linksOf, type Place, type Places, placesOf } from "./places.ts";
import { type Library, readLibrary } from "./read.ts";
import { type Named, type Room, roomsOf, titleOf } from "./rooms.ts";
import { declarationOf, servedSource, sourceLink } from "./sources.ts";
import { symbolText } from "./symbol-text.ts";

/** The reference: pages and sources by their paths, and the list of pages at the side. */
export interface Reference {
  pages: Map<string, string>;
  sidebar: SidebarItem[];
  /** The modules in it, each with its page and what it is for. */
  modules: { name: string; page: string; about: string }[];
  /** Address of a piece of the library, below the site; null where it isn't in the reference. */
  addressOf(piece: string): string | null;
}

interface SidebarItem {
  text: string;
  link: string;
  collapsed?: boolean;
  items?: SidebarItem[];
}

/**
 * Returns the reference of some modules, made of the docstrings in their sources. Names of modules that weren't chosen are no links in it.
 *
 * @throws Error for docstrings that name what is nowhere, in the reference of all modules
 */
export async function referenceOf(chosen: readonly Module[]): Promise<Reference> {
  if (chosen.length === 0) return { pages: new Map(), sidebar: [], modules: [], addressOf: () => null };
  const library = await readLibrary(chosen);
  const rooms = library.exports.flatMap(roomsOf);
  const places = placesOf(rooms);
  const pages = new Map([["api/index.md", indexPage(rooms)]]);
  const lost: string[] = [];
  for (const room of rooms) {
    const said = (name: string): unknown => lost.push(`${titleOf(room)}: {@link ${name}}`);
    pages.set(`${room.page}.md`, roomPage(room, rooms, library, places, said));
    for (const { symbol } of room.symbols) {
      const file = declarationOf(symbol)?.file;
      if (file !== undefined) pages.set(`public/${servedSource(file)}`, readRepository(file));
    }
  }
  if (chosen.length === modules().length && lost.length > 0)
    throw new Error(`docstrings that name unknown symbols:\n${lost.join("\n")}`);
  for (const [path, page] of movedPages([...pages.keys()])) pages.set(path, page);
  const listed = rooms
    .filter(({ folder }) => folder === "")
    .map(({ module, page }) => ({ name: module.specifier, page, about: aboutModule(module) }));
  return {
    pages,
    sidebar: sidebarOf(rooms),
    modules: listed,
    addressOf: (piece) => addressIn(places, piece),
  };
}

function addressIn(places: Places, piece: string): string | null {
  const place = places
    .named(piece)
    .find(({ room }) => /^(minimand|@minimand\/lab)\//.test(room.module.specifier));
  return place === undefined ? null : `${place.room.page}.html#${place.anchor}`;
}

const groups: [heading: string, kinds: number][] = [
  ["Functions", ReflectionKind.Function],
  ["Classes", ReflectionKind.Class],
  ["Constants", ReflectionKind.Variable],
  ["Types", ReflectionKind.Interface | ReflectionKind.TypeAlias],
];

function roomPage(
  room: Room,
  rooms: readonly Room[],
  { parametersOf }: Library,
  places: Places,
  lost: (name: string) => void,
): string {
  const hrefOf = hrefsFrom(room, places);
  const about = room.folder === "" ? aboutModule(room.module) : "";
  const title = titleOf(room);
  const further = furtherPages(room, rooms);
  return [
    frontmatter({
      title,
      description: `What ${title} exports: ${about || "signatures, arguments, results, errors, examples"}`,
      pageClass: "api",
      prev: false,
      next: false,
    }),
    `# ${title}`,
    about,
    `Imported from \`${room.module.specifier}\`.`,
    further === "" ? "" : `Further pages: ${further}.`,
    alsoHere(room, places),
    ...groups.flatMap(([heading, kinds]) => {
      const members = room.symbols.filter(({ symbol }) => symbol.kindOf(kinds));
      const part = (named: Named): string => {
        const { name, symbol } = named;
        const linkOf = linksOf(named, room, places, lost);
        const { anchor } = places.of(symbol) as Place;
        const source = sourceLink(symbol, room);
        return [
          `### ${name} {#${anchor}}`,
          symbolText(symbol, name, { hrefOf, linkOf, parametersOf }),
          source ?? "",
        ].join("\n\n");
      };
      return members.length === 0 ? [] : [`## ${heading}`, ...members.map(part)];
    }),
  ]
    .filter((block) => block !== "")
    .join("\n\n");
}

function furtherPages(room: Room, rooms: readonly Room[]): string {
  const others =
    room.folder === "" ? rooms.filter(({ module, folder }) => module === room.module && folder !== "") : [];
  return others.map((other) => `${pageLink(other, other.folder)} (${other.symbols.length})`).join(", ");
}

/** What is described elsewhere. */
function alsoHere(room: Room, places: Places): string {
  const lines = room.symbols
    .filter(({ symbol }) => symbol.kind === ReflectionKind.Reference)
    .map(({ name, symbol }) => {
      const place = places.of(symbol);
      return place === undefined ? `\`${name}\`` : `[\`${name}\`](/${place.room.page}.md#${place.anchor})`;
    });
  return lines.length === 0 ? "" : `Also here: ${lines.join(", ")}.`;
}

const pageLink = ({ page }: Room, words: string): string => `[${words}](/${page}.md)`;

function indexPage(rooms: readonly Room[]): string {
  const lines = rooms
    .filter(({ folder }) => folder === "")
    .map((room) => {
      const further = furtherPages(room, rooms);
      const about = `- ${pageLink(room, `\`${room.module.specifier}\``)}: ${aboutModule(room.module)}`;
      return further === "" ? about : `${about}  \n  ${further}`;
    });
  return [
    frontmatter({
      title: "API",
      description: "Every export of the packages, by module: signatures, formulas, shapes, errors, examples.",
      pageClass: "api",
      prev: false,
      next: false,
    }),
    "# API",
    "Every export of the packages, generated from the docstrings in their sources. The search, `/`, finds each export by its name. A function consumes the arrays that it is given: see [array ownership](/docs/ownership.md).",
    lines.join("\n"),
  ].join("\n\n");
}

function sidebarOf(rooms: readonly Room[]): SidebarItem[] {
  return rooms
    .filter(({ folder }) => folder === "")
    .map(({ module, page }) => {
      const items = rooms
        .filter((room) => room.module === module && room.folder !== "")
        .map(({ folder, page }) => ({ text: folder, link: `/${page}` }));
      return {
        text: module.specifier,
        link: `/${page}`,
        ...(items.length === 0 ? {} : { collapsed: true, items }),
      };
    });
}
