import { type ChildProcess, spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { linUcb, neuFastCb, parseBanditLog } from "minimand";
import { afterAll, describe, expect, it } from "vitest";
import { openStore } from "./decision-store.ts";
import { createService } from "./personalisation-service.ts";

const folders: string[] = [];
const temporary = (): string => {
  folders.push(mkdtempSync(join(tmpdir(), "minimand-service-")));
  return folders.at(-1) ?? "";
};
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Starts the service as a process and waits until it listens. */
async function start(folder: string): Promise<{ child: ChildProcess; url: string }> {
  const script = fileURLToPath(new URL("personalisation-service.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=minimand-source", script, folder, "0"]);
  children.push(child);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding("utf8").once("data", (text: string) => resolve(text.trim()));
    child.stderr?.setEncoding("utf8").once("data", (text: string) => reject(new Error(text)));
  });
  return { child, url };
}

const post = async (
  url: string,
  body: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const context = (i: number): number[] => [Math.sin(i), Math.cos(i), Math.sin(2 * i), 1];

describe("the service", () => {
  it("after kill -9 and a restart counts every waiting reward exactly once", async () => {
    const folder = temporary();
    const first = await start(folder);
    const decisions = await Promise.all(
      Array.from({ length: 60 }, (_, i) => post(`${first.url}/choose`, { features: context(i) })),
    );
    const ids = decisions.map(({ body }) => String(body.decisionId));
    for (const decisionId of ids.slice(0, 20))
      expect((await post(`${first.url}/reward`, { decisionId, reward: 1 })).status).toBe(200);
    first.child.kill("SIGKILL");
    await new Promise((resolve) => first.child.once("exit", resolve));

    const second = await start(folder);
    const health = await (await fetch(`${second.url}/health`)).json();
    expect(health).toMatchObject({ decisions: 60, updates: 20, pending: 40 });
    const answers = await Promise.all(
      ids.map((decisionId) => post(`${second.url}/reward`, { decisionId, reward: 0 })),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBe(40);
    expect(answers.slice(0, 20).every(({ status }) => status === 409)).toBe(true);
    const again = await post(`${second.url}/reward`, { decisionId: ids[50], reward: 0 });
    expect(again).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining("this one is settled") },
    });
    const after = await (await fetch(`${second.url}/health`)).json();
    expect(after).toMatchObject({ decisions: 60, updates: 60, pending: 0 });
    second.child.kill("SIGTERM");
    await new Promise((resolve) => second.child.once("exit", resolve));
    // Stopped in good order it leaves a snapshot and an empty journal.
    expect(readdirSync(folder).filter((name) => name.startsWith("snapshot"))).toEqual(["snapshot-1.bin"]);
    expect(readFileSync(join(folder, "decisions-1.jsonl"), "utf8")).toBe("");
    const records = parseBanditLog(readFileSync(join(folder, "decisions-0.jsonl"), "utf8"));
    expect(records.filter(({ reward }) => reward === 1).length).toBe(20);
  }, 60_000);

  it("refuses in clear words", async () => {
    const { app, close } = await createService({ folder: temporary(), dim: 2, variants: ["a", "b"] });
    const ask = async (path: string, body: string): Promise<[number, string]> => {
      const response = await app.request(path, { method: "POST", body });
      return [response.status, ((await response.json()) as { error: string }).error];
    };
    expect(await ask("/choose", '{"features":[1]}')).toEqual([
      400,
      "features: expected 2 numbers, got an array of length 1",
    ]);
    expect((await ask("/choose", "{"))[0]).toBe(400);
    expect((await ask("/choose", "null"))[0]).toBe(400);
    expect((await ask("/reward", '{"decisionId":"x","reward":1}'))[0]).toBe(404);
    await close();
  });

  it("expires decisions that were never answered", async () => {
    const folder = temporary();
    const { app, store, expireOld, close } = await createService({
      folder,
      dim: 1,
      variants: ["a", "b"],
      expireAfter: 0,
    });
    await app.request("/choose", { method: "POST", body: '{"features":[1]}' });
    expect(await expireOld()).toBe(1);
    expect(store.bandit.pending()).toEqual([]);
    await close();
    expect(parseBanditLog(readFileSync(join(folder, "decisions-0.jsonl"), "utf8")).length).toBe(1);
  });
});

describe("the store", () => {
  const create = () => neuFastCb({ dim: 2, arms: 3, hidden: [6], replay: { capacity: 50, batch: 4 } });

  it("goes on from snapshots and journals as if nothing had happened", async () => {
    const [kept, whole] = [temporary(), create()];
    const waiting: string[] = [];
    for (let run = 0; run < 4; run++) {
      const store = await openStore({ folder: kept, create, snapshotEvery: 7 });
      expect(store.bandit.snapshot()).toEqual(whole.snapshot());
      for (let i = 0; i < 10; i++) {
        const features = [Math.sin(i + run), Math.cos(3 * i)];
        const decision = await store.choose({ features });
        expect(decision).toEqual(whole.choose({ features }));
        waiting.push(decision.decisionId);
        if (i % 3 !== 2) continue;
        const [answered] = waiting.splice(0, 1);
        await store.reward(answered, 0.25 * (i % 4));
        whole.update(answered, 0.25 * (i % 4));
      }
      // As if the process had ended: the files are left as they are.
      if (run % 2 === 0) await store.close();
    }
    expect(whole.pending().length).toBe(28);
  });

  it("cuts off an unfinished last line, and refuses a journal that doesn't fit", async () => {
    const folder = temporary();
    const store = await openStore({ folder, create, snapshotEvery: 100 });
    const { decisionId } = await store.choose({ features: [1, 0] });
    const journal = join(folder, "decisions-0.jsonl");
    appendFileSync(journal, '{"decisionId":"1-x","feat');
    const again = await openStore({ folder, create, snapshotEvery: 100 });
    expect(again.bandit.pending().map((p) => p.decisionId)).toEqual([decisionId]);
    await again.reward(decisionId, 1);
    expect(readFileSync(journal, "utf8").trim().split("\n").length).toBe(2);
    writeFileSync(join(folder, "snapshot-0.bin"), linUcb({ dim: 2, arms: 3, seed: 5 }).snapshot());
    await expect(openStore({ folder, create, snapshotEvery: 100 })).rejects.toThrow(
      /decisions-0\.jsonl:1: expected the decision/,
    );
  });

  it("keeps all it needs when it ends while a snapshot is written", async () => {
    const folder = temporary();
    const store = await openStore({ folder, create, snapshotEvery: 3 });
    for (let i = 0; i < 8; i++) await store.choose({ features: [i, 1] });
    await store.close();
    const [newest] = readdirSync(folder).filter((name) => name.startsWith("snapshot"));
    expect(existsSync(join(folder, "decisions-0.jsonl"))).toBe(true);
    const expected = (await openStore({ folder, create, snapshotEvery: 3 })).bandit.snapshot();
    // Without the newest snapshots, the first one and all journals must do.
    rmSync(join(folder, newest));
    writeFileSync(join(folder, "snapshot-0.bin"), create().snapshot());
    writeFileSync(join(folder, `${newest}.partial`), "half");
    expect((await openStore({ folder, create, snapshotEvery: 3 })).bandit.snapshot()).toEqual(expected);
  });
});
