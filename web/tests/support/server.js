// A server of its own for the tests, with the demo's tenant, and virtual cabinets at it.
import { spawn } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));
const tally = process.env.TALLY ?? join(root, "build/release/tally");
const startWithinMs = 180000;

export const wait = (ms) => new Promise((done) => setTimeout(done, ms));

// Asks `look` until it answers something.
export async function until(what, look, withinMs = 30000, everyMs = 50) {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${withinMs / 1000} s`);
    await wait(everyMs);
  }
}

export function freePort() {
  return new Promise((done) => {
    const listener = createServer().listen(0, "127.0.0.1", () => {
      const { port } = listener.address();
      listener.close(() => done(port));
    });
  });
}

export function run(words, log, cwd = root) {
  const out = openSync(log, "a");
  const child = spawn(tally, words, { cwd, stdio: ["ignore", out, out] });
  closeSync(out);
  child.ended = new Promise((done) => child.once("exit", done));
  return child;
}

export async function end(child, signal = "SIGTERM") {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await child.ended;
}

// `session`: the folder in demo/ of which the cabinets have layout, products and clips. `operators`:
// instead of the demo, empty tenants with these names, each with an owner. `settings`: more of the
// configuration.
export class Server {
  constructor({ session = "take_one", cabinets = 2, operators = [], settings = "" } = {}) {
    this.settings = settings;
    this.names = operators;
    this.operators = [];
    this.session = join(root, "demo", session);
    this.count = cabinets;
    this.folder = mkdtempSync(join(tmpdir(), "tally-web-"));
    this.log = join(this.folder, "server.log");
    this.cabinets = [];
  }

  async start() {
    this.port = await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    this.config = join(this.folder, "tally.toml");
    writeFileSync(
      this.config,
      `version = 1\ndata = "${this.folder}/server"\npublic_url = "${this.url}"\n` +
        `[http]\nport = ${this.port}\n[mail]\nkind = "print"\n${this.settings}`,
    );
    for (const name of this.names) {
      await end(this.process);
      await this.runAs(name);
      this.operators.push(this.demo);
    }
    if (this.names.length === 0) await this.run();
    return this;
  }

  // On the configuration and store that lie in `folder`.
  async startOn(folder) {
    this.config = join(folder, "tally.toml");
    [, this.url] = /public_url = "(.*)"/.exec(readFileSync(this.config, "utf8"));
    await this.run();
  }

  async run(more = ["--demo", this.session, "--demo-cabinets", String(this.count)]) {
    writeFileSync(this.log, "");
    this.process = run(["serve", "--config", this.config, ...more], this.log);
    const line = await until("the server's start", () => this.said(/^\{.*\}$/m), startWithinMs);
    this.demo = JSON.parse(line[0]);
  }

  said(pattern) {
    if (this.process.exitCode !== null) {
      throw new Error(`the server has ended: ${readFileSync(this.log, "utf8").slice(-2000)}`);
    }
    return pattern.exec(readFileSync(this.log, "utf8"));
  }

  // As a power cut does; what is in the store stays.
  async restart(whileDown = async () => {}) {
    await end(this.process, "SIGKILL");
    await whileDown();
    if (this.names.length === 0) await this.run();
    else await this.runAs(this.names[0]);
  }

  // An operator who is there already stays as it is.
  runAs(name) {
    return this.run(["--tenant", name, "--owner", "owner@tally.example"]);
  }

  async stop() {
    for (const cabinet of this.cabinets) await cabinet.stop();
    await end(this.process);
    rmSync(this.folder, { recursive: true, force: true });
  }

  // The codes that were mailed to this address.
  letters(address) {
    const pattern = new RegExp(`a letter to ${address}: Your code is (\\d+)`, "g");
    return [...readFileSync(this.log, "utf8").matchAll(pattern)].map((one) => one[1]);
  }

  // The last of them, once there are more than `since`.
  async letterCode(address, since = 0) {
    const found = await until(`a letter to ${address}`, () => {
      const all = this.letters(address);
      return all.length > since && all;
    });
    return found[found.length - 1];
  }

  async ask(method, path, { token = "", body, key = "" } = {}) {
    const headers = { "Content-Type": "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (key) headers["Idempotency-Key"] = key;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await fetch(this.url + path, { method, headers, body: text });
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
    return said ? JSON.parse(said) : undefined;
  }

  // Signed in once: tries are limited, and the browsers of the tests need theirs.
  async ownerToken() {
    const body = { email: this.demo.owner, password: this.demo.password };
    this.owner ??= (await this.ask("POST", "/v1/sign_in/users", { body })).token;
    return this.owner;
  }

  // A virtual cabinet. "auto": the door opens by itself and closes when its clips end.
  // `renderer`: of its free play.
  async startCabinet({ index = 0, mode = "auto", sessions = [this.session], renderer } = {}) {
    const cabinet = new Cabinet(this, index, mode, sessions, renderer);
    this.cabinets.push(cabinet);
    await cabinet.start();
    return cabinet;
  }
}

class Cabinet {
  constructor(server, index, mode, sessions, renderer) {
    Object.assign(this, { server, mode, sessions, renderer });
    this.made = server.demo.cabinets[index];
    this.name = this.made.name;
    this.folder = join(server.folder, `cabinet-${index}`);
  }

  async start() {
    const port = await freePort();
    this.screen = `http://127.0.0.1:${port}`;
    mkdirSync(this.folder, { recursive: true });
    const config = join(this.folder, "device.toml");
    const cameras = [0, 1, 2].map((n) => `\n[[camera]]\nid = "cam${n}"\ndriver = "file"\n`);
    const sessions = this.sessions.map((one) => JSON.stringify(one)).join(", ");
    writeFileSync(
      config,
      `version = 1\nserver = "${this.server.url}"\nkey_file = "${this.folder}/key"\n` +
        `data = "${this.folder}/data"\n[temperature]\ndriver = "simulated"\ncelsius = 4.2\n` +
        `[virtual]\nsessions = [${sessions}]\nmode = "${this.mode}"\n` +
        (this.renderer ? `renderer = ${JSON.stringify(this.renderer)}\n` : "") +
        `[screen]\nport = ${port}\n` +
        cameras.join(""),
    );
    const log = join(this.folder, "device.log");
    const words = ["provision", "--server", this.server.url, "--code", this.made.provisioning_code];
    const provision = run(["device", ...words, "--config", config], log);
    if ((await provision.ended) !== 0) throw new Error(readFileSync(log, "utf8"));
    this.process = run(["device", "--config", config, "--virtual"], log);
    await this.code();
  }

  state() {
    return fetch(`${this.screen}/state`).then(
      (answer) => answer.json(),
      () => ({}),
    );
  }

  // The link of the QR code that the screen shows while nobody is served, as an address of the page.
  async code(not = this.lastCode) {
    const state = await until(`a code on the screen of ${this.name}`, async () => {
      const now = await this.state();
      return now.state === "locked" && now.online && now.url && now.url !== not && now;
    });
    return state.url;
  }

  async freshCode() {
    this.lastCode = await this.code();
    return this.lastCode;
  }

  act(path, body) {
    return fetch(this.screen + path, { method: "POST", body: JSON.stringify(body) });
  }

  async stop() {
    await end(this.process);
  }
}
