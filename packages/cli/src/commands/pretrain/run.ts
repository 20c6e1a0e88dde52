import { join } from "node:path";
import { loadPretraining, ofKept, type Row } from "@minimand/papers";
import { startEngine } from "minimand/start";
import { inOutputFolder } from "../../files/output-folder.ts";
import { replaceTogether } from "../../files/replace-together.ts";
import { codeFingerprint } from "../../papers/code-fingerprint.ts";
import { printableJson, tell } from "../../printable.ts";
import { compilerOf } from "../../run/engine.ts";
import { chooseEngine, type EngineAsked } from "../../run/engine-choice.ts";
import { interruptible } from "../../run/interruptible.ts";
import { progressLine } from "../../run/progress.ts";
import { warnOnce } from "../../run/warnings.ts";
import { print } from "../../terminal/print.ts";
import { terminalWidth } from "../../terminal/terminal-width.ts";
import { versions } from "../../version.ts";
import { rowTables } from "../row-table.ts";
import { isKeptPart, type KeptPart } from "./kept-part.ts";
import { bundledPhotograph } from "./photographs.ts";

/** What `minimand pretrain` was asked. */
export interface PretrainOptions extends EngineAsked {
  quick?: true;
  seed: number;
  out?: string;
  json: boolean;
}

/** Trains the frozen models of a paper, and writes them into a folder. */
export async function pretrain(slug: string, options: PretrainOptions): Promise<void> {
  const { quick, seed, out = `minimand-pretrain-${slug}`, json } = options;
  const { parts, train, measure } = await loadPretraining(slug);
  const { engine, note } = await chooseEngine(options);
  const scale = quick ? "quick" : "default";
  const code = codeFingerprint(slug, engine.name);
  const run = { command: "pretrain", schema: 1, slug, scale, seed, versions: versions(), engine, code };
  const files = ["pretrained.json", ...parts.map((part) => `${part}.safetensors`)];
  await inOutputFolder({ out, run, files }, isKeptPart, async (store) => {
    if (note !== null) tell(note);
    await startEngine();
    const compile = await compilerOf(engine, warnOnce(process.stderr));
    await interruptible(async (signal) => {
      const done = new Map<string, Uint8Array>();
      const host = { scale, seed, before: done, photograph: bundledPhotograph, compile, signal } as const;
      const records: Row[] = [];
      let anyKept = false;
      let measured: Row[];
      try {
        for (const part of parts) {
          const found = await store.get({ ...run, part });
          if (found !== null) {
            tell(`${part} was there from an earlier run`);
            anyKept = true;
          }
          const kept = found ?? (await trained(part));
          if (found === null) await store.put({ ...run, part }, kept);
          done.set(part, new Uint8Array(Buffer.from(kept.base64, "base64")));
          records.push({ ...kept.record, bytes: done.get(part)!.length, seconds: kept.seconds });
        }
        measured = await measure(host);
      } catch (error) {
        throw anyKept ? ofKept(error) : error;
      }
      signal.throwIfAborted();
      const file = {
        schema: "minimand.pretrained/1",
        slug,
        scale,
        seed,
        engine,
        versions: versions(),
        parts: records,
        measured,
      };
      const files = [...done].map(([part, bytes]) => [`${part}.safetensors`, bytes] as const);
      await replaceTogether(out, {
        ...Object.fromEntries(files),
        "pretrained.json": `${JSON.stringify(file, null, 1)}\n`,
      });
      print(json ? `${printableJson(file)}\n` : `${rowTables([...records, ...measured], terminalWidth())}\n`);
      tell(`${join(out, "pretrained.json")} has the record of the files of the parts`);

      async function trained(part: string): Promise<KeptPart> {
        const line = progressLine(process.stderr);
        const started = performance.now();
        try {
          const { bytes, record } = await train(part, {
            ...host,
            onProgress: (step, total, message) => line.update(step, total, message),
          });
          const seconds = (performance.now() - started) / 1000;
          return { base64: Buffer.from(bytes).toString("base64"), record, seconds };
        } finally {
          line.clear();
        }
      }
    });
  });
}
