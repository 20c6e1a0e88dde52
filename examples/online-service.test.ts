import { ballDomain, ogd, optimisticOmd } from "@minimand/lab/online";
import { expect, it } from "vitest";
import { mailsInRuns, main, serveAll } from "./online-service.ts";

it("a filter that learns while it serves files most mail rightly, with late answers too", async () => {
  const lines: string[] = [];
  await main((line) => lines.push(line));
  expect(lines).toHaveLength(6);
  const share = (line: string): number => Number(/([\d.]+) % filed wrongly/.exec(line)?.[1]);
  for (const line of lines) expect(share(line)).toBeLessThan(20);
});

it("what waits for an answer stays bounded although some never come", async () => {
  const mails = (await mailsInRuns(100)).slice(0, 1000);
  const make = () => ogd({ domain: ballDomain(mails[0].x.length, 10), G: 1 });
  // All of the last 10, and a fourth of the 90 before.
  expect(serveAll(make, mails, { delay: 10, oneSilentOf: 4 }).mostOpen).toBeLessThanOrEqual(10 + 90 / 4 + 2);
  // Answers that come after a mail was given up are none.
  expect(serveAll(make, mails, { delay: 200 })).toEqual(serveAll(make, mails, { delay: 999 }));
});

it("refuses what are no mails, runs and delays, and names them", async () => {
  const good = { x: Float64Array.of(1, 0), label: 1 };
  const run = (mail: object, delay = 0) =>
    serveAll(() => ogd({ domain: ballDomain(2, 1), G: 1 }), [good, mail as typeof good], { delay });
  expect(() => run(good, -1)).toThrow("delay: expected an integer >= 0, got -1");
  expect(() => run(good, Number.NaN)).toThrow("delay: expected an integer >= 0, got NaN");
  expect(() => run({ ...good, label: 0 })).toThrow("mails[1].label: expected 1 or -1, got 0");
  expect(() => run({ ...good, label: "1" })).toThrow('mails[1].label: expected 1 or -1, got "1"');
  expect(() => run({ ...good, x: [1] })).toThrow("mails[1].x: expected 2 numbers, got an array of length 1");
  expect(() => run({ ...good, x: Float64Array.of(1, Number.NaN) })).toThrow(
    "mails[1].x[1]: expected a finite number, got NaN",
  );
  const none = () => serveAll(() => ogd({ domain: ballDomain(2, 1), G: 1 }), [], { delay: 0 });
  expect(none).toThrow("mails: expected at least one, got an array of length 0");
  await expect(mailsInRuns(0)).rejects.toThrow("run: expected an integer >= 1, got 0");
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
  expect(serveAll(make, mails, { delay: 0 }).wrong).toBe(wrong / mails.length);
});
