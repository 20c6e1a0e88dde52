import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { repositoryPath } from "./pages/repository.ts";
import { type Module, modulesOf } from "./reference/modules.ts";

/** Where a build of the site goes, and where readers will find it. */
export interface SiteOptions {
  /** Address of the first page, with a slash at its end: its path is what all links begin with. */
  url: string;
  /** Folder that is written. */
  out: string;
  /** Modules that the API reference is made of. */
  modules: Module[];
}

/** The address of a site without a given one. */
export const nowhere = "http://localhost/";

/**
 * Reads the options of the command line: `--url https://example.org/minimand/`, `--out FOLDER`, and `--modules NAMES` for a part of the API
 * reference (`all`, which is left out, `none`, or names as `minimand/losses,minimand/metrics`).
 *
 * @throws RangeError or TypeError for an invalid address or an unknown module, and for unknown options
 */
export function siteOptions(args: string[]): SiteOptions {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ args, options: { url: text, out: text, modules: text } });
  const out = values.out === undefined ? repositoryPath("packages/site/dist") : resolve(values.out);
  return { url: addressOf(values.url ?? nowhere), out, modules: modulesOf(values.modules ?? "all") };
}

function addressOf(text: string): string {
  if (!URL.canParse(text) || !/^https?:\/\//.test(text))
    throw new RangeError(`--url: expected an address such as https://example.org/minimand/, got '${text}'`);
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname.replace(/\/?$/, "/")}`;
}
