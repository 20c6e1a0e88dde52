import { ballDomain, optimisticOmd } from "minimand";
import { expect, it } from "vitest";
import { mailsInRuns, main, serveAll } from "./online-service.ts";

it("a filter that learns while it serves files most mail rightly, with late answers too", async () => {
  const lines: string[] = [];
  await main((line) => lines.push(line));
  expect(lines).toHaveLength(4);
  const share = (line: string): number => Number(/([\d.]+) % filed wrongly$/.exec(line)?.[1]);
  for (const line of lines) expect(share(line)).toBeLessThan(20);
});

it("stopping in the middle changes nothing", async () => {
  const mails = (await mailsInRuns(50)).slice(0, 400);
  const make = () => optimisticOmd({ domain: ballDomain(mails[0].x.length, 10), G: 1 });
  const learner = make();
  let wrong = 0;
  for (const { x, label } of mails) {
    const w = learner.predict();
    const score = w.reduce((sum, value, i) => sum + value * x[i], 0);
    if (label * score <= 0) wrong++;
    learner.update(x.map((value) => (-label / (1 + Math.exp(label * score))) * value));
  }
  expect(serveAll(make, mails, 0)).toBe(wrong / mails.length);
});
