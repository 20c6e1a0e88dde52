import { midSentence } from "../../judge/ranking/index.ts";
import { otherModels } from "../../judge/recommendation/index.ts";
import { plural } from "../../plural.ts";
import type { DatasetReport } from "../../results.ts";
import { decimals, fixed, metricName } from "../figures/index.ts";
import type { Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";
import { chip } from "./verdict.ts";

/** Writes the section on how to read the statistics, in short, with the papers they come from; docs/results.md has them at length. */
export function readingSection(report: DatasetReport | undefined, several: boolean): Markup {
  const { ranking, testRows = null, finalists = [], seeds } = report ?? {};
  const rope = ranking
    ? html` (here ±${fixed(ranking.rope, decimals(ranking.rope))} ${metricName(ranking.metric)}${several ? " on the first data set" : ""})`
    : null;
  const pursued = ranking?.entries.some((entry) => entry.seeds > 1) ?? true;
  const alike = (ranking?.entries ?? [])
    .filter(({ candidate, seeds: n }) => n > 1 && otherModels.includes(candidate))
    .map(({ label }) => `the ${midSentence(label)}`);
  const alpha = ranking ? html` (${ranking.alpha})` : null;
  return html`<section aria-labelledby="reading"><h2 id="reading">How to read the statistics</h2>
<p><strong>Scope of a finding.</strong> It holds for these data and this network: for other rows of the same kind and fits from other initial
weights. It does not show whether a loss helps elsewhere.</p>
<p><strong>Two stages.</strong> Every loss is trained on a first seed.${
    finalists.length > 0
      ? html` For each loss, its gain on test rows and its gain on validation rows are added up. The ${plural(finalists.length, "loss", "losses")} with the largest sum ${finalists.length === 1 ? "is the finalist" : "are the finalists"}.
The baseline and the finalists are then trained on ${plural(seeds?.complete.length ?? 1, "seed")} in all${alike.length > 0 ? `, and so ${alike.length === 1 ? "is" : "are"} ${alike.join(" and ")}` : ""}. Only finalists can be called better.`
      : null
  }</p>
<p><strong>Interval and p.</strong> Each model predicts rows that it was not trained on. The predictions of all ${testRows === null ? "folds" : "seeds"} are pooled.
The interval includes two uncertainties. That of the rows is estimated from the influence of each row on the metric [1, 2]. That of the fits is estimated
from what folds and seeds differ by beyond that. If these differences are large, because training ended badly on some folds, the fits are <em>unstable</em> and the
interval is wider.${
    testRows === null
      ? null
      : " On a test file, each seed trains on four fifths of the rows, so that fits differ as they would with other training rows."
  }</p>
<p><strong>Many losses.</strong> Among many losses, some look good by chance, so each p is adjusted by max-T [3]. Suppose that no loss differs from the baseline.
The adjusted p is then the probability that chance alone makes at least one loss look as different as this one does. It is computed for one
direction, better or worse, and doubled, so that it covers both. Losses with similar predictions count nearly as one. Intervals are not adjusted.</p>
<p><strong>Verdicts.</strong> A loss gets the first of these that applies. ${chip("diverged")}: training did not stay finite on at least one ${testRows === null ? "fold" : "seed"}. The loss is ranked last and not tested.
${chip("diverged", "not available")}: a trial could not be computed. The loss is ranked last and not tested.
${chip("undecided", "not tested")}: no test is possible with two folds, with a test file and a single seed, or with tests on later rows.
${chip("same")}: with a probability of at least 95 %, the difference is inside the region of practical equivalence${rope}. It can be significant and still be that small.
${chip("better")}: a finalist is ahead of the baseline, with an adjusted p below alpha${alpha}.
${chip("worse")}: a loss is behind the baseline, with an adjusted p below alpha.
${chip("undecided")}: the data are too few to decide about a finalist.
${
  pursued
    ? html`${chip("not pursued")}: the loss is not a finalist, and its interval is that of one seed.`
    : html`${chip("not pursued", "one seed")}: all losses were trained on one seed, which is too few to call one better.`
}
${chip("reference")} marks rows that are not losses. They have the same kind of interval, but no adjusted p.</p>
${
  several
    ? html`<p><strong>Several data sets.</strong> Ranks on each data set are averaged; Friedman's test asks whether any
losses differ at all, Nemenyi's test which pairs do [4].</p>`
    : null
}
<ol class="references">
<li>B. Efron, R. Tibshirani (1993). <i>An Introduction to the Bootstrap</i>, chapter 11.</li>
<li>E. DeLong, D. DeLong, D. Clarke-Pearson (1988). Comparing the areas under two or more correlated receiver operating
characteristic curves. <i>Biometrics</i> 44, 837–845.</li>
<li>P. Westfall, S. Young (1993). <i>Resampling-Based Multiple Testing</i>; T. Hothorn, F. Bretz, P. Westfall (2008). Simultaneous inference in general
parametric models. <i>Biometrical Journal</i> 50, 346–363.</li>
<li>J. Demšar (2006). Statistical comparisons of classifiers over multiple data sets. <i>Journal of Machine Learning
Research</i> 7, 1–30.</li>
</ol></section>`;
}
