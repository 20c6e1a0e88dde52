import { type Listing, outcomeOf, type PaperCard, papers } from "@minimand/papers";
import type { Entry } from "./entry.ts";
import { dataNeeded } from "./needs.ts";

/** Returns all papers, the newest first. */
export function catalogue(): Entry[] {
  return papers.map(entryOf).reverse();
}

function entryOf({ card, listing }: { card: PaperCard; listing: Listing }): Entry {
  const { slug, title, authors, arxiv, date, data } = card;
  const { topic, added, measured } = listing;
  const outcome = outcomeOf(slug);
  return {
    slug,
    title,
    authors,
    arxiv,
    date,
    topic,
    added,
    use: measured?.use ?? "Not measured yet.",
    verdict: outcome?.verdict ?? "not measured",
    held: outcome?.held ?? null,
    notHeld: outcome?.notHeld ?? null,
    seconds: outcome?.seconds ?? null,
    data: dataNeeded(data),
  };
}
