import { describe, expect, it } from "vitest";
import { digestLetter } from "./digest-mail.ts";
import type { News } from "./news.ts";

const lion: News = {
  kind: "paper",
  slug: "lion",
  title: "Symbolic Discovery of Optimization Algorithms",
  arxiv: "2302.06675",
  before: null,
  verdict: "partly reproduced",
  held: "Lion is as good as AdamW on 2 of 3 tasks.",
  notHeld: "Lion is worse on the third.",
};
const zLoss: News = {
  ...lion,
  kind: "verdict",
  slug: "z-loss",
  title: "The Z-loss",
  before: "not reproduced",
  verdict: "reproduced",
  held: "The Z-loss is faster.",
  notHeld: null,
};
const digest = {
  rhythm: "weekly" as const,
  url: "https://example.org/m/",
  unsubscribe: "https://example.org/m/unsubscribe?token=a.b",
};

describe("digestLetter", () => {
  it("lists new papers and new verdicts, as text and as HTML", () => {
    const { subject, text, html } = digestLetter({ ...digest, news: [zLoss, lion] });
    expect(subject).toBe("Minimand: 1 new paper, 1 new verdict");
    expect(text).toBe(`New papers

* Symbolic Discovery of Optimization Algorithms
  Partly reproduced. Held: Lion is as good as AdamW on 2 of 3 tasks. Not held: Lion is worse on the third.
  https://example.org/m/papers/lion.html

New verdicts

* The Z-loss
  Reproduced (previously not reproduced). Held: The Z-loss is faster.
  https://example.org/m/papers/z-loss.html

-- 
You get this mail at most once a week, and only when there is something new.
All papers: https://example.org/m/papers/
Unsubscribe: https://example.org/m/unsubscribe?token=a.b
`);
    for (const part of [
      'href="https://example.org/m/papers/lion.html"',
      "Reproduced (previously not reproduced)",
      digest.unsubscribe,
    ])
      expect(html).toContain(part);
    expect(html).not.toMatch(/<(img|script|link|iframe)|url\(/);
  });

  it("says what isn't measured, and leaves out what there is none of", () => {
    const news = [lion, { ...lion, slug: "b" }].map((one) => ({
      ...one,
      verdict: null,
      held: null,
      notHeld: null,
    }));
    const { subject, text } = digestLetter({ ...digest, rhythm: "daily", news });
    expect(subject).toBe("Minimand: 2 new papers");
    expect(text).toContain("  Not measured yet.\n");
    expect(text).not.toContain("New verdicts");
    expect(text).toContain("at most once a day");
  });

  it("escapes what a title holds", () => {
    const { html } = digestLetter({ ...digest, news: [{ ...lion, title: `<script>"&` }] });
    expect(html).toContain("&lt;script&gt;&quot;&amp;");
  });
});
