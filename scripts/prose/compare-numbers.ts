import { type NumberAt, numbersIn } from "./numbers.ts";

/** A change of numbers that is meant: part of a line before or after it. Without `text`, the file that was removed. */
export interface ListedChange {
  file: string;
  text?: string;
  reason: string;
}

/** A number that only one version of a file has, or has more often. */
export interface NumberChange extends NumberAt {
  file: string;
  change: "lost" | "gained";
  /** Its line in the version that has it. */
  text: string;
}

/**
 * Compares the numbers of two versions of a text, as multisets.
 *
 * @param file the path that listed changes name
 * @param after null where the file was removed
 * @returns the differences that are not listed
 */
export function compareNumbers(
  file: string,
  before: string,
  after: string | null,
  listed: readonly ListedChange[],
): NumberChange[] {
  const own = listed.filter((one) => one.file === file);
  if (after === null && own.some(({ text }) => text === undefined)) return [];
  const texts = own.flatMap(({ text }) => text ?? []);
  const now = after ?? "";
  return [...onlyIn(before, now, texts, file, "lost"), ...onlyIn(now, before, texts, file, "gained")];
}

/** The numbers that one version has more often than another, without those of listed texts that only the one has. */
function onlyIn(
  one: string,
  other: string,
  texts: readonly string[],
  file: string,
  change: NumberChange["change"],
): NumberChange[] {
  const numbers = Map.groupBy(numbersIn(one), ({ number }) => number);
  const others = Map.groupBy(numbersIn(other), ({ number }) => number);
  const meant = texts
    .filter((text) => spaced(one).includes(spaced(text)) && !spaced(other).includes(spaced(text)))
    .flatMap((text) => numbersIn(text).map(({ number }) => number));
  const lines = one.split("\n");
  const otherLines = new Set(other.split("\n").map((line) => line.trim()));
  const isNew = ({ line }: NumberAt): boolean => !otherLines.has(lines[line - 1].trim());
  return [...numbers].flatMap(([number, places]) => {
    const more =
      places.length - (others.get(number)?.length ?? 0) - meant.filter((each) => each === number).length;
    // Of equal numbers, those on changed lines are the ones to look at.
    const ordered = places.toSorted((a, b) => Number(isNew(b)) - Number(isNew(a)));
    return ordered
      .slice(0, Math.max(0, more))
      .map((place) => ({ ...place, file, change, text: lines[place.line - 1].trim() }));
  });
}

const spaced = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
