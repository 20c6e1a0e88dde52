import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseBanditLog } from "@minimand/lab/online";
import { afterAll, describe, expect, it } from "vitest";
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

/** Starts the service as a process, under limits of the shell's `ulimit` where there are some. */
function run(args: readonly string[], limits = ""): ChildProcess {
  const script = fileURLToPath(new URL("personalisation-service.ts", import.meta.url));
  const command = [process.execPath, "--conditions=minimand-source", script, ...args];
  const child =
    limits === ""
      ? spawn(command[0], command.slice(1))
      : spawn("sh", ["-c", `ulimit ${limits} && exec "$@"`, "sh", ...command]);
  children.push(child);
  return child;
}

/** Starts the service and waits until it listens. */
async function start(folder: string, limits = ""): Promise<{ child: ChildProcess; url: string }> {
  const child = run([folder, "0"], limits);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding("utf8").once("data", (text: string) => resolve(text.trim()));
    child.stderr?.setEncoding("utf8").once("data", (text: string) => reject(new Error(text)));
  });
  return { child, url };
}

/** Waits for the end of a start that is refused. */
async function refused(args: readonly string[]): Promise<{ code: number; stderr: string }> {
  const child = run(args);
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, "close");
  return { code, stderr };
}

const kill = async (child: ChildProcess, signal: "SIGKILL" | "SIGTERM"): Promise<void> => {
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
};

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

const post = async (url: string, body: unknown): Promise<Answer> => {
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
    await kill(first.child, "SIGKILL");

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
    await kill(second.child, "SIGTERM");
    // Stopped in good order it leaves a snapshot and an empty journal.
    expect(readdirSync(folder).filter((name) => name.startsWith("snapshot"))).toEqual(["snapshot-1.bin"]);
    expect(readFileSync(join(folder, "decisions-1.jsonl"), "utf8")).toBe("");
    const records = parseBanditLog(readFileSync(join(folder, "decisions-0.jsonl"), "utf8"));
    expect(records.filter(({ reward }) => reward === 1).length).toBe(20);
  }, 60_000);

  it("names decisions so that nobody can reward one that wasn't given to them, and keeps the names over a restart", async () => {
    const options = { folder: temporary(), dim: 2, variants: ["a", "b"] };
    const first = await createService(options);
    const choose = async ({ app }: typeof first): Promise<string> => {
      const answer = await app.request("/choose", { method: "POST", body: '{"features":[1,2]}' });
      return ((await answer.json()) as { decisionId: string }).decisionId;
    };
    const reward = async ({ app }: typeof first, decisionId: string): Promise<number> =>
      (await app.request("/reward", { method: "POST", body: JSON.stringify({ decisionId, reward: 1 }) }))
        .status;
    const ids = [await choose(first), await choose(first)];
    for (const id of ids) expect(id).toMatch(/^\d+-[a-z\d]+\.[\w-]{22}$/);
    const other = await createService({ ...options, folder: temporary() });
    // What the bandit calls them is known to whoever knows its seed.
    const known = first.store.bandit.pending().map(({ decisionId }) => decisionId);
    const [, mac] = ids[0].split(".");
    const guesses = [...known, ...known.map((id) => `${id}.`), `${known[1]}.${mac}`, `.${mac}`, mac];
    for (const guess of [...guesses, await choose(other), `${ids[0]}=`, ids[0].toLowerCase()])
      expect(await reward(first, guess), guess).toBe(404);
    await first.store.close();
    await other.store.close();
    if (process.platform !== "win32")
      expect(statSync(join(options.folder, "names.key")).mode & 0o777).toBe(0o600);
    const second = await createService(options);
    for (const id of ids) expect(await reward(second, id)).toBe(200);
    await second.store.close();
    writeFileSync(join(options.folder, "names.key"), "short");
    await expect(createService(options)).rejects.toThrow(/names\.key: expected 32 bytes, got 5; put it back/);
  });

  it("refuses in clear words, and learns nothing of what it refuses", async () => {
    const { app, store } = await createService({ folder: temporary(), dim: 2, variants: ["a", "b"] });
    const ask = async (path: string, body: string): Promise<[number, string]> => {
      const response = await app.request(path, { method: "POST", body });
      return [response.status, ((await response.json()) as { error: string }).error];
    };
    /** What is expected of bodies, and what is said that they are. */
    const cases: Record<string, Record<string, Record<string, string>>> = {
      "/choose": {
        "body: expected a JSON object with features": {
          "{": '"{"',
          null: "null",
          "[1,2]": "an array of length 2",
          '{"features":[1,NaN]}': '"{\\"features\\":[1,NaN]}"',
        },
        "features: expected an array of 2 numbers": {
          "{}": "undefined",
          '{"features":null}': "null",
          '{"features":"12"}': '"12"',
          '{"features":[1]}': "an array of length 1",
          '{"features":[1,2,3]}': "an array of length 3",
          '{"features":{"length":2,"0":1,"1":2}}': "object",
        },
        "features[1]: expected a finite number": {
          '{"features":[1,null]}': "null",
          '{"features":[1,"2"]}': '"2"',
          '{"features":[1,[2]]}': "an array of length 1",
          '{"features":[1,1e999]}': "Infinity",
        },
        "features: expected a vector of finite norm": { '{"features":[1e300,1]}': "Infinity" },
        'field: expected one of "features"': { '{"features":[1,2],"actionIds":["x"]}': '"actionIds"' },
      },
      "/reward": {
        "body: expected a JSON object with decisionId, reward": { "7": "7" },
        "decisionId: expected the name of a decision": {
          '{"reward":1}': "undefined",
          '{"decisionId":0,"reward":1}': "0",
          '{"decisionId":["x"],"reward":1}': "an array of length 1",
        },
        "reward: expected a finite number >= 0 and <= 1": {
          '{"decisionId":"x"}': "undefined",
          '{"decisionId":"x","reward":"1"}': '"1"',
          '{"decisionId":"x","reward":2}': "2",
        },
        'field: expected one of "decisionId", "reward"': { '{"decisionId":"x","reward":1,"ts":0}': '"ts"' },
      },
    };
    for (const [path, faults] of Object.entries(cases))
      for (const [expected, bodies] of Object.entries(faults))
        for (const [body, got] of Object.entries(bodies))
          expect(await ask(path, body), body).toEqual([400, `${expected}, got ${got}`]);
    const unknown = 'decisionId: expected a decision of this learner, got "x"';
    expect(await ask("/reward", '{"decisionId":"x","reward":1}')).toEqual([404, unknown]);
    const long = `{"features":[${"1,".repeat(40_000)}1]}`;
    expect(await ask("/choose", long)).toEqual([413, "body: expected at most 65536 bytes, got more"]);
    expect([store.bandit.decisions, store.pending]).toEqual([0, 0]);
    await store.close();
  });

  it("is for its own hosts and pages, and others that are named", async () => {
    const { app, store } = await createService({
      folder: temporary(),
      dim: 1,
      variants: ["a", "b"],
      hosts: ["shop.example"],
    });
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await app.request("/choose", { method: "POST", body: '{"features":[1]}', headers })).status;
    expect(await status({ host: "shop.example", origin: "https://shop.example" })).toBe(200);
    expect(await status({ host: "evil.example" })).toBe(403);
    expect(await status({ host: "localhost:8787", origin: "https://evil.example" })).toBe(403);
    expect(store.bandit.decisions).toBe(1);
    await store.close();
  });

  it("expires decisions that were never answered, and refuses their rewards", async () => {
    const folder = temporary();
    const { app, store, expireOld } = await createService({
      folder,
      dim: 1,
      variants: ["a", "b"],
      expireAfter: 0,
    });
    const answer = await app.request("/choose", { method: "POST", body: '{"features":[1]}' });
    const { decisionId } = (await answer.json()) as { decisionId: string };
    expect(await expireOld()).toBe(1);
    expect(store.bandit.pending()).toEqual([]);
    const late = await app.request("/reward", {
      method: "POST",
      body: JSON.stringify({ decisionId, reward: 1 }),
    });
    expect([late.status, await late.json()]).toEqual([
      409,
      { error: expect.stringContaining("this one is settled") },
    ]);
    await store.close();
    expect(parseBanditLog(readFileSync(join(folder, "decisions-0.jsonl"), "utf8")).length).toBe(1);
  });

  it("drops the oldest of too many decisions that wait, and tells how many", async () => {
    const { app, store } = await createService({
      folder: temporary(),
      dim: 1,
      variants: ["a", "b"],
      maxPending: 3,
    });
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const answer = await app.request("/choose", { method: "POST", body: '{"features":[1]}' });
      ids.push(((await answer.json()) as { decisionId: string }).decisionId);
    }
    const health = await (await app.request("/health")).json();
    expect(health).toMatchObject({ decisions: 5, updates: 0, pending: 3, dropped: 2 });
    const reward = async (decisionId: string): Promise<number> =>
      (await app.request("/reward", { method: "POST", body: JSON.stringify({ decisionId, reward: 1 }) }))
        .status;
    expect([await reward(ids[1]), await reward(ids[2])]).toEqual([409, 200]);
    await store.close();
  });

  it("takes nothing more when the disk is full, says so, and has all it answered after a new start", async () => {
    const folder = temporary();
    await kill((await start(folder)).child, "SIGTERM");
    const { child, url } = await start(folder, "-f 400");
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const ids: string[] = [];
    let full: Answer | null = null;
    while (full === null) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) => post(`${url}/choose`, { features: context(i) })),
      );
      for (const answer of answers)
        if (answer.status === 200) ids.push(String(answer.body.decisionId));
        else full = answer;
    }
    const error = "decisions can't be kept: the file would be larger than allowed";
    expect(full).toEqual({ status: 503, body: { error } });
    expect((await post(`${url}/reward`, { decisionId: ids[0], reward: 1 })).status).toBe(503);
    const health = await fetch(`${url}/health`);
    expect([health.status, await health.json()]).toEqual([503, expect.objectContaining({ error })]);
    const closed = once(child, "close");
    child.kill("SIGTERM");
    const [code] = await closed;
    expect([code, stderr]).toEqual([1, `${error}\n${error}\n`]);

    const again = await start(folder);
    const rewards = await Promise.all(
      ids.map((decisionId) => post(`${again.url}/reward`, { decisionId, reward: 1 })),
    );
    expect(rewards.every(({ status }) => status === 200)).toBe(true);
    await kill(again.child, "SIGTERM");
  });

  it("serves again after more connections than it may have files", async () => {
    const { child, url } = await start(temporary(), "-n 60");
    const sockets = Array.from({ length: 200 }, () =>
      connect(Number(new URL(url).port), "127.0.0.1").on("error", () => {}),
    );
    await Promise.all(
      sockets.map((socket) => Promise.race([once(socket, "connect"), once(socket, "close")])),
    );
    for (const socket of sockets) socket.destroy();
    // The service may still have to see that they are gone.
    const answer = async (): Promise<number> =>
      post(`${url}/choose`, { features: context(1) }).then(
        ({ status }) => status,
        () => answer(),
      );
    expect(await answer()).toBe(200);
    await kill(child, "SIGTERM");
  });

  it("leaves a folder to the process that has it, and takes it over from one that was killed", async () => {
    const folder = temporary();
    const first = await start(folder);
    const { body } = await post(`${first.url}/choose`, { features: context(1) });
    const second = await refused([folder, "0"]);
    expect(second).toEqual({
      code: 2,
      stderr: `personalisation-service: ${folder}: expected a folder that no other process uses, got one that process ${first.child.pid} uses\n`,
    });
    // The first one never noticed.
    expect((await post(`${first.url}/choose`, { features: context(2) })).status).toBe(200);
    await kill(first.child, "SIGKILL");
    const third = await start(folder);
    const reward = await post(`${third.url}/reward`, { decisionId: body.decisionId, reward: 1 });
    expect(reward.status).toBe(200);
    await kill(third.child, "SIGTERM");
  });

  it("ends in one line on a folder that two processes wrote into", async () => {
    const folder = temporary();
    const { child, url } = await start(folder);
    await post(`${url}/choose`, { features: context(1) });
    await kill(child, "SIGKILL");
    const journal = join(folder, "decisions-0.jsonl");
    appendFileSync(journal, readFileSync(journal));
    const { code, stderr } = await refused([folder, "0"]);
    expect(code).toBe(2);
    expect(stderr.startsWith(`personalisation-service: ${journal}:2: expected the decision 1-`)).toBe(true);
    expect(stderr).toMatch(/^[^\n]*; put the folder back from a copy, or keep the 1 lines before [^\n]*\n$/);
    writeFileSync(join(folder, "snapshot-0.bin"), "x");
    expect(await refused([folder, "0"])).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^personalisation-service: \S+snapshot-0\.bin: snapshot: [^\n]*\n$/),
    });
  });

  it("refuses to start in one line where a setting, the folder or the port can't be", async () => {
    const [folder, { url }] = [temporary(), await start(temporary())];
    await kill((await start(folder)).child, "SIGTERM");
    const { port } = new URL(url);
    const cases: [args: string[], stderr: string | RegExp][] = [
      [[folder, "0", "3"], `${folder}: expected a bandit of 3 numbers and 5 variants, got another one`],
      [[folder, "0", "4", "6"], `${folder}: expected a bandit of 4 numbers and 6 variants, got another one`],
      [[folder, "x"], "port: expected an integer >= 0 and <= 65535, got NaN"],
      [[folder, port], `127.0.0.1:${port}: another program listens there`],
      [[folder, "0", "0"], "dim: expected an integer >= 1, got 0"],
      [[folder, "0", "4", "many"], "variants: expected an integer >= 1 and <= 1000, got NaN"],
      [[folder, "0", "--max-pending", "0"], "maxPending: expected an integer >= 1, got 0"],
      [[folder, "0", "--host", "http://x"], /^hosts: expected names of hosts/],
      [[folder, "0", "--hosts", "x"], /^Unknown option '--hosts'/],
      [["/proc/x/y", "0"], "/proc/x: no such file or folder"],
      [["/dev/null/x", "0"], /^\/dev\/null\/x: a part of the path is a file/],
    ];
    for (const [args, expected] of cases) {
      const { code, stderr } = await refused(args);
      expect(code, stderr).toBe(2);
      const [, message] = /^personalisation-service: (.*)\n$/.exec(stderr) ?? [];
      if (typeof expected === "string") expect(message).toBe(expected);
      else expect(message, stderr).toMatch(expected);
    }
  });
});
