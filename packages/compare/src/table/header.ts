import { dataError, type Place, quoted } from "./data-error.ts";

/**
 * Checks the names of the columns as the file has them.
 *
 * @throws DataError naming the first name that is empty or occurs twice, and its positions.
 */
export function checkNames(names: readonly string[], place: Place): void {
  const seen = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    if (name === "") {
      throw dataError(place, "expected a name for every column", `an empty name for column ${index + 1}`);
    }
    const first = seen.get(name);
    if (first !== undefined) {
      const positions = `columns ${first + 1} and ${index + 1}`;
      throw dataError(
        place,
        "expected different names for all columns",
        `${quoted(name)} twice (${positions})`,
      );
    }
    seen.set(name, index);
  }
}
