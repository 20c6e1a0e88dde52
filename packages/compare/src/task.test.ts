import { metricById } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import { candidateById, references } from "./plan/candidates.ts";
import type { Task } from "./results.ts";
import { givesNumbers, outputsFor, traitsOf } from "./task.ts";

const tasks = Object.keys(traitsOf) as Task[];

describe("what tasks differ in", () => {
  it.each(tasks)("names metrics, losses and a reference that there are for the task %s", (task) => {
    const { metric, metrics, baseline, always, constant, watched } = traitsOf[task];
    expect(metrics).toContain(metric);
    for (const id of [...metrics, ...watched]) expect(metricById(id).id).toBe(id);
    expect(watched.filter((id) => !metrics.includes(id))).toEqual([]);
    for (const id of [baseline, ...always]) expect(candidateById(id, task).id).toBe(id);
    expect(references[constant].id).not.toBe("");
  });

  it("gives networks one output a class, but where they give a number", () => {
    expect(tasks.map((task) => outputsFor(task, 3))).toEqual([3, 3, 1, 1]);
    expect(tasks.filter(givesNumbers)).toEqual(["regression", "preference"]);
  });
});
