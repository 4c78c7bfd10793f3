/** Bundles the tests for node and runs them with its own test runner. */

import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { plugin } from "./build.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = await mkdtemp(path.join(here, "node_modules/.lotse-test-"));
try {
  const tests = (await readdir(path.join(here, "test"))).filter((name) => name.endsWith(".test.ts"));
  await esbuild.build({
    entryPoints: tests.map((name) => path.join(here, "test", name)),
    outdir: out,
    bundle: true,
    platform: "node",
    format: "esm",
    outExtension: { ".js": ".mjs" },
    packages: "external",
    define: { ROOT: JSON.stringify(path.join(here, "../..")) },
    plugins: [plugin],
    logLevel: "warning",
  });
  const files = (await readdir(out)).map((name) => path.join(out, name));
  const run = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" });
  process.exitCode = run.status ?? 1;
} finally {
  await rm(out, { recursive: true, force: true });
}
