import { readRepository } from "../pages/repository.ts";

/** What is imported by a name of its own: the name, and the file behind it. */
export interface Module {
  specifier: string;
  entry: string;
}

/** Packages in the order of the reference. */
const packages = ["minimand", "lab", "compare", "papers", "native"];

/** What has no page: `minimand` exports a part of what its wings export, old names have a guide, and the last is for the lab alone. */
const undescribed = ["minimand", "minimand/deprecated", "minimand/internals", "@minimand/compare/keep"];

/** Lists the modules of the packages that the reference describes. */
export function modules(): Module[] {
  return packages.flatMap((folder) => {
    const { name, exports } = JSON.parse(readRepository(`packages/${folder}/package.json`)) as {
      name: string;
      exports: { [path: string]: { "minimand-source": string } };
    };
    return Object.entries(exports)
      .map(([path, { "minimand-source": source }]) => ({
        specifier: name + path.slice(1),
        entry: `packages/${folder}/${source.slice(2)}`,
      }))
      .filter(({ specifier }) => !undescribed.includes(specifier));
  });
}

/**
 * Returns the modules of a choice: `all`, `none`, or their names with commas between them.
 *
 * @throws RangeError for a name that no module has
 */
export function modulesOf(choice: string): Module[] {
  const all = modules();
  if (choice === "all") return all;
  if (choice === "none") return [];
  return choice.split(",").map((name) => {
    const found = all.find(({ specifier }) => specifier === name);
    if (found !== undefined) return found;
    const names = all.map(({ specifier }) => specifier).join(", ");
    throw new RangeError(`--modules: expected all, none, or some of ${names}, got '${name}'`);
  });
}
