import { styleText } from "node:util";
import { plural } from "@minimand/compare/messages";
import type { Outcome, PaperCard } from "@minimand/papers";
import { heldText, practiceOf, ruleChangeText, ruleHeading } from "@minimand/papers/cards";
import { printable } from "../../printable.ts";
import { duration } from "../../run/progress.ts";
import { wrapText } from "../../terminal/text-width.ts";

/** All of a paper, as a text of a width. */
export function paperText(card: PaperCard, outcome: Outcome | null, width: number): string {
  const { slug, title, arxiv, date, claim, rule, ruleLog, pieces, data } = card;
  const practice = practiceOf(slug);
  const heading = ruleHeading(ruleLog);
  const parts: [string, ...string[]][] = [
    ["claim", claim],
    [heading[0].toLowerCase() + heading.slice(1), rule],
    outcomePart(outcome),
    ...(practice === null ? [] : [["in practice", practice] satisfies [string, string]]),
    [
      "log of the rule",
      ...ruleLog.map((change) =>
        [change.date, change.commit, ruleChangeText(change)].filter((part) => part !== null).join(" "),
      ),
    ],
    ["what you can use", pieces.join(", ")],
    ["data", data.length === 0 ? "none" : data.join(", ")],
    ["run it", `npx minimand reproduce ${slug}`],
  ];
  const lines = (text: string, indent = ""): string[] =>
    wrapText(printable(text), width - indent.length).map((line) => indent + line);
  return [
    ...lines(title),
    ...lines(`arXiv ${arxiv}, ${date}`),
    ...parts.flatMap(([head, ...texts]) => [
      "",
      ...lines(head).map((line) => styleText("bold", line)),
      ...texts.flatMap((text) => lines(text, "    ")),
    ]),
  ].join("\n");
}

function outcomePart(outcome: Outcome | null): [string, ...string[]] {
  if (outcome === null) return ["outcome", "not measured yet"];
  const { verdict, because, scale, seeds, seconds } = outcome;
  const run = [
    ...(scale === "default" ? [] : [`scale ${scale}`]),
    plural(seeds, "seed"),
    duration(1000 * seconds),
  ];
  const found = heldText(outcome);
  return [`outcome: ${verdict} (${run.join(", ")})`, ...(found === "" ? [] : [found]), because];
}
