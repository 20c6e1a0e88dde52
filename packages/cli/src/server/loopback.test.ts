import { expect, it } from "vitest";
import { isLoopback } from "./loopback.ts";

const of = (url: string): boolean => isLoopback(new URL(url).hostname);

it.each([
  ...["http://localhost:1/", "http://LOCALHOST/", "http://127.0.0.1/", "http://127.9.8.7/", "http://127.1/"],
  ...["http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://[::1]/"],
  ...["http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/"],
])("%s is this machine", (url) => {
  expect(of(url)).toBe(true);
});

it.each([
  ...[
    "http://127.0.0.1.example.org/",
    "http://localhost.example.org/",
    "http://localhost./",
    "http://a.localhost/",
  ],
  ...["http://0.0.0.0/", "http://10.0.0.1/", "http://169.254.169.254/", "http://2852039166/", "http://[::]/"],
  ...["http://[::ffff:10.0.0.1]/", "http://[fe80::1]/", "http://127.0.0.1@example.org/"],
])("%s is another one", (url) => {
  expect(of(url)).toBe(false);
});
