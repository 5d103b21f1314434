#include "device/screen.hpp"

namespace tally::device {

std::string_view screen_page() {
  return R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cabinet</title>
<style>
:root { --ink: #14181f; --soft: #5b6472; --line: #dde1e7; --ground: #f6f7f9; --go: #0b6b4b;
        --stop: #a4262c; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink);
       font: 22px/1.4 system-ui, "DejaVu Sans", sans-serif; display: flex; flex-direction: column; }
main { flex: 1; width: 100%; max-width: 1180px; margin: 0 auto; padding: 28px 32px;
       display: grid; grid-template-columns: minmax(300px, 440px) 1fr; gap: 48px;
       align-content: center; }
h1 { font-size: 58px; line-height: 1.08; margin: 0 0 16px; letter-spacing: -0.02em; }
p { margin: 0 0 20px; font-size: 28px; color: var(--soft); max-width: 24em; }
#code { aspect-ratio: 1; background: #fff; border: 1px solid var(--line); border-radius: 20px;
        padding: 12px; display: grid; place-items: center; color: var(--soft);
        text-align: center; font-size: 26px; }
#code svg { width: 100%; height: 100%; display: block; }
#wallet { display: block; margin-top: 18px; text-align: center; font-size: 22px; }
a { color: #0a4f9e; }
a.off { visibility: hidden; }
button, select { font: inherit; font-weight: 600; padding: 12px 22px; border-radius: 12px;
         border: 2px solid var(--ink); background: var(--ink); color: #fff; cursor: pointer; }
button:disabled { opacity: 0.25; cursor: default; }
button.quiet { background: none; color: var(--ink); }
select { background: #fff; color: var(--ink); border: 2px solid var(--line); font-weight: 400; }
.row { display: flex; flex-wrap: wrap; gap: 14px; align-items: center; margin: 0 0 16px; }
#badge { display: inline-block; padding: 6px 18px; border-radius: 999px; font-weight: 600;
         background: #e6e9ee; margin: 0 0 22px; font-size: 22px; }
#badge.open { background: var(--go); color: #fff; }
#badge.wrong { background: var(--stop); color: #fff; }
#pictures { width: 100%; max-width: 1180px; margin: 0 auto; padding: 0 32px 24px; display: grid;
            grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: 18px; }
figure { margin: 0; }
video { width: 100%; aspect-ratio: 16/9; background: #dfe3e9; border-radius: 12px; display: block; }
figcaption { font-size: 17px; color: var(--soft); padding: 6px 2px; }
footer { border-top: 1px solid var(--line); padding: 12px 32px; font-size: 17px;
         color: var(--soft); display: flex; justify-content: space-between; gap: 24px; }
.dot { display: inline-block; width: 11px; height: 11px; border-radius: 50%; margin-right: 8px;
       background: var(--stop); }
.dot.on { background: var(--go); }
@media (max-width: 820px) {
  main { grid-template-columns: 1fr; gap: 28px; padding: 24px 20px; } h1 { font-size: 44px; }
}
</style>
</head>
<body>
<main>
  <div><div id="code">One moment</div>
    <a id="wallet" class="off" target="_blank" rel="noopener">Open the wallet on this machine</a>
  </div>
  <div>
    <span id="badge" role="status">Starting</span>
    <h1 id="title">One moment</h1>
    <p id="words"></p>
    <div class="row" id="door" hidden>
      <button id="open">Open door</button>
      <button id="close">Close door</button>
      <button id="force" class="quiet">Force it</button>
    </div>
    <div class="row" id="choice" hidden>
      <label for="clip">Next shopper</label><select id="clip"></select>
    </div>
  </div>
</main>
<section id="pictures" aria-label="Cameras"></section>
<footer><span><span class="dot" id="dot"></span><span id="net">Not connected</span></span>
  <span id="problems"></span></footer>
<script>
const at = id => document.getElementById(id);
const said = {
  locked: ["Closed", "Scan to open", "Point your phone at the code. The door unlocks, you take " +
           "what you like, and you pay for what you took."],
  unlocked: ["Unlocked", "Open the door", "It stays unlocked for a few seconds."],
  open: ["Open", "Take what you like", "Put back what you don\u2019t want. Close the door when " +
         "you\u2019re done."],
  locking: ["Open", "Please close the door", "Your purchase ends when the door is closed."],
  closed: ["Closed", "Thank you", "Your receipt is on its way to your phone."],
  forced: ["Forced open", "Please close the door", "This door was not unlocked."]};
let now = {}, shownClip = -1, videos = [];

function pictures(s) {
  if (videos.length === s.cameras.length && shownClip === s.clip) return;
  shownClip = s.clip;
  at("pictures").replaceChildren();
  videos = s.clips.length === 0 ? [] : s.cameras.map(camera => {
    const figure = document.createElement("figure");
    const video = document.createElement("video");
    video.muted = true; video.playsInline = true; video.preload = "auto";
    video.src = `/clips/${s.clip}/${camera}`;
    const caption = document.createElement("figcaption");
    caption.textContent = camera;
    figure.append(video, caption);
    at("pictures").append(figure);
    return video;
  });
}

function play(s) {
  for (const video of videos) {
    if (s.playing_ms === null) { video.pause(); continue; }
    const wanted = s.playing_ms / 1000;
    if (Math.abs(video.currentTime - wanted) > 0.5) video.currentTime = wanted;
    if (video.paused && !video.ended) video.play().catch(() => {});
  }
}

function show(s) {
  now = s;
  const [badge, title, words] = said[s.state] || said.locked;
  at("badge").textContent = badge;
  at("badge").className = s.state === "forced" ? "wrong" : s.state === "locked" ? "" : "open";
  const offline = !s.online && s.state === "locked";
  at("title").textContent = offline ? "Back in a moment" : title;
  at("words").textContent = s.text || (offline ? "The cabinet has no connection just now." : words);
  const idle = s.state === "locked" && s.url && s.online;
  if (idle && s.qr) at("code").innerHTML = s.qr;
  else at("code").textContent = offline ? "No connection" : s.state === "locked" ? "One moment" :
    s.door_open ? "The door is open" : s.state === "unlocked" ? "Unlocked" : "The door is closed";
  const safe = /^https?:\/\//.test(s.url);
  at("wallet").className = idle && safe ? "" : "off";
  if (safe) at("wallet").href = s.url; else at("wallet").removeAttribute("href");
  at("door").hidden = !(s.simulated && s.manual);
  at("open").disabled = s.door_open || !(s.state === "unlocked" || s.state === "closed");
  at("close").disabled = !s.door_open;
  at("force").disabled = s.door_open || s.state !== "locked";
  at("choice").hidden = s.clips.length < 2;
  at("clip").disabled = s.state !== "locked";
  if (at("clip").options.length !== s.clips.length) {
    const options = s.clips.map((name, i) => new Option(name.replaceAll("_", " "), i));
    at("clip").replaceChildren(...options);
  }
  at("clip").value = s.clip;
  at("dot").className = s.online ? "dot on" : "dot";
  const kept = s.waiting_bytes > 0 ? `, ${(s.waiting_bytes / 1e6).toFixed(1)} MB to upload` : "";
  at("net").textContent = (s.online ? "Connected" : "Not connected") + kept;
  at("problems").textContent = s.problems.join(" \u00b7 ");
  pictures(s);
  play(s);
}

const post = (path, body) => fetch(path, {method: "POST", body: JSON.stringify(body)});
at("open").onclick = () => post("/door", {open: true});
at("close").onclick = () => post("/door", {open: false});
at("force").onclick = () => post("/door", {open: true, force: true});
at("clip").onchange = event => post("/clip", {clip: Number(event.target.value)});
const events = new EventSource("/events");
events.onmessage = event => show(JSON.parse(event.data));
events.onerror = () => { at("net").textContent = "The cabinet\u2019s agent does not answer";
                         at("dot").className = "dot"; };
</script>
</body>
</html>
)html";
}

}  // namespace tally::device
