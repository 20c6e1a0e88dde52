import type { DatasetReport, Ranking } from "@minimand/compare";
import { decimals, fixed, metricName } from "@minimand/compare";
import type { Markup } from "./markup.ts";
import { html } from "./markup.ts";
import { chip } from "./verdict.ts";

/** How to read the statistics, in short, with the papers they come from. */
export function readingSection(report: DatasetReport | undefined, several: boolean): Markup {
  const text =
    report !== undefined && report.testRows !== null ? onTestFile() : onFolds(report?.ranking, several);
  return html`<section aria-labelledby="reading"><h2 id="reading">How to read the statistics</h2>
${text}</section>`;
}

function onTestFile(): Markup {
  return html`<p><strong>Differences on one test file.</strong> Every loss is trained from the same initial weights as the
baseline, once a seed, and tested on the same rows. The differences show how much depends on the seed. They don't show how
much depends on which rows are in the file: a test that takes the seeds for independent observations calls far too much
significant. So there is no interval, no p and no probability here, and ${chip("undecided")} says nothing more than that
no verdict is given. A comparison on folds, without <code>--test</code>, gives verdicts.</p>
<p>${chip("diverged")} means that training did not stay finite for at least one seed; the loss is ranked last.
${chip("reference")} rows are no losses: they are shown for comparison.</p>`;
}

function onFolds(ranking: Ranking | undefined, several: boolean): Markup {
  const rope = ranking
    ? html` (here ±${fixed(ranking.rope, decimals(ranking.rope))} ${metricName(ranking.metric)}${several ? " on the first data set" : ""})`
    : null;
  return html`<p><strong>Paired differences.</strong> Every loss is trained and tested on the same folds from the same initial
weights, and only its difference to the baseline on each fold counts. That removes what makes one fold harder than
another.</p>
<p><strong>Interval and p.</strong> Training parts of different folds overlap, so the differences are not independent
and an ordinary t-test finds too much. The corrected resampled t-test enlarges the variance by the factor
1/n + n<sub>test</sub>/n<sub>train</sub> instead of 1/n [1]. With many losses some look good by luck: Holm's
adjustment [2] keeps the chance of even one false alarm below alpha. The intervals are of each loss by itself,
without that adjustment.</p>
<p><strong>Better, same, worse.</strong> The Bayesian correlated t-test [3] gives the probability that the true
difference is practically better, inside the region of practical equivalence${rope}, or practically worse. A large p
alone never says that two losses are the same; a high P(same) does.</p>
<p><strong>Verdicts.</strong> ${chip("same")} if P(same) is at least 95 %, even where the small difference is real;
otherwise ${chip("better")} or ${chip("worse")} if p after Holm is below ${ranking?.alpha ?? "alpha"}; otherwise
${chip("undecided")}: these data can't tell, more seeds may. ${chip("diverged")} means that training did not stay finite
on at least one fold; the loss is ranked last and not tested. ${chip("reference")} rows are no losses: they are shown
for comparison, outside Holm's adjustment.</p>
${
  several
    ? html`<p><strong>Several data sets.</strong> Ranks on each data set are averaged; Friedman's test asks whether any
losses differ at all, Nemenyi's test which pairs do [4].</p>`
    : null
}
<ol class="references">
<li>C. Nadeau, Y. Bengio (2003). Inference for the generalization error. <i>Machine Learning</i> 52, 239–281.</li>
<li>S. Holm (1979). A simple sequentially rejective multiple test procedure. <i>Scandinavian Journal of Statistics</i> 6, 65–70.</li>
<li>A. Benavoli, G. Corani, J. Demšar, M. Zaffalon (2017). Time for a change: a tutorial for comparing multiple classifiers
through Bayesian analysis. <i>Journal of Machine Learning Research</i> 18(77), 1–36.</li>
<li>J. Demšar (2006). Statistical comparisons of classifiers over multiple data sets. <i>Journal of Machine Learning
Research</i> 7, 1–30.</li>
</ol>`;
}
