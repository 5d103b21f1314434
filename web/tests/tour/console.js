// The console's pages, dialogs and states. `at` gives the address; `press` what is pressed there,
// one after the other, by CSS, since the tour speaks several languages; `shows` what must be there
// then. `dialog`: as known.js calls it.
import { answers, eachSays, fails, lists, refuses, says, waits } from "./answers.js";
import { id, long, someAlerts, someWork } from "./samples.js";

const act = (number) => `.page-acts > :nth-child(${number})`;
const row = (route, name, more = {}) => ({ route, name, who: "owner", ...more });
const none = (route, name, path, more) =>
  row(route, `${name}-none`, { answers: { [path]: lists() }, shows: ".empty", ...more });
const lost = (route, name, path, more) =>
  row(route, `${name}-fails`, { answers: { [path]: fails }, shows: ".notice.bad", ...more });
const slow = (route, name, path, more) =>
  row(route, `${name}-waits`, { answers: { [path]: waits }, shows: ".skeleton", ...more });

const shell = [
  row("/console", "sign-in", { who: "nobody", shows: 'input[name="password"]' }),
  row("/console", "sign-in-wrong", {
    who: "nobody",
    answers: { "POST /v1/sign_in/users": refuses(401, "password_wrong") },
    fill: { 'input[name="email"]': "sam@tally.example", 'input[name="password"]': "guessed" },
    press: ['button[type="submit"]'],
    shows: ".wrong",
  }),
  row("/console", "sign-in-operator", {
    who: "nobody",
    answers: {
      "POST /v1/sign_in/users": refuses(400, "parameter_missing", "tenant is missing", "tenant"),
    },
    fill: { 'input[name="email"]': "sam@tally.example", 'input[name="password"]': "guessed" },
    press: ['button[type="submit"]'],
    shows: 'input[name="tenant"]',
  }),
  row("/console", "opening", { answers: { "/v1/me": waits }, shows: ".skeleton" }),
  row("/console", "opening-fails", { answers: { "/v1/me": fails }, shows: ".notice.bad" }),
  row("/console", "not-found", { at: () => "/console/nowhere", shows: ".empty" }),
  row("/console", "menu", {
    at: () => "/console/models",
    narrow: true,
    press: [".top-bar button"],
    shows: ".menu-open",
  }),
  row("/console/people", "forbidden", { who: "viewer", shows: ".empty" }),
  row("/console", "keys-help", {
    at: () => "/console/review",
    type: "?",
    dialog: "console/shell/key_help.tsx keys.title",
  }),
  row("/console", "password", {
    at: () => "/console/models",
    type: "",
    wide: true,
    press: [".nav-foot .row-between > button:nth-of-type(1)"],
    dialog: "console/shell/password.tsx title",
  }),
];

const overview = [
  row("/console/overview", "overview", { shows: ".chart, figure" }),
  row("/console/overview", "first-steps", { answers: { "/v1/receipts": lists() }, shows: ".steps" }),
  lost("/console/overview", "overview", "/v1/statistics"),
  slow("/console/overview", "overview", "/v1/statistics"),
];

const sessions = [
  row("/console/sessions", "sessions", { shows: ".sessions-table tbody tr" }),
  none("/console/sessions", "sessions", "/v1/sessions"),
  row("/console/sessions", "sessions-none-found", {
    at: () => "/console/sessions?state=unlocking&from=2026-01-01",
    shows: ".empty",
  }),
  lost("/console/sessions", "sessions", "/v1/sessions"),
  row("/console/sessions/:id", "session", {
    at: ({ session }) => `/console/sessions/${session}`,
    shows: ".screen video",
  }),
  row("/console/sessions/:id", "session-open", {
    at: ({ session }) => `/console/sessions/${session}`,
    answers: {
      "/v1/sessions/*/history": says((all) => {
        Object.assign(all.session, { state: "open", receipt: null, closed_at: null });
        Object.assign(all.session, { decision: null, items: null, total: null, settled_at: null });
        Object.assign(all, { receipt: null, disputes: [], review: null });
      }),
      "/v1/sessions/*/videos": answers({ data: [] }),
    },
    shows: ".page-head .badge",
  }),
  row("/console/sessions/:id", "session-gone", {
    at: () => `/console/sessions/${id("ses")}`,
    shows: ".notice.bad",
  }),
];

const reviews = [
  // All: the row that opens one has it for ten minutes, also from the tour in the other language.
  row("/console/review", "reviews", { at: () => "/console/review?state=all", shows: "tbody tr" }),
  none("/console/review", "reviews", "/v1/reviews"),
  lost("/console/review", "reviews", "/v1/reviews"),
  row("/console/review/:id", "review-others", {
    at: ({ review }) => `/console/review/${review}`,
    answers: {
      "/v1/reviews/*": says((one) => {
        Object.assign(one, { state: "claimed", claimed_by: id("usr") });
      }),
    },
    shows: ".empty",
  }),
  row("/console/review/:id", "review-decided", {
    at: ({ review }) => `/console/review/${review}`,
    answers: {
      "/v1/reviews/*": says((one) => {
        const lines = one.suggested.map((line) => ({ ...line, quantity: 1 }));
        Object.assign(one, { state: "decided", decided_by: id("usr"), lines });
      }),
    },
    shows: ".empty",
  }),
  row("/console/review/:id", "review", {
    at: ({ review }) => `/console/review/${review}`,
    shows: ".review-acts",
  }),
];

const disputes = [
  row("/console/disputes", "disputes", { shows: "tbody tr" }),
  none("/console/disputes", "disputes", "/v1/disputes"),
  row("/console/disputes/:id", "dispute", {
    at: ({ dispute }) => `/console/disputes/${dispute}`,
    shows: ".session-aside",
  }),
  row("/console/disputes/:id", "dispute-decided", {
    at: ({ dispute }) => `/console/disputes/${dispute}`,
    answers: {
      "/v1/disputes/*": says((one) => {
        const lines = one.lines.map((line) => ({ ...line, decided: 0 }));
        Object.assign(one, { state: "granted", by_policy: true, lines });
      }),
    },
    shows: ".session-aside",
  }),
];

const cabinetAt = { at: ({ cabinet }) => `/console/fleet/${cabinet}` };
const health = (change, reasons) =>
  says((one) => {
    Object.assign(one.health, change);
    one.opens = reasons.length === 0;
    one.closed_reasons = reasons.map((code) => ({ code, words: code }));
  });

const fleet = [
  row("/console/fleet", "fleet", { shows: "tbody tr" }),
  row("/console/fleet", "fleet-map", { at: () => "/console/fleet?view=map", shows: ".map-acts" }),
  none("/console/fleet", "fleet", "/v1/cabinets", {
    answers: { "/v1/cabinets": lists(), "/v1/sites": lists() },
  }),
  lost("/console/fleet", "fleet", "/v1/cabinets"),
  row("/console/fleet", "fleet-troubles", {
    answers: {
      "/v1/cabinets": eachSays((one) => {
        Object.assign(one, { name: `${one.name} ${long}`, opens: false });
        one.closed_reasons = [{ code: "warm", words: "warm" }];
        Object.assign(one.health, { locked_warm: true, celsius: 11.4 });
      }),
    },
    shows: "tbody tr",
  }),
  row("/console/fleet", "site-new", {
    press: [act(1)],
    dialog: "console/fleet/forms.tsx addSite",
  }),
  row("/console/fleet", "cabinet-new", {
    press: [act(2)],
    dialog: "console/fleet/forms.tsx addCabinet",
  }),
  row("/console/fleet/:id", "cabinet", { ...cabinetAt, shows: ".sessions-table tbody tr" }),
  row("/console/fleet/:id", "cabinet-closed", {
    ...cabinetAt,
    answers: {
      "/v1/cabinets/*": health(
        { connected: false, locked_warm: true, celsius: 11.4, warm_since: "2026-11-23T15:04:05Z" },
        ["no_planogram", "no_price", "unknown_to_catalog", "warm", "offline"],
      ),
      "/v1/alerts": lists(...someAlerts.slice(0, 3)),
    },
    shows: ".notice.warn",
  }),
  row("/console/fleet/:id", "cabinet-edit", {
    ...cabinetAt,
    press: [act(1)],
    dialog: "console/fleet/forms.tsx editCabinet",
  }),
  row("/console/fleet/:id", "cabinet-link", {
    ...cabinetAt,
    press: [act(2)],
    shows: "dialog code",
    dialog: "console/fleet/forms.tsx linkTitle",
  }),
  row("/console/fleet/:id", "cabinet-revoke", {
    ...cabinetAt,
    press: [act(3)],
    dialog: "console/fleet/cabinet_page.tsx revokeTitle",
  }),
  row("/console/fleet/:id", "cabinet-lock", {
    ...cabinetAt,
    press: [act(4)],
    dialog: "console/fleet/cabinet_page.tsx lockTitle",
  }),
  row("/console/fleet/:id", "cabinet-clear", {
    ...cabinetAt,
    answers: { "/v1/cabinets/*": health({ locked_by_operator: true }, ["locked"]) },
    press: [act(4)],
    dialog: "console/fleet/cabinet_page.tsx clearTitle",
  }),
  row("/console/fleet/:id", "site-edit", {
    ...cabinetAt,
    press: [".cabinet-grid .panel-head button"],
    dialog: "console/fleet/forms.tsx editSite",
  }),
];

const layoutAt = { at: ({ cabinet }) => `/console/layouts/${cabinet}` };
const oneIs = (state) =>
  says((page) => {
    const [first, ...others] = page.data;
    const next = { ...first, id: id("lay"), version: first.version + 1, state };
    return { ...page, data: [{ ...next, applied_at: null }, first, ...others] };
  });

const layouts = [
  row("/console/layouts", "layouts", { shows: "tbody tr" }),
  none("/console/layouts", "layouts", "/v1/cabinets"),
  row("/console/layouts/:cabinet", "layout", { ...layoutAt, shows: ".facing" }),
  row("/console/layouts/:cabinet", "layout-chosen", {
    ...layoutAt,
    press: [".facing"],
    shows: ".facing",
  }),
  row("/console/layouts/:cabinet", "layout-first", {
    ...layoutAt,
    answers: { "/v1/cabinets/*/planograms": lists() },
    shows: ".layout-room",
  }),
  row("/console/layouts/:cabinet", "layout-publish", {
    ...layoutAt,
    answers: { "/v1/cabinets/*/planograms": oneIs("draft") },
    press: [".page-acts .primary"],
    dialog: "console/layouts/editor.tsx publishAsk",
  }),
  row("/console/layouts/:cabinet", "layout-withdraw", {
    ...layoutAt,
    answers: { "/v1/cabinets/*/planograms": oneIs("published") },
    press: [".notice .button.plain:last-child"],
    dialog: "console/layouts/editor.tsx withdrawAsk",
  }),
];

const missed = eachSays((cabinet) => {
  cabinet.products.forEach((one, index) => {
    Object.assign(one, { counts: 3, missing: 4 - (index % 5), surplus: index % 2, taken: 20 });
  });
});

const stock = [
  row("/console/stock", "stock", { shows: "tbody tr" }),
  none("/console/stock", "stock", "/v1/stock"),
  row("/console/stock/list", "stock-list", { shows: ".panel, .empty" }),
  none("/console/stock/list", "stock-list", "/v1/stock"),
  row("/console/stock/shrink", "stock-shrink-none", { shows: ".empty" }),
  row("/console/stock/shrink", "stock-shrink", {
    answers: { "/v1/stock": missed },
    shows: "tbody tr",
  }),
  row("/console/stock/:id", "stock-cabinet", {
    at: ({ cabinet }) => `/console/stock/${cabinet}`,
    shows: ".count-lines input",
  }),
  row("/console/stock/:id/restock", "restock", {
    at: ({ cabinet }) => `/console/stock/${cabinet}/restock`,
    shows: "input",
  }),
];

const alerts = [
  row("/console/alerts", "alerts", {
    answers: { "/v1/alerts": lists(...someAlerts) },
    shows: "tbody tr",
  }),
  none("/console/alerts", "alerts", "/v1/alerts"),
  lost("/console/alerts", "alerts", "/v1/alerts"),
  row("/console/alerts/work", "work", {
    answers: { "/v1/dead_work": lists(...someWork) },
    shows: "tbody tr",
  }),
  none("/console/alerts/work", "work", "/v1/dead_work"),
  row("/console/alerts/work", "work-discard", {
    answers: { "/v1/dead_work": lists(...someWork) },
    press: ["tbody .button.danger"],
    dialog: "console/alerts/work.tsx discardAsk",
  }),
];

const all = [shell, overview, sessions, reviews, disputes, fleet, layouts, stock, alerts];
export const consoleRows = all.flat();
