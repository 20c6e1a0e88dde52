/**
 * Returns options under their present names, so that programs written for an earlier version still run.
 *
 * An old name next to the new one stays as it is, and whoever reads the options refuses it.
 *
 * @param given the options; not changed
 * @param names the present name of each old name
 * @returns the options themselves if none has an old name, else a copy
 * @example
 * withPresentNames({ nClasses: 3 }, { nClasses: "classes" }) // { classes: 3 }
 */
export function withPresentNames<T extends object>(given: T, names: { readonly [old: string]: string }): T {
  if (typeof given !== "object" || given === null) return given;
  const isOld = (name: string): boolean => Object.hasOwn(names, name) && !Object.hasOwn(given, names[name]!);
  if (!Object.keys(given).some(isOld)) return given;
  const entries = Object.entries(given).map(([name, value]) => [isOld(name) ? names[name] : name, value]);
  return Object.fromEntries(entries) as T;
}
