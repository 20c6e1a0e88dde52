import { verdictWord } from "../../judge/ranking/index.ts";
import { plural } from "../../plural.ts";
import type { RankingEntry, Verdict } from "../../results.ts";
import { verdictStyles } from "../figures/index.ts";
import type { Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";

/** Returns a verdict as a chip: symbol, word and colour. */
export function chip(verdict: Verdict, text: string = verdictStyles[verdict].word): Markup {
  return html`<span class="chip ${verdict.replace(" ", "-")}"><b aria-hidden="true">${verdictStyles[verdict].glyph}</b>${text}</span>`;
}

/** Returns how many losses got which verdict, as a row of chips. */
export function verdictCounts(entries: RankingEntry[]): Markup {
  const order = ["better", "same", "undecided", "not pursued", "worse", "diverged"] as const;
  const counts = order.flatMap((verdict) => {
    const own = entries.filter((e) => e.verdict === verdict);
    return [...Map.groupBy(own, (entry) => verdictWord(entry, entries))].map(([word, some]) => ({
      verdict,
      word,
      n: some.length,
    }));
  });
  return html`<ul class="verdicts" aria-label="${plural(
    counts.reduce((sum, { n }) => sum + n, 0),
    "loss",
    "losses",
  )} against the baseline">${counts.map(
    ({ verdict, word, n }) => html`<li>${chip(verdict, `${n} ${word}`)}</li>`,
  )}</ul>`;
}
