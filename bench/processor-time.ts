/** Mean milliseconds of the process's processor time, so that a busy machine matters less. */
export async function processorTime(run: () => Promise<void>, count: number): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / count;
}
