import type { DatasetReport } from "../../results.ts";
import type { Child } from "../page/markup.ts";
import { html } from "../page/markup.ts";

/** Writes the section on what is known of flipped preferences, and how predictions of pairs are judged. */
export function preferenceSection({ preference }: DatasetReport): Child {
  if (preference === undefined) return null;
  const [flips, ...others] = preference.sentences;
  return html`<h3>Flipped preferences</h3>
<p><strong>${flips}</strong> ${others.join(" ")}</p>
<p class="muted">A loss gives every response a reward; h is the reward of the chosen response minus that of the other. The losses differ
mostly in the scale of h, so each is judged at its own temperature T, the best on its validation pairs: the log loss is that of
e + (1 − 2e) σ(h / T), with the flip rate e of the fold. The two responses of a pair take turns in being the first.</p>`;
}
