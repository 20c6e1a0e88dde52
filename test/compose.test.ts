import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseDocument } from "yaml";

it("examples/compose.yaml is YAML in which each service has an image, and all that it names is there", () => {
  const document = parseDocument(readFileSync("examples/compose.yaml", "utf8"));
  expect([...document.errors, ...document.warnings]).toEqual([]);
  const { services, volumes } = document.toJS();
  for (const { image, volumes: mounted, depends_on: needs = {} } of Object.values<Record<string, never>>(
    services,
  )) {
    expect(image).toMatch(/^[a-z]+:\d+$/);
    for (const name of Object.keys(needs)) expect(Object.keys(services)).toContain(name);
    for (const volume of mounted as string[]) {
      const [from] = volume.split(":");
      if (!from.startsWith(".")) expect(Object.keys(volumes)).toContain(from);
    }
  }
});

it("examples/compose.yaml publishes no port beyond this machine, has no password in it, and mounts the project read-only", () => {
  const text = readFileSync("examples/compose.yaml", "utf8");
  const services = Object.values<{ ports?: string[]; volumes: string[] }>(
    parseDocument(text).toJS().services,
  );
  const ports = services.flatMap((service) => service.ports ?? []);
  expect(ports.length).toBeGreaterThan(0);
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  for (const [, value] of text.matchAll(/PASSWORD: (.*)/g))
    expect(value).toMatch(/^\$\{MINIMAND_PASSWORD:\?.+\}$/);
  for (const volume of services.flatMap((service) => service.volumes))
    if (volume.startsWith(".")) expect(volume).toMatch(/:ro$/);
});
