// The sentences that the page translates are those which cabinets and servers tell.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

// What the page's language is chosen from.
globalThis.navigator ??= { languages: ["en"] };
globalThis.document ??= { documentElement: {} };
const { language } = await import("@shared/language");
const { troubles } = await import("./troubles");

// Units are run from the repository's root.
const sources = [
  "src/device/camera_health.cpp",
  "src/device/recorder/capture.cpp",
  "src/device/recorder/play.cpp",
  "src/perception/identify/enrol.cpp",
  "src/perception/media/decoder/demuxer.cpp",
  "src/perception/media/decoder/still.cpp",
  "src/perception/media/input_file.cpp",
  "src/platform/http/client_call.cpp",
  "src/platform/http/client_talk.cpp",
  "src/server/pipeline/enroller.cpp",
  "src/server/webhooks/dispatcher.cpp",
];
// A literal goes on over lines; a file's or server's name stands before some sentences.
const literals = sources
  .map((path) => readFileSync(path, "utf8").replace(/"\s*\n\s*"/g, ""))
  .flatMap((text) => [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, one]) => one))
  .map((one) => one.replace(/^\{\}: (?=.)/, ""));

// Made of two literals.
const made = ["was answered {}, and redirects are not followed: change the endpoint's url"];

test("every sentence that is translated is one that is told", () => {
  // "was answered {}{}": what follows it is empty but where it was sent elsewhere.
  const said = new Set(literals.flatMap((one) => [one, one.replace(/\{\}\{\}$/, "{}")]));
  const missing = troubles.all.filter((one) => !made.includes(one) && !said.has(one));
  assert.deepEqual(missing, []);
  assert.ok(said.has(", and redirects are not followed: change the endpoint's url"));
});

test("whatever is wrong with a camera has Spanish words", () => {
  const source = readFileSync("src/device/camera_health.cpp", "utf8");
  const [, list] = /kProblems\{([^}]*)\}/.exec(source);
  const problems = [...list.matchAll(/"([^"]+)"/g)].map(([, one]) => one);
  assert.equal(problems.length, 5);
  language.value = "es";
  assert.deepEqual(problems.filter((one) => !troubles.knows(`cam1: ${one}`)), []);
  language.value = "en";
});

test("names and numbers stay, what is not known too", () => {
  language.value = "es";
  assert.equal(troubles.in("cam1: no frames"), "cam1: sin imagen");
  assert.equal(troubles.in("was answered 500"), "respondió 500");
  const moved = "was answered 301, and redirects are not followed: change the endpoint's url";
  assert.match(troubles.in(moved), /^respondió 301, y/);
  assert.equal(
    troubles.in("hooks.example:443: Connection refused"),
    "hooks.example:443: conexión rechazada",
  );
  assert.match(
    troubles.in("a.example:443: the connection broke before the answer: Connection reset by peer"),
    /^a\.example:443: la conexión se cortó .*: la otra parte/,
  );
  assert.equal(troubles.in("something new"), "something new");
  assert.equal(troubles.knows("something new"), false);
  language.value = "en";
  assert.equal(troubles.in("cam1: no frames"), "cam1: no frames");
});
