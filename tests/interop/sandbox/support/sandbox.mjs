// Starts a sandbox of the tests' own, and never leaves one behind.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PROGRAM = process.env.CARRYOVER_SANDBOX;
// Names a PostgreSQL server, without a database: then every sandbox has a database of its own there.
const SERVER = process.env.CARRYOVER_TEST_SERVER;

const PROVIDERS = ["google", "github", "apple"]
  .map((name) => `[auth.external.${name}]\nenabled = true\nclient_id = "shop"\nsecret = "shop"\n`)
  .join("");

/** As the project has it, with the providers, text messages, and limits that many tests in a minute do not reach. */
export const SETTINGS = `
[auth]
enable_anonymous_sign_ins = true
enable_manual_linking = true
site_url = "http://127.0.0.1:4999/site"
[auth.rate_limit]
anonymous_users = 10000
token_refresh = 10000
sign_in_sign_ups = 10000
token_verifications = 10000
[auth.email]
enable_confirmations = true
max_frequency = "1ms"
[auth.sms]
enable_signup = true
enable_confirmations = true
max_frequency = "1ms"
${PROVIDERS}`;

/** Runs until `stop()`. */
export async function start(settings = SETTINGS) {
  if (!PROGRAM) throw new Error("CARRYOVER_SANDBOX must name the program");
  const folder = await mkdtemp(join(tmpdir(), "interop-"));
  const config = join(folder, "config.toml");
  await writeFile(config, settings);
  const env = { ...process.env, CARRYOVER_CONTROL_TOKEN: randomUUID() };
  if (SERVER) env.CARRYOVER_DATABASE_URL = `${SERVER}/interop_${randomUUID().replaceAll("-", "")}`;
  const program = spawn(PROGRAM, ["--port", "0", "--control-port", "0", "--config", config], { env, stdio: ["ignore", "pipe", "inherit"] });
  const kill = () => program.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise((resolve) => program.once("exit", resolve));
  const told = await announced(program);
  return {
    url: told.URL.replace(/\/$/, ""),
    key: told["Publishable key"],
    serviceKey: told["Service role key"],
    control: { url: `${told.Console.split("#")[0]}control/v1`, token: env.CARRYOVER_CONTROL_TOKEN },
    async stop() {
      program.kill("SIGTERM");
      const late = setTimeout(kill, 10_000);
      await ended;
      clearTimeout(late);
      process.removeListener("exit", kill);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What the program prints until it is ready, by name. */
async function announced(program) {
  const told = {};
  for await (const line of createInterface({ input: program.stdout })) {
    if (line.startsWith("Ready")) return told;
    const [name, value] = line.split(/\s{2,}/);
    told[name] = value ?? line.slice(line.lastIndexOf(" ") + 1);
  }
  throw new Error("the sandbox ended before it was ready");
}
