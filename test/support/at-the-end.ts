import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Runs a script of the shell with arguments in a process of its own, once the function that is returned is called, or this process
 * has ended, even by SIGKILL: its end of a pipe is closed then.
 */
export function atTheEnd(script: string, args: readonly string[]): () => Promise<void> {
  const child = spawn("sh", ["-c", `cat > /dev/null\ncd /\n${script}`, "at-the-end", ...args], {
    // In a group of its own: a Ctrl-C isn't for it.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = once(child, "exit");
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return async () => {
    child.ref();
    child.stdin.end();
    await ended;
  };
}
