import { posix } from "node:path";
import { type ReferenceReflection, type Reflection, ReflectionKind } from "typedoc";
import type { LinkOf } from "./comment-text.ts";
import type { Named, Room } from "./rooms.ts";
import type { HrefOf } from "./type-text.ts";

/** Where a symbol is described. */
export interface Place {
  name: string;
  room: Room;
  anchor: string;
}

/** All symbols of the reference, by what they are and by their names. */
export interface Places {
  of(symbol: Reflection): Place | undefined;
  named(name: string): readonly Place[];
}

/** Returns the places of the symbols of all pages. A value and a type of the same name have anchors of their own. */
export function placesOf(rooms: readonly Room[]): Places {
  const places = new Map<Reflection, Place>();
  for (const room of rooms) {
    const taken = new Set<string>();
    for (const { name, symbol } of room.symbols) {
      if (symbol.kind === ReflectionKind.Reference) continue;
      const anchor = taken.has(name) ? `${name}-${taken.size}` : name;
      taken.add(anchor);
      places.set(symbol, { name, room, anchor });
    }
  }
  const names = Map.groupBy(places.values(), ({ name }) => name);
  // A namespace is described by what it holds.
  for (const place of places.values()) {
    const [outer, ...rest] = place.name.split(".");
    if (rest.length > 0 && !names.has(outer)) names.set(outer, [place]);
  }
  return { of: (symbol) => places.get(targetOf(symbol)), named: (name) => names.get(name) ?? [] };
}

const targetOf = (symbol: Reflection): Reflection =>
  symbol.isReference() ? (symbol as ReferenceReflection).getTargetReflectionDeep() : symbol;

/** Links of a page to where types are described. */
export const hrefsFrom =
  (room: Room, places: Places): HrefOf =>
  (symbol) => {
    const place = places.of(symbol);
    return place === undefined ? null : hrefTo(place, room);
  };

/**
 * Returns links of a symbol to what its docstrings name: its own members, its namespace, then the nearest of that name. `lost` is called
 * with names that nothing has.
 */
export function linksOf(
  { name: own, symbol }: Named,
  room: Room,
  places: Places,
  lost: (name: string) => void,
): LinkOf {
  const members = new Set(symbol.children?.map(({ name }) => name));
  const namespace = own.slice(0, own.lastIndexOf(".") + 1);
  return (name, words) => {
    const [first] = name.split(/[.#[(]/);
    const place = members.has(first)
      ? places.of(symbol)
      : [namespace + name, name, first]
          .flatMap((wanted) => places.named(wanted))
          .toSorted((a, b) => distance(a, room) - distance(b, room))[0];
    if (place !== undefined) return `[${words}](${hrefTo(place, room)})`;
    lost(name);
    return null;
  };
}

/** An address that holds wherever the site is. */
function hrefTo({ room, anchor }: Place, from: Room): string {
  if (room === from) return `#${anchor}`;
  return `${posix.relative(posix.dirname(from.page), `${room.page}.html`)}#${anchor}`;
}

const distance = ({ room }: Place, from: Room): number =>
  room === from ? 0 : room.module === from.module ? 1 : 2;
