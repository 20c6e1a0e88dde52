import { spawn } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linUcb, neuFastCb } from "@minimand/lab/online";
import { afterAll, describe, expect, it, vi } from "vitest";
import { openStore } from "./decision-store.ts";

const folders: string[] = [];
const temporary = (): string => {
  folders.push(mkdtempSync(join(tmpdir(), "minimand-store-")));
  return folders.at(-1) ?? "";
};
/** What a folder holds now, as if the process that uses it had ended. */
const afterTheEnd = (folder: string): string => {
  const copy = temporary();
  cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith("-lock") });
  return copy;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe("the store", () => {
  const maxPending = 1000;
  const create = () => neuFastCb({ dim: 2, arms: 3, hidden: [6], replay: { capacity: 50, batch: 4 } });

  it("refuses links in the folder, and leaves alone what is behind them", async () => {
    const victim = join(temporary(), "token");
    writeFileSync(victim, "without a line end");
    const open = (folder: string) => openStore({ folder, create, snapshotEvery: 7, maxPending });
    for (const name of ["decisions-0.jsonl", "snapshot-0.bin", "names.key"])
      for (const link of [symlinkSync, linkSync]) {
        const folder = temporary();
        link(victim, join(folder, name));
        await expect(open(folder), `${link.name} ${name}`).rejects.toThrow(
          "expected a regular file with one name, got another; take it away",
        );
      }
    const folder = join(temporary(), "store");
    symlinkSync(temporary(), folder);
    await expect(open(folder)).rejects.toThrow(`${folder}: expected a folder, got a link`);
    const halfWritten = temporary();
    symlinkSync(victim, join(halfWritten, "snapshot-0.bin.partial"));
    await (await open(halfWritten)).close();
    expect(readFileSync(victim, "utf8")).toBe("without a line end");
  });

  it("refuses a folder in place of a file", async () => {
    for (const name of ["snapshot-0.bin", "snapshot-0.bin.partial", "names.key.partial"]) {
      const folder = temporary();
      mkdirSync(join(folder, name));
      const opened = openStore({ folder, create, snapshotEvery: 7, maxPending });
      await expect(opened, name).rejects.toThrow(/^\S+: expected a (regular )?file.*got .*; take it away$/);
      await expect(opened, name).rejects.toThrow(RangeError);
    }
  });

  it("goes on from snapshots and journals as if nothing had happened", async () => {
    const whole = create();
    let kept = temporary();
    const waiting: string[] = [];
    for (let run = 0; run < 4; run++) {
      const store = await openStore({ folder: kept, create, snapshotEvery: 7, maxPending });
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
      if (run % 2 === 0) await store.close();
      else kept = afterTheEnd(kept);
    }
    expect(whole.pending().length).toBe(28);
  });

  it("cuts off an unfinished last line", async () => {
    const folder = temporary();
    const store = await openStore({ folder, create, snapshotEvery: 100, maxPending });
    const { decisionId } = await store.choose({ features: [1, 0] });
    const left = afterTheEnd(folder);
    const journal = join(left, "decisions-0.jsonl");
    appendFileSync(journal, '{"decisionId":"1-x","feat');
    const again = await openStore({ folder: left, create, snapshotEvery: 100, maxPending });
    expect(again.bandit.pending().map((p) => p.decisionId)).toEqual([decisionId]);
    await again.reward(decisionId, 1);
    expect(readFileSync(journal, "utf8").trim().split("\n").length).toBe(2);
  });

  it("names file and line of what doesn't fit, and what can be done", async () => {
    const whole = temporary();
    const store = await openStore({ folder: whole, create, snapshotEvery: 4, maxPending });
    for (let i = 0; i < 6; i++) await store.choose({ features: [i, 1] });
    await store.close();
    const expected = store.bandit.snapshot();
    const open = (folder: string) => openStore({ folder, create, snapshotEvery: 4, maxPending });
    const damage = async (change: (at: (name: string) => string) => void): Promise<string> => {
      const folder = temporary();
      cpSync(whole, folder, { recursive: true });
      // As if it had ended before the last snapshots: the journals tell everything.
      for (const name of ["snapshot-1.bin", "snapshot-2.bin"]) rmSync(join(folder, name), { force: true });
      expect((await open(afterTheEnd(folder))).bandit.snapshot()).toEqual(expected);
      change((name) => join(folder, name));
      const error = await open(folder).catch((found: unknown) => found);
      expect(error).toBeInstanceOf(RangeError);
      return (error as Error).message.replaceAll(`${folder}/`, "");
    };
    const lines = (path: string, change: (lines: string[]) => string[]): void => {
      writeFileSync(path, change(readFileSync(path, "utf8").split("\n")).join("\n"));
    };
    const hint = (kept: number): string =>
      `; put the folder back from a copy, or keep the ${kept} lines before this one and take away all newer files: what follows is lost then`;

    const twice = await damage((at) =>
      lines(at("decisions-0.jsonl"), ([first, ...rest]) => [first, first, ...rest]),
    );
    expect(twice).toMatch(
      /^decisions-0\.jsonl:2: expected the decision 1-\w+ for arm \d, got 0-\w+ for arm \d; put the folder back/,
    );
    expect(twice.endsWith(hint(1))).toBe(true);
    expect(
      await damage((at) => lines(at("decisions-0.jsonl"), ([first, , ...rest]) => [first, "\0\0", ...rest])),
    ).toBe(`decisions-0.jsonl:2: expected a JSON object, got "\\u0000\\u0000"${hint(1)}`);
    expect(await damage((at) => lines(at("decisions-0.jsonl"), (all) => ["null", ...all]))).toBe(
      `decisions-0.jsonl:1: expected a JSON object, got "null"${hint(0)}`,
    );
    expect(
      await damage((at) => appendFileSync(at("decisions-1.jsonl"), '{"decisionId":"9-x","reward":1}\n')),
    ).toBe(`decisions-1.jsonl:3: decisionId: expected a decision of this learner, got "9-x"${hint(2)}`);
    expect(await damage((at) => appendFileSync(at("decisions-0.jsonl"), '{"decis'))).toBe(
      `decisions-0.jsonl:5: expected a whole line, got a part of one${hint(4)}`,
    );
    expect(await damage((at) => rmSync(at("decisions-0.jsonl")))).toBe(
      "decisions-0.jsonl: expected a journal before decisions-1.jsonl, got none; put it back from a copy",
    );
    const snapshot = await damage((at) =>
      writeFileSync(at("snapshot-0.bin"), create().snapshot().fill(1, 100, 104)),
    );
    expect(snapshot).toMatch(
      /^snapshot-0\.bin: snapshot: expected bytes that are as they were written, got \w+\(\d+\); put it back from a copy/,
    );
    expect(await damage((at) => writeFileSync(at("snapshot-0.bin"), ""))).toMatch(
      /^snapshot-0\.bin: snapshot: expected/,
    );
    expect(
      await damage((at) =>
        writeFileSync(at("snapshot-0.bin"), linUcb({ dim: 2, arms: 3, seed: 5 }).snapshot()),
      ),
    ).toMatch(/^decisions-0\.jsonl:1: expected the decision/);
  });

  it("has the same bandit without any snapshot where all journals are there", async () => {
    const folder = temporary();
    const store = await openStore({ folder, create, snapshotEvery: 4, maxPending });
    for (let i = 0; i < 10; i++) await store.choose({ features: [i, 1] });
    await store.close();
    for (const name of readdirSync(folder)) if (name.startsWith("snapshot")) rmSync(join(folder, name));
    const again = await openStore({ folder, create, snapshotEvery: 4, maxPending });
    expect(again.bandit.snapshot()).toEqual(store.bandit.snapshot());
  });

  it("drops the oldest of too many that wait, and a new start gives the same bandit", async () => {
    const folder = temporary();
    const store = await openStore({ folder, create, snapshotEvery: 1000, maxPending: 4 });
    const ids: string[] = [];
    for (let i = 0; i < 10; i++) {
      const { decisionId } = await store.choose({ features: [i, 1] });
      ids.push(decisionId);
      // Answers come for some in between.
      if (i === 6) await store.reward(ids[4], 1);
    }
    expect([store.pending, store.dropped]).toEqual([4, 5]);
    expect(store.bandit.pending().map((p) => p.decisionId)).toEqual(ids.slice(6));
    const again = await openStore({
      folder: afterTheEnd(folder),
      create,
      snapshotEvery: 1000,
      maxPending: 4,
    });
    expect(again.bandit.snapshot()).toEqual(store.bandit.snapshot());
    expect([again.pending, again.dropped]).toEqual([4, 0]);
    const fewer = await openStore({
      folder: afterTheEnd(folder),
      create,
      snapshotEvery: 1000,
      maxPending: 1,
    });
    expect([fewer.pending, fewer.dropped]).toEqual([1, 3]);
    expect(fewer.bandit.pending().map((p) => p.decisionId)).toEqual(ids.slice(9));
  });

  it("expires all that have waited long enough, while others are answered", async () => {
    const store = await openStore({ folder: temporary(), create, snapshotEvery: 1e6, maxPending: 1e6 });
    const all = await Promise.all(Array.from({ length: 2500 }, (_, i) => store.choose({ features: [i, 1] })));
    expect(await store.expire(1e6)).toBe(0);
    const expired = store.expire(0);
    // The last ones wait for their turn to expire, and have a reward before that.
    const answered = await Promise.all(all.slice(-10).map(({ decisionId }) => store.reward(decisionId, 1)));
    expect([await expired, answered.length, store.pending]).toEqual([2490, 10, 0]);
  });

  it("says that a reward is settled only when it is on the disk", async () => {
    const folder = temporary();
    const store = await openStore({ folder, create, snapshotEvery: 100, maxPending });
    const { decisionId } = await store.choose({ features: [1, 0] });
    const order: string[] = [];
    await Promise.allSettled([
      store.reward(decisionId, 1).then(() => order.push("learned")),
      store.reward(decisionId, 1).catch(() => order.push("settled")),
    ]);
    expect(order).toEqual(["learned", "settled"]);
  });

  it("begins new journals although there is always somebody who waits", async () => {
    const folder = temporary();
    const store = await openStore({ folder, create, snapshotEvery: 10, maxPending });
    let made = 0;
    const visitor = async (): Promise<void> => {
      while (made < 200) await store.choose({ features: [made++, 1] });
    };
    // Those who come later ask while the lines of the others are written.
    await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        for (let turn = 0; turn < i; turn++) await new Promise((resolve) => setImmediate(resolve));
        await visitor();
      }),
    );
    const journals = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
    expect(journals.length).toBeGreaterThan(5);
    const again = await openStore({ folder: afterTheEnd(folder), create, snapshotEvery: 10, maxPending });
    expect(again.bandit.snapshot()).toEqual(store.bandit.snapshot());
  });

  it.each(["decisions-1.jsonl", "snapshot-1.bin.partial"])(
    "goes on where %s can't be written",
    async (name) => {
      const written = vi.spyOn(console, "error").mockImplementation(() => {});
      const folder = temporary();
      const store = await openStore({ folder, create, snapshotEvery: 5, maxPending });
      mkdirSync(join(folder, name));
      for (let i = 0; i < 7; i++) await store.choose({ features: [i, 1] });
      expect(written.mock.calls[0][0]).toMatch(/^no snapshot: .*: is a folder|^no snapshot: .*: exists/);
      written.mockRestore();
      rmSync(join(folder, name), { recursive: true });
      const again = await openStore({ folder: afterTheEnd(folder), create, snapshotEvery: 5, maxPending });
      expect(again.bandit.snapshot()).toEqual(store.bandit.snapshot());
      await store.close();
      const closed = await openStore({ folder, create, snapshotEvery: 5, maxPending });
      expect(closed.bandit.snapshot()).toEqual(store.bandit.snapshot());
    },
  );

  it("loses nothing when it is killed while it writes snapshots", async () => {
    const folder = temporary();
    const answered: string[] = [];
    for (let round = 0; round < 4; round++) {
      const child = spawn(process.execPath, ["--conditions=minimand-source", "--input-type=module"], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      // Every third line is followed by a snapshot of some 100 kB.
      child.stdin.end(`
        import { openStore } from ${JSON.stringify(new URL("decision-store.ts", import.meta.url).href)};
        import { neuFastCb } from "@minimand/lab/online";
        const create = () => neuFastCb({ dim: 2, arms: 3 });
        const store = await openStore({ folder: ${JSON.stringify(folder)}, create, snapshotEvery: 3, maxPending: 1e6 });
        for (let i = 0; ; i++) console.log((await store.choose({ features: [i, 1] })).decisionId);
      `);
      let text = "";
      await new Promise<void>((resolve) => {
        child.stdout.setEncoding("utf8").on("data", (part: string) => {
          text += part;
          if (text.split("\n").length > 50) child.kill("SIGKILL");
        });
        child.once("close", () => resolve());
      });
      answered.push(...text.split("\n").slice(0, -1));
    }
    const store = await openStore({
      folder,
      snapshotEvery: 3,
      maxPending: 1e6,
      create: () => neuFastCb({ dim: 2, arms: 3 }),
    });
    const pending = new Set(store.bandit.pending().map((p) => p.decisionId));
    expect(answered.length).toBeGreaterThan(190);
    expect(answered.filter((id) => !pending.has(id))).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
    await store.close();
  });

  it("keeps all it needs when it ends while a snapshot is written", async () => {
    const folder = temporary();
    const store = await openStore({ folder, create, snapshotEvery: 3, maxPending });
    for (let i = 0; i < 8; i++) await store.choose({ features: [i, 1] });
    await store.close();
    const [newest] = readdirSync(folder).filter((name) => name.startsWith("snapshot"));
    expect(existsSync(join(folder, "decisions-0.jsonl"))).toBe(true);
    // Without the newest snapshots, the first one and all journals must do.
    rmSync(join(folder, newest));
    writeFileSync(join(folder, "snapshot-0.bin"), create().snapshot());
    writeFileSync(join(folder, `${newest}.partial`), "half");
    const again = await openStore({ folder, create, snapshotEvery: 3, maxPending });
    expect(again.bandit.snapshot()).toEqual(store.bandit.snapshot());
    expect(existsSync(join(folder, `${newest}.partial`))).toBe(false);
  });
});
