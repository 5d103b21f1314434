#include "cli/report_parts.hpp"

namespace tally::cli {

const std::string_view kReportStyle = R"css(
:root { color-scheme: light dark;
  --page:#f5f6f4; --card:#ffffff; --ink:#1b2420; --soft:#56625c; --line:#dce1dd; --quiet:#c3cdc7;
  --take:#a3430f; --take-bg:#fbe9df; --put:#0f6660; --put-bg:#dcf1ee;
  --charge:#234b9c; --charge-bg:#e4ebfa; --review:#7a5200; --review-bg:#fbf0d5;
  --nothing:#2d6338; --nothing-bg:#e3f2e5; --shadow:0 1px 2px rgb(20 30 25 / .06); }
@media (prefers-color-scheme: dark) { :root {
  --page:#121614; --card:#1b211e; --ink:#e8edea; --soft:#a3b0a9; --line:#303935; --quiet:#4a5650;
  --take:#ffb088; --take-bg:#43271a; --put:#7fd8cf; --put-bg:#14393a;
  --charge:#a9c4ff; --charge-bg:#202f52; --review:#f3cf7c; --review-bg:#3f3214;
  --nothing:#9bd8a6; --nothing-bg:#1c3823; --shadow:none; } }
* { box-sizing:border-box; }
html { scroll-behavior:smooth; -webkit-text-size-adjust:100%; }
body { margin:0; background:var(--page); color:var(--ink);
  font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif; }
main { max-width:1120px; margin:0 auto; padding:24px 20px 56px; display:grid; gap:20px; }
main > *, .cards > * { min-width:0; }
section, .decision { background:var(--card); border:1px solid var(--line); border-radius:14px;
  padding:20px 22px; box-shadow:var(--shadow); }
h1,h2,h3,p,ol,ul,dl,dd,table { margin:0; padding:0; }
h2 { font-size:1.05rem; margin-bottom:14px; }
a { color:inherit; }
:focus-visible { outline:3px solid var(--charge); outline-offset:2px; border-radius:6px; }
.num, td, .clock { font-variant-numeric:tabular-nums; }
.soft { color:var(--soft); }
.decision { border-left:8px solid var(--accent); background:var(--accent-bg); }
.decision.charge { --accent:var(--charge); --accent-bg:var(--charge-bg); }
.decision.review { --accent:var(--review); --accent-bg:var(--review-bg); }
.decision.nothing { --accent:var(--nothing); --accent-bg:var(--nothing-bg); }
.decision h1 { font-size:clamp(1.9rem,6vw,3rem); line-height:1.1; color:var(--accent);
  letter-spacing:-.02em; margin:2px 0 8px; text-wrap:balance; }
.decision .file { overflow-wrap:anywhere; }
.decision ul { margin:10px 0 0 20px; }
.timeline { position:relative; }
.markers { list-style:none; position:relative; height:calc(var(--rows) * 34px + 6px); }
.markers li { position:absolute; inset:0; pointer-events:none; }
.marker { position:absolute; left:var(--x); top:calc(var(--row) * 34px);
  transform:translateX(calc(-1 * var(--x))); pointer-events:auto; z-index:1; white-space:nowrap;
  max-width:15em; overflow:hidden; text-overflow:ellipsis;
  padding:2px 9px; border-radius:99px; border:1.5px solid currentColor; text-decoration:none;
  font-size:.85rem; font-weight:600; }
.marker:hover, .card:target { box-shadow:0 0 0 3px var(--quiet); }
.take { color:var(--take); } .marker.take, .badge.take { background:var(--take-bg); }
.put { color:var(--put); } .marker.put, .badge.put { background:var(--put-bg); }
.stem { position:absolute; left:var(--x); top:calc(var(--row) * 34px + 20px); width:0;
  height:calc((var(--rows) - var(--row)) * 34px + 76px + (var(--lanes) - 1) * 91px);
  border-left:1.5px solid currentColor;
  opacity:.45; }
.lane { font-size:.8rem; color:var(--soft); margin-top:8px; }
svg { display:block; width:100%; }
svg.activity { height:64px; } .activity path { fill:var(--quiet); }
svg.stock { height:44px; margin-top:4px; } .stock path { fill:none; stroke:var(--charge);
  stroke-width:2; }
svg.looks { height:10px; } .looks path { stroke:var(--soft); stroke-width:1; }
.axis { position:relative; height:22px; margin-top:8px; border-top:1px solid var(--line);
  font-size:.78rem; color:var(--soft); overflow:hidden; }
.axis span { position:absolute; left:var(--x); top:3px; transform:translateX(calc(-1 * var(--x))); }
.cards { display:grid; gap:16px;
  grid-template-columns:repeat(auto-fill,minmax(min(280px,100%),1fr)); }
.card { border:1px solid var(--line); border-radius:12px; overflow:hidden; scroll-margin:16px;
  background:var(--page); display:flex; flex-direction:column; }
.card video, .card .no-clip { width:100%; aspect-ratio:16/9; background:#0b0d0c; display:block;
  object-fit:contain; }
.card .no-clip { display:grid; place-items:center; color:#b9c4be; font-size:.9rem; }
.card.several { grid-column:1/-1; }
.clips { display:grid; gap:2px;
  grid-template-columns:repeat(auto-fit,minmax(min(260px,100%),1fr)); }
.clips figure { margin:0; position:relative; min-width:0; }
.clips figcaption { position:absolute; left:8px; top:8px; padding:1px 8px; border-radius:99px;
  background:rgb(11 13 12 / .72); color:#f1f4f2; font-size:.78rem; pointer-events:none;
  max-width:calc(100% - 16px); overflow:hidden; text-overflow:ellipsis; white-space:nowrap; }
.lost { color:var(--review); }
.card .text { padding:12px 14px 14px; }
.card h3 { font-size:1rem; display:flex; gap:8px; align-items:baseline; flex-wrap:wrap;
  overflow-wrap:anywhere; }
.clock { margin-left:auto; color:var(--soft); font-weight:500; }
.badge { border-radius:99px; padding:1px 9px; font-size:.8rem; font-weight:600; }
.meter { height:6px; border-radius:9px; background:var(--line); margin-top:8px; overflow:hidden; }
.meter span { display:block; height:100%; border-radius:9px; background:currentColor; }
.sure { display:flex; justify-content:space-between; font-size:.85rem; color:var(--soft);
  margin-top:8px; }
.scroll { overflow-x:auto; }
table { border-collapse:collapse; width:100%; }
th,td { text-align:right; padding:8px 10px; border-bottom:1px solid var(--line); }
th { font-size:.82rem; color:var(--soft); font-weight:600; }
th:first-child,td:first-child { text-align:left; padding-left:0; overflow-wrap:anywhere; }
tbody tr:last-child > * { border-bottom:0; }
tbody th { color:var(--ink); font-size:1rem; }
td.net { font-weight:700; font-size:1.1rem; }
.two { display:grid; gap:20px; grid-template-columns:repeat(auto-fit,minmax(min(380px,100%),1fr)); }
dl { display:grid; gap:10px; } dt { font-size:.82rem; color:var(--soft); } dd {
  overflow-wrap:anywhere; }
code { font:.78rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace; color:var(--soft); }
.bars { display:grid; grid-template-columns:auto 1fr auto; gap:6px 12px; align-items:center;
  font-size:.9rem; }
.bars .meter { margin:0; color:var(--charge); }
.bars .num { text-align:right; }
.view { width:min(100%,260px); border:1px solid var(--line); border-radius:6px;
  background:var(--page); }
.view rect { fill:var(--charge-bg); stroke:var(--charge); stroke-width:2;
  vector-effect:non-scaling-stroke; }
footer { color:var(--soft); font-size:.85rem; padding:0 4px; }
@media (max-width:640px) { main { padding:14px 12px 40px; gap:14px; } section,.decision {
  padding:16px; }
  .wide { display:none; } .marker { padding:2px 7px; } .axis span:nth-child(even) { display:none; }
  th,td { padding:8px 6px; } }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior:auto; } }
@media print { body { background:#fff; } .card video { display:none; } }
)css";

// Clips play while they are on screen; a marker on the timeline leads to its clip and starts it
// over.
const std::string_view kReportScript = R"js(
(() => {
  const clips = [...document.querySelectorAll('.card video')];
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const play = clip => { const started = clip.play(); if (started) started.catch(() => {}); };
  if (!calm && 'IntersectionObserver' in window) {
    const watcher = new IntersectionObserver(seen => seen.forEach(entry => {
      if (entry.isIntersecting) play(entry.target); else entry.target.pause();
    }), {threshold: 0.6});
    clips.forEach(clip => watcher.observe(clip));
  }
  document.querySelectorAll('a.marker').forEach(marker => marker.addEventListener('click', () => {
    const card = document.querySelector(marker.getAttribute('href'));
    if (!card) return;
    card.focus({preventScroll: true});
    card.querySelectorAll('video').forEach(clip => { clip.currentTime = 0; play(clip); });
  }));
})();
)js";

}  // namespace tally::cli
