#include "cli/eval_parts.hpp"

namespace tally::cli {

const std::string_view kEvalStyle = R"css(
:root { --wrong:#b3261e; --wrong-bg:#fbe4e2; }
@media (prefers-color-scheme: dark) { :root { --wrong:#ffaaa2; --wrong-bg:#4a1f1c; } }
.decision.wrong { --accent:var(--wrong); --accent-bg:var(--wrong-bg); }
.facts { display:grid; gap:14px 20px;
  grid-template-columns:repeat(auto-fill,minmax(min(205px,100%),1fr)); }
.fact .value { font-size:1.55rem; font-weight:700; line-height:1.2; letter-spacing:-.01em;
  font-variant-numeric:tabular-nums; }
.fact .name { font-size:.9rem; font-weight:600; }
.fact .soft { font-size:.82rem; }
.plot { max-width:600px; margin:0 auto; overflow:visible; }
.plot text { font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif; fill:var(--soft); }
.plot .title { fill:var(--ink); }
.plot .grid { stroke:var(--line); } .plot .ground { stroke:var(--quiet); }
.plot .ideal { stroke:var(--quiet); stroke-width:1.5; stroke-dasharray:5 4; }
.plot .whisker { stroke:var(--charge); stroke-width:2; opacity:.45; }
.plot .point { fill:var(--charge); stroke:var(--card); stroke-width:1.5; }
.plot .wrong { fill:none; stroke:var(--wrong); stroke-width:2.2; }
.plot .missed { fill:none; stroke:var(--soft); stroke-width:1.6; stroke-dasharray:2 3; }
.plot .band { fill:var(--wrong); opacity:.13; }
.plot .limit { stroke:var(--nothing); stroke-width:1.5; stroke-dasharray:6 4; }
.plot .here { fill:var(--ink); stroke:var(--card); stroke-width:2; }
.plot .best { fill:var(--card); stroke:var(--nothing); stroke-width:3; }
.plot .over { fill:var(--take); opacity:.85; } .plot .under { fill:var(--put); opacity:.85; }
.legend { list-style:none; display:flex; flex-wrap:wrap; gap:4px 18px; font-size:.85rem;
  color:var(--soft); margin-top:10px; }
.legend i { display:inline-block; width:18px; height:0; border-top:3px solid; margin-right:7px;
  vertical-align:middle; }
.legend .wrong { border-color:var(--wrong); } .legend .limit { border-color:var(--nothing);
  border-top-style:dashed; } .legend .missed { border-color:var(--soft);
  border-top-style:dotted; } .legend .ideal { border-color:var(--quiet);
  border-top-style:dashed; }
.legend .here, .legend .best { width:11px; height:11px; border-radius:99px; border:3px solid; }
.legend .here { border-color:var(--ink); background:var(--ink); }
.legend .best { border-color:var(--nothing); }
.rates { display:grid; grid-template-columns:fit-content(38%) minmax(80px,1fr) auto;
  gap:8px 14px; align-items:center; font-size:.92rem; }
.rates .name { overflow-wrap:anywhere; }
.rates .num { text-align:right; white-space:nowrap; font-size:.88rem; }
.rate { position:relative; height:16px; border-radius:5px; background:var(--line); }
.rate i { display:block; height:100%; border-radius:5px; background:var(--charge); opacity:.75; }
.rate b { position:absolute; top:50%; height:0; border-top:2px solid var(--ink); }
.rate b::before, .rate b::after { content:""; position:absolute; top:-5px; height:8px;
  border-left:2px solid var(--ink); } .rate b::before { left:0; } .rate b::after { right:0; }
.note { color:var(--soft); font-size:.88rem; margin-top:12px; max-width:75ch; }
details { margin-top:14px; } summary { cursor:pointer; font-size:.9rem; color:var(--soft); }
details > .scroll, details > .cases { margin-top:10px; }
.scroll th, .scroll td { white-space:nowrap; }
.scroll th:first-child { white-space:normal; min-width:7.5em; }
tr.mark th, tr.mark td { font-weight:700; color:var(--ink); }
.cases { display:grid; gap:12px; }
.case { border:1px solid var(--line); border-radius:12px; padding:12px 14px;
  background:var(--page); }
.case h3 { font-size:1rem; display:flex; gap:6px 10px; flex-wrap:wrap; align-items:baseline;
  overflow-wrap:anywhere; }
.case h3 .soft { font-size:.85rem; font-weight:500; margin-left:auto; }
.case .sides { display:grid; gap:8px 20px; margin-top:8px;
  grid-template-columns:repeat(auto-fit,minmax(min(230px,100%),1fr)); }
.case h4 { margin:0 0 2px; font-size:.82rem; color:var(--soft); font-weight:600; }
.case ol, .case ul { list-style:none; font-size:.92rem; }
.case li { display:flex; gap:9px; align-items:baseline; overflow-wrap:anywhere; }
.case li .when { color:var(--soft); font-variant-numeric:tabular-nums; min-width:3.6em; }
.case li b { font-weight:600; min-width:2.6em; }
.case .off { margin-top:8px; font-size:.9rem; }
.badge.wrong { color:var(--wrong); background:var(--wrong-bg); }
.badge.review { color:var(--review); background:var(--review-bg); }
.badge.charge { color:var(--charge); background:var(--charge-bg); }
)css";

}  // namespace tally::cli
