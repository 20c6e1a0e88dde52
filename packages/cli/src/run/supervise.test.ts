import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, test } from "vitest";

const fixture = fileURLToPath(new URL("./supervise.fixture.ts", import.meta.url));

/** Runs a command of the fixture, with signals to the supervisor alone once the command works. */
async function run(kind: string, signals: readonly NodeJS.Signals[] = [], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [fixture, kind], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...env },
  });
  const said = text(child.stderr);
  const works = new Promise<void>((resolve) => {
    child.stderr.on("data", (chunk: Buffer) => {
      if (chunk.includes("works")) resolve();
    });
  });
  const ended = once(child, "exit");
  if (signals.length > 0) await works;
  for (const signal of signals) {
    child.kill(signal);
    await setTimeout(20);
    // As `timeout` and npm do.
    child.kill(signal);
    await setTimeout(500);
  }
  const [code, signal] = await ended;
  const [first, ...lines] = (await said).trimEnd().split("\n");
  const [pid, ...terminal] = first.split(" ");
  return { code, signal, lines, pid: Number(pid), terminal: terminal.join(" ") };
}

// On a machine with other work the two of a doubled signal may arrive further apart than the supervisor takes for one.
describe.concurrent("a supervised command", { retry: 2 }, () => {
  test("ends with its own exit code", async ({ expect }) => {
    expect(await run("code")).toMatchObject({ code: 7, terminal: "no terminal" });
  });

  test.skipIf(process.platform !== "linux")("has the terminal of its supervisor", async ({ expect }) => {
    const on = async (kind: string): Promise<string[]> => {
      const within = `stty cols 99; "${process.execPath}" "${fixture}" ${kind}`;
      const child = spawn("script", ["-qec", within, "/dev/null"], { stdio: ["ignore", "pipe", "inherit"] });
      return (await text(child.stdout)).split("\r\n");
    };
    expect(await on("code")).toEqual([expect.stringMatching(/^\d+ 99 columns$/), ""]);
    // What it writes there stays in its order.
    const twice = Array.from({ length: 200 }, (_, i) => String(i >> 1));
    expect((await on("order")).slice(2, -2)).toEqual(twice);
  });

  test("ends by itself at a signal that it notices", async ({ expect }) => {
    expect(await run("ends", ["SIGTERM"])).toMatchObject({ code: 1, lines: ["works", "signal 1"] });
  });

  test("gets each signal once", async ({ expect }) => {
    const { code, lines } = await run("twice", ["SIGINT", "SIGTERM"]);
    expect({ code, lines }).toEqual({ code: 0, lines: ["works", "signal 1", "signal 2", "ended"] });
  });

  test("ends at once at a signal that it does not handle, in the midst of a step", async ({ expect }) => {
    expect(await run("plain", ["SIGINT"])).toMatchObject({ signal: "SIGINT", lines: ["works"] });
  });

  test("is killed 10 s after a signal that it does not notice", async ({ expect }) => {
    const { code, lines, pid } = await run("deaf", ["SIGTERM"]);
    expect({ code, lines }).toEqual({
      code: 130,
      lines: ["works", "minimand: ended in the midst of a step that takes longer than 10 s"],
    });
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  test("is killed at once by a second signal if it has not noticed the first", async ({ expect }) => {
    const { code, lines } = await run("deaf", ["SIGINT", "SIGINT"]);
    expect({ code, lines }).toEqual({
      code: 130,
      lines: ["works", "minimand: ended at once, in the midst of its work"],
    });
  });

  test("is killed if it does not end within 30 s of a signal", async ({ expect }) => {
    const { code, lines } = await run("slow", ["SIGINT"]);
    expect({ code, lines }).toEqual({
      code: 130,
      lines: ["works", "signal 1", "minimand: ended after 30 s in which it has not come to its end"],
    });
  });

  test("dies with its supervisor", async ({ expect }) => {
    const { signal, pid } = await run("ends", ["SIGKILL"]);
    expect(signal).toBe("SIGKILL");
    for (let tries = 0; tries < 100 && isAlive(pid); tries++) await setTimeout(100);
    expect(isAlive(pid)).toBe(false);
  });

  test.for(["silent", "busy"])(
    "is reported to be at work after 30 s without a message, %s",
    async (kind, { expect }) => {
      const { code, lines } = await run(kind);
      expect(code).toBe(0);
      expect(lines).toEqual([
        "works",
        expect.stringMatching(/^minimand: still at work, \d+ s after the start, with \d\.\d GiB of memory$/),
        "ended",
      ]);
    },
  );

  test("may name files as V8 begins its last words", async ({ expect }) => {
    const begun = spawn(process.execPath, [fixture, "name"], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    for await (const chunk of begun.stderr) {
      said += chunk;
      if (said.includes("x.csv")) break;
    }
    begun.kill("SIGKILL");
    expect(said).not.toContain("ended");
    expect(await run("name")).toMatchObject({
      code: 0,
      lines: ["works", "FATAL ERROR: x.csv: no such file", "ended"],
    });
  });

  test("crashes in one line with exit code 1", async ({ expect }) => {
    const { code, lines } = await run("crash");
    expect({ code, lines }).toEqual({ code: 1, lines: ["minimand: a fault in native code (SIGSEGV)"] });
  });

  test.skipIf(process.platform !== "linux")(
    "is killed with the memory that it took in a single step",
    async ({ expect }) => {
      const { code, lines } = await run("swells");
      expect(code).toBe(2);
      expect(lines).toEqual([
        "works",
        expect.stringMatching(/^minimand: killed by the system, .* \(SIGKILL at 0\.[78] GiB\)$/),
      ]);
    },
  );

  test("runs out of memory in one line with exit code 2", async ({ expect }) => {
    const { code, lines } = await run("memory", [], { NODE_OPTIONS: "--max-old-space-size=60" });
    expect(code).toBe(2);
    expect(lines).toEqual([expect.stringMatching(/^minimand: memory ran out.*: give fewer rows or columns/)]);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
