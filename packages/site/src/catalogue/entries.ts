import { cards, outcomeOf, type PaperCard } from "@minimand/papers";
import type { Entry } from "./entry.ts";
import { dataNeeded } from "./needs.ts";
import { notes } from "./notes.ts";

/** All papers, the newest first. */
export function catalogue(): Entry[] {
  return cards.map(entryOf).reverse();
}

function entryOf({ slug, title, authors, arxiv, date, data }: PaperCard): Entry {
  if (!Object.hasOwn(notes, slug)) throw new Error(`catalogue/notes.ts: nothing of '${slug}'`);
  const outcome = outcomeOf(slug);
  return {
    slug,
    title,
    authors,
    arxiv,
    date,
    ...notes[slug],
    verdict: outcome?.verdict ?? "not measured",
    figure: outcome?.figure ?? null,
    seconds: outcome?.seconds ?? null,
    data: dataNeeded(data),
  };
}
