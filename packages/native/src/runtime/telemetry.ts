/** Keeps ONNX Runtime from writing, looking up and sending anything; it reads this once, when it starts. */
const variable = "ORT_DISABLE_TELEMETRY";

/**
 * Switches ONNX Runtime's telemetry off for this process, before the library is loaded.
 *
 * A worker's `process.env` is a copy that native code doesn't see, and may be anything (`new Worker(file, { env })`): what
 * counts is the environment of the process, which the diagnostic report shows in every thread (in a parent after its workers
 * have come out of native calls that they are in).
 *
 * @returns null where it is off, else what was expected and what to do
 */
export function silenceTelemetry(): string | null {
  process.env[variable] = "1";
  const environment = processEnvironment();
  if (environment?.[variable] === "1") return null;
  const expected = `${variable}: expected 1 in the environment of the process`;
  return environment === undefined
    ? `${expected}, got one that --report-exclude-env hides`
    : `${expected}, got ${environment[variable] ?? "none"}; \`process.env.${variable} = "1"\` on the main thread, before this worker starts, sets it`;
}

/** Undefined where Node was started so that it hides it. */
function processEnvironment(): Record<string, string> | undefined {
  // The types don't know the property yet.
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork: boolean };
  const { excludeNetwork } = report;
  // Else the report looks up the name of everyone whom this thread is connected with.
  report.excludeNetwork = true;
  const { environmentVariables } = report.getReport() as { environmentVariables?: Record<string, string> };
  report.excludeNetwork = excludeNetwork;
  return environmentVariables;
}
