// Holds a folder until its input ends: FOLDER [USE]. Says "held", or why not.
import { lockFolder } from "@minimand/cli/folder-lock";

const [folder, use] = process.argv.slice(2);
try {
  const lock = await lockFolder(folder, { use });
  process.stdout.write("held\n");
  for await (const _ of process.stdin);
  lock.release();
} catch (error) {
  process.stdout.write(`${error.name}: ${error.message}\n`);
}
