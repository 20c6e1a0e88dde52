import { execFileSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { poisson2d, writeMatrixMarket } from "@minimand/lab/solvers";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { everythingIn, sampleCsv, temporaryFolder, tiny } from "../../../test/support/cli.ts";
import { oneProcess } from "./one-process.fixture.ts";

const once = oneProcess();
const isWindows = process.platform === "win32";

/** Files of the user, outside of a repository that they have cloned. */
const theirs = {
  "diary.txt": "dear diary",
  ".bashrc": "alias ll='ls -l'",
  "photos/moon.png": "a picture",
  "photos/results.json": "{}",
  "photos/model.json": "{}",
  "photos/a.12345678.minimand-partial": "kept since 1970",
};

interface Clone {
  /** The repository, in which commands run. */
  cwd: string;
  put(path: string, text: string | Uint8Array): void;
  /** Makes a symbolic link in the repository to a file or folder of the user. */
  link(path: string, to: string): void;
  pipe(path: string): void;
  /** Compares all that lies outside of the repository with what lay there before. */
  checkOutside(): void;
}

function clone(files: Record<string, string | Uint8Array> = inputs): Clone {
  const home = temporaryFolder();
  const put = (path: string, text: string | Uint8Array): void => {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  };
  for (const [path, text] of Object.entries(theirs)) put(path, text);
  utimesSync(join(home, "photos/a.12345678.minimand-partial"), 0, 0);
  const above = (path: string): string => {
    mkdirSync(dirname(join(home, "clone", path)), { recursive: true });
    return join(home, "clone", path);
  };
  const own: Clone = {
    cwd: join(home, "clone"),
    put: (path, text) => writeFileSync(above(path), text),
    link: (path, to) => symlinkSync(join(home, to), above(path)),
    pipe: (path) => void execFileSync("mkfifo", [above(path)]),
    checkOutside: () => expect(seen(home)).toEqual(before),
  };
  for (const [path, content] of Object.entries(files)) own.put(path, content);
  const before = seen(home);
  return own;
}

/** All that lies in a folder but in its `clone`: kinds, contents, permissions and times. */
function seen(home: string): Record<string, unknown> {
  const paths = everythingIn(home).filter((path) => !/^clone([\\/]|$)/.test(path));
  return Object.fromEntries(
    paths.map((path) => {
      const at = join(home, path);
      const stats = lstatSync(at);
      const what = stats.isFile() ? readFileSync(at, "utf8") : stats.isSymbolicLink() ? readlinkSync(at) : "";
      return [path, { what, mode: stats.mode, at: stats.mtimeMs, links: stats.isFile() ? stats.nlink : 0 }];
    }),
  );
}

/** By this, an output folder counts as that of an earlier run. */
const ours = JSON.stringify({ versions: { minimand: "0.1.0" } });

const A = poisson2d({ shape: [4, 4] });
const inputs: Record<string, string | Uint8Array> = {
  "data.csv": sampleCsv(),
  "A.mtx": writeMatrixMarket(A.toCsr()),
};
beforeAll(async () => {
  const pixels = Uint8Array.from({ length: 48 }, (_, i) => 5 * i);
  inputs["photos/dark.png"] = await sharp(pixels, { raw: { width: 4, height: 4, channels: 3 } })
    .png()
    .toBuffer();
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "data.csv"), inputs["data.csv"]);
  expect((await once(commands["bandit simulate"].args, { cwd })).code).toBe(0);
  inputs["log.jsonl"] = readFileSync(join(cwd, "played.jsonl"));
});

/** Commands with the folder that each writes to by default, and what it puts there. */
const commands: Record<string, { args: string[]; out: string; files: string[] }> = {
  compare: {
    args: ["compare", "data.csv", "-t", "y", ...tiny, "--engine", "wasm"],
    out: "minimand-data",
    files: ["report.html", "model/model.json", "model/model.onnx", "model/model.safetensors"],
  },
  solve: {
    args: ["solve", "A.mtx", "--rhs", "ones"],
    out: "minimand-solve-A",
    files: ["report.html", "convergence.svg", "solution.mtx"],
  },
  enhance: {
    args: ["enhance", "photos", "--out", "bright"],
    out: "bright",
    files: ["enhance.html", "dark.png"],
  },
  refine: {
    args: ["refine", "a red moon", "-n", "1", "--engine", "wasm"],
    out: "minimand-refine",
    files: ["refine.html"],
  },
  reproduce: {
    args: ["reproduce", "optimistic-omd", "--quick", "--workers", "1"],
    out: "minimand-reproduce-optimistic-omd",
    files: ["report.html", "report.json"],
  },
  "bandit simulate": {
    args: ["bandit", "simulate", "data.csv", "-t", "y", "-a", "lin-ucb", "-s", "1", "--log", "played.jsonl"],
    out: "minimand-bandit-data",
    files: ["report.html"],
  },
  "bandit evaluate": {
    args: ["bandit", "evaluate", "log.jsonl", "-p", "arm:no"],
    out: "minimand-evaluate-log",
    files: ["report.html"],
  },
};

const oneLine = /^minimand: [^\n]+\n$/;

describe.skipIf(isWindows)("a repository from a stranger", () => {
  describe("compare, in the folder that it takes by default", () => {
    const { args, out } = commands.compare;
    it.each<[string, string, (own: Clone) => void]>([
      ["is a link", "symbolic link", (own) => own.link(out, "photos")],
      ["has a link for its lock", "lock file", (own) => own.link(`${out}/.minimand-lock`, "diary.txt")],
      [
        "has a plan that leads out of it by a link",
        "symbolic link",
        (own) => {
          own.link(`${out}/model`, ".");
          own.put(`${out}/.minimand-new/files/model/.bashrc`, "evil");
          own.put(`${out}/.minimand-new/files/model/notes.json`, "evil");
          own.put(
            `${out}/.minimand-new/plan.json`,
            '{"gone":["model/diary.json"],"come":["model/notes.json"]}',
          );
        },
      ],
      [
        "has a plan that names files which no run writes",
        "",
        (own) => {
          own.link(`${out}/l`, ".");
          own.put(`${out}/.minimand-new/files/l/.bashrc`, "evil");
          own.put(`${out}/.minimand-new/plan.json`, '{"gone":["l/diary.txt"],"come":["l/.bashrc"]}');
        },
      ],
      [
        "has a plan in a folder elsewhere",
        "",
        (own) => {
          own.link(`${out}/.minimand-new`, "photos");
        },
      ],
      ["has a link for its trials", "symbolic link", (own) => own.link(`${out}/trials`, "photos")],
      [
        "has a link for its model",
        "symbolic link",
        (own) => {
          own.link(`${out}/model`, "photos");
          own.put(`${out}/results.json`, ours);
        },
      ],
      [
        "has a page that minimand did not write",
        "report.html",
        (own) => own.put(`${out}/report.html`, "mine"),
      ],
      ["has a pipe for its lock", "lock file", (own) => own.pipe(`${out}/.minimand-lock`)],
      ["has a pipe for its results", "results.json", (own) => own.pipe(`${out}/results.json`)],
      ["has a pipe for its plan", "", (own) => own.pipe(`${out}/.minimand-new/plan.json`)],
    ])("which %s", async (_, refused, plant) => {
      const own = clone();
      plant(own);
      const { code, stderr } = await once(args, { cwd: own.cwd });
      own.checkOutside();
      if (refused === "") expect([code, stderr]).toEqual([0, expect.stringContaining("report.html")]);
      else {
        expect([code, stderr]).toEqual([2, expect.stringMatching(oneLine)]);
        expect(stderr).toContain(refused);
      }
    });

    it("which has links for the files of its trials", async () => {
      const first = clone();
      expect((await once(args, { cwd: first.cwd })).code).toBe(0);
      const own = clone();
      const trials = readdirSync(join(first.cwd, out, "trials"));
      expect(trials.length).toBeGreaterThan(0);
      for (const name of trials) own.link(join(out, "trials", name), "diary.txt");
      const { code, stderr } = await once(args, { cwd: own.cwd });
      own.checkOutside();
      expect([code, stderr]).toEqual([2, expect.stringContaining("got a symbolic link")]);
    });
  });

  it.each(Object.entries(commands))("%s writes through no link", async (_, { args, out, files }) => {
    const linked = clone();
    linked.link(out, "photos");
    const refused = await once(args, { cwd: linked.cwd });
    linked.checkOutside();
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("got a symbolic link")]);

    const own = clone();
    own.put(`${out}/results.json`, ours);
    for (const file of files) own.link(`${out}/${file}`, "diary.txt");
    own.link("played.jsonl", "diary.txt");
    const { code } = await once(args, { cwd: own.cwd });
    own.checkOutside();
    expect([0, 2]).toContain(code);

    const foreign = clone();
    foreign.put(`${out}/${files[0]}`, "mine");
    const kept = await once(args, { cwd: foreign.cwd });
    expect([kept.code, kept.stderr]).toEqual([2, expect.stringContaining(`got one with ${files[0]}, which`)]);
    expect(readFileSync(join(foreign.cwd, out, files[0]), "utf8")).toBe("mine");
    expect(everythingIn(join(foreign.cwd, out))).toEqual([files[0]]);
  });

  it("quantize and denoise write through no link to what is there or isn't", async () => {
    const { args, out } = commands.compare;
    const own = clone();
    expect((await once(args, { cwd: own.cwd })).code).toBe(0);
    const model = join(own.cwd, out, "model");
    const attempts: [string, string[]][] = [
      ["q.onnx", ["quantize", out, "--data", "data.csv", "--bits", "8", "--out", "q.onnx"]],
      ["dark-denoised.png", ["denoise", "photos/dark.png", "--level", "0.3", "--engine", "wasm"]],
    ];
    for (const [path, command] of attempts) {
      for (const to of ["diary.txt", "new.txt"]) {
        rmSync(join(own.cwd, path), { force: true });
        own.link(path, to);
        const { code, stderr } = await once(command, { cwd: own.cwd });
        own.checkOutside();
        expect([path, code, stderr]).toEqual([path, 2, expect.stringContaining("got a symbolic link")]);
      }
    }
    rmSync(model, { recursive: true });
    own.link(`${out}/model`, "photos");
    for (const command of [
      ["export", out],
      ["quantize", out, "--data", "data.csv", "--bits", "8"],
    ]) {
      const { code, stderr } = await once(command, { cwd: own.cwd });
      own.checkOutside();
      expect([code, stderr]).toEqual([2, expect.stringContaining("got a symbolic link")]);
    }
  });

  it("refine counts its requests in no file of others", async () => {
    const own = clone({
      ...inputs,
      "score.mjs": "export default () => 1;",
      "prompts.txt": "a red moon, oil painting\na blue ship, soft light\na red ship, oil painting\n",
    });
    const endpoint = ["--endpoint", "http://127.0.0.1:9/v1", "--scorer", "score.mjs", "--retries", "0"];
    const args = ["refine", "a red moon", "-n", "1", "--engine", "wasm", "--max-images", "20", ...endpoint];
    own.link("minimand-refine/asked.txt", "diary.txt");
    const linked = await once(args, { cwd: own.cwd });
    own.checkOutside();
    expect([linked.code, linked.stderr]).toEqual([
      2,
      expect.stringContaining("asked.txt: expected a file or a name that is free"),
    ]);
    rmSync(join(own.cwd, "minimand-refine/asked.txt"));
    own.put("minimand-refine/asked.txt", "milk\nbread\n");
    const foreign = await once(args, { cwd: own.cwd });
    expect([foreign.code, foreign.stderr]).toEqual([
      2,
      expect.stringContaining("got a file that minimand did not write"),
    ]);
    expect(readFileSync(join(own.cwd, "minimand-refine/asked.txt"), "utf8")).toBe("milk\nbread\n");
  });

  it("an embedded store is opened through no link", async () => {
    const own = clone();
    mkdirSync(join(own.cwd, "store"));
    own.link("store/database", "photos");
    const { args, out } = commands.compare;
    const { code, stderr } = await once([...args, "--store", "pglite:store"], { cwd: own.cwd });
    own.checkOutside();
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining("database: expected a folder, got a symbolic link"),
    ]);
    expect(existsSync(join(own.cwd, out, "report.html"))).toBe(false);
  });

  it("an embedded store with links inside changes no modes of what they lead to, and ends where they are circles", async () => {
    const own = clone();
    const database = join(own.cwd, "store/database");
    mkdirSync(database, { recursive: true, mode: 0o755 });
    own.link("store/database/evil", "photos");
    for (const name of ["a", "b", "c"]) symlinkSync(".", join(database, name));
    own.put("store/database/PG_VERSION", "17\n");
    linkSync(join(database, "evil/model.json"), join(database, "twice"));
    const modes = (): number[] =>
      [".", "moon.png", "model.json"].map((name) => lstatSync(join(database, "evil", name)).mode & 0o777);
    const before = modes();
    const { code, stderr } = await once(["runs", "--store", "pglite:store"], { cwd: own.cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining("expected a database that can be opened")]);
    expect(modes()).toEqual(before);
    expect(before).not.toEqual([0o700, 0o600, 0o600]);
    for (const name of ["a", "b", "c", "evil", "twice"]) rmSync(join(database, name));
    own.checkOutside();
  });
});
