import type { PaperCard, ReproductionRequest } from "@minimand/papers";

/** What a page knows of its paper's run before any of it is loaded; plain JSON. */
export interface RunFacts extends Pick<ReproductionRequest, "slug" | "engine" | "code"> {
  /** The heading of the rule on the page, and its anchor. */
  ruleHeading: string;
  ruleAnchor: string;
  /** Seeds and time of the committed run; null where there is none. */
  committed: { seeds: number; seconds: number } | null;
  /** Data sets of the card that the site hasn't. */
  missing: string[];
  /** SHA-256 of those that it has, by the names of their files. */
  sums: Record<string, string>;
  versions: Omit<ReproductionRequest["versions"], "node">;
}

/** How much of everything a run in a page takes. */
export type PageScale = "quick" | "default";

/** Returns the command that runs the same. */
export function commandOf(slug: PaperCard["slug"], scale: PageScale, seeds: number | null): string {
  const options = [scale === "quick" ? "--quick" : "", seeds === null ? "" : `--seeds ${seeds}`];
  return ["npx minimand reproduce", slug, ...options, "--engine wasm"]
    .filter((part) => part !== "")
    .join(" ");
}
