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
  const alpha = ranking ? html` (${ranking.alpha})` : null;
  return html`<section aria-labelledby="reading"><h2 id="reading">How to read the statistics</h2>
<p><strong>Scope of a finding.</strong> It holds for these data and this network: for other rows of the same kind and fits from other initial
weights. It does not show whether a loss helps elsewhere.</p>
<p><strong>Two stages.</strong> Every loss is trained on one seed. ${
    finalists.length > 0
      ? html`The ${finalists.length} with the largest sum of two gains there, on test rows and on validation rows, are the finalists. They are trained on further seeds, like the baseline and the
trained references (${plural(seeds?.complete.length ?? 1, "seed")} in all). Only finalists can be called better. `
      : null
  }${
    pursued
      ? html`${chip("not pursued")} is any other loss: its interval is that of one seed.`
      : html`Here no loss was trained on more: ${chip("not pursued", "one seed")} means that one seed is too few to call a loss better.`
  }</p>
<p><strong>Interval and p.</strong> All predictions for rows that a model was not trained on are pooled. The interval includes two uncertainties:
that of the rows, computed from the influence of each row on the metric [1, 2], and that of the fits, computed from the remaining variation between
seeds and folds. Fits are <em>unstable</em> if they differ by more than their rows explain, which
happens if training comes to a poor end on some folds. The interval is wider then. ${
    testRows === null
      ? null
      : "On a test file, each seed trains on four rows of five, so that fits differ as they would with other training rows."
  }</p>
<p><strong>Many losses.</strong> Some look good by chance, so each p is adjusted. The adjusted p is the probability that at least one loss would look as different
as this one does if none differed from the baseline (max-T [3], one-sided and then doubled). Several losses that behave alike count little more
than a single one. The intervals are computed for each loss separately, without that adjustment.</p>
<p><strong>Verdicts.</strong> The first that applies counts. ${chip("same")}: with a probability of at least 95 %, the difference is inside the region of practical
equivalence${rope}, even if it is significant. ${chip("better")}: a finalist improves on the baseline, with an adjusted p below alpha${alpha}. ${chip("worse")}: any loss falls behind the baseline,
with an adjusted p below alpha. ${chip("undecided")}: the data are too few to decide. ${chip("diverged")}: training did not stay finite on at least one
${testRows === null ? "fold" : "seed"}; the loss is ranked last and not tested. ${chip("diverged", "not available")}: a trial could not be computed; the loss is ranked last, too. ${chip("reference")}: not a loss, but
shown with the same kind of interval, outside the adjustment. ${chip("undecided", "not tested")}: there is no interval and no test with two folds, with a test file and a single seed, or with tests on later rows.</p>
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
