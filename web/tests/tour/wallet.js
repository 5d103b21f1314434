// The wallet's pages, dialogs and states; as console.js.
import { answers, fails, lists, refuses, says, waits } from "./answers.js";
import { id, someDebts } from "./samples.js";

const row = (route, name, more = {}) => ({ route, name, who: "shopper", ...more });
const nobody = (route, name, more = {}) => row(route, name, { who: "nobody", ...more });
const never = { "/v1/sessions/*/stream": waits };

// How a purchase that is under way, or has ended, is told.
const now = (state, more = {}) => ({
  at: ({ session }) => `/wallet/session/${session}`,
  answers: {
    ...never,
    "/v1/sessions/*": says((one) => {
      Object.assign(one, { state, end: null, receipt: null, late: false, ...more });
    }),
  },
  shows: `.now.${state}`,
});

const states = ["holding", "unlocking", "open", "grace", "deciding", "review"];
const ends = ["declined", "no_answer", "cancelled", "unlock_refused", "not_opened"];

const sessions = [
  ...states.map((state) => row("/wallet/session/:id", `session-${state}`, now(state))),
  ...ends.map((end) => row("/wallet/session/:id", `session-${end}`, now("ended", { end }))),
  row("/wallet/session/:id", "session-action", now("action", { action_url: "/sandbox/actions/1" })),
  row("/wallet/session/:id", "session-video-late", now("deciding", { late: true })),
  row("/wallet/session/:id", "session-code", {
    ...now("ended", { end: "declined", decline_code: "insufficient_funds" }),
  }),
  row("/wallet/session/:id", "session-fails", {
    at: ({ session }) => `/wallet/session/${session}`,
    answers: { ...never, "/v1/sessions/*": fails },
    shows: ".notice.bad",
  }),
  row("/wallet/session/:id", "session-signed-out", {
    at: ({ session }) => `/wallet/session/${session}`,
    who: "nobody",
    shows: 'input[name="email"]',
  }),
];

const door = { at: ({ door: code }) => `/d/${code}` };
const doorSays = (change) => ({ "/v1/doors/*": says((one) => void Object.assign(one, change)) });

const doors = [
  nobody("/d/:token", "door-signed-out", { ...door, shows: 'input[name="email"]' }),
  nobody("/d/:token", "door-letter", {
    ...door,
    answers: { "POST /v1/sign_in/codes": (route) => route.fulfill({ status: 204 }) },
    fill: { 'input[name="email"]': "sam@tally.example" },
    press: ['button[type="submit"]'],
    shows: 'input[name="code"]',
  }),
  nobody("/d/:token", "door-waits", {
    ...door,
    answers: { "/v1/doors/*": waits },
    shows: ".skeleton",
  }),
  row("/d/:token", "door-card", {
    ...door,
    answers: { "/v1/payment_methods": lists() },
    shows: 'input[name="card"]',
  }),
  row("/d/:token", "door", { ...door, shows: ".button.large" }),
  row("/d/:token", "door-empty", { ...door, answers: doorSays({ offers: [] }), shows: ".large" }),
  row("/d/:token", "door-closed", {
    ...door,
    answers: doorSays({
      opens: false,
      closed_codes: ["offline", "warm", "locked", "unready", "busy"],
    }),
    shows: ".notice.warn",
  }),
  row("/d/:token", "door-debt", {
    ...door,
    answers: { "/v1/debts": lists(someDebts[0]) },
    shows: ".notice.warn",
  }),
  row("/d/:token", "door-gone", {
    ...door,
    answers: { "/v1/doors/*": refuses(410, "door_token_expired") },
    shows: ".notice",
  }),
  row("/d/:token", "door-forged", {
    ...door,
    answers: { "/v1/doors/*": refuses(404, "door_token_unknown") },
    shows: ".notice",
  }),
];

const receiptAt = { at: ({ receipt }) => `/wallet/receipt/${receipt}` };
const money = (minor) => ({ minor, currency: "EUR" });

const disputeOf = (state) => (route, { receipt, session, sku }) => {
  const line = { sku, charged: 1, claimed: 0, decided: null, unit_price: money(429) };
  const one = { id: id("dsp"), receipt, session, words: "I put it back", state, lines: [line] };
  const rest = { time_zone: "Europe/Berlin", by_policy: false, decided_by: null, version: 1 };
  return lists({ ...one, ...rest, opened_at: "2026-11-23T15:04:05.123Z" })(route);
};

const receipts = [
  row("/wallet/receipt/:id", "receipt", { ...receiptAt, shows: ".totals" }),
  row("/wallet/receipt/:id", "receipt-new", {
    at: ({ receipt }) => `/wallet/receipt/${receipt}?new=yes`,
    shows: ".totals",
  }),
  row("/wallet/receipt/:id", "receipt-nothing", {
    ...receiptAt,
    answers: {
      "/v1/receipts/*": says((one) => {
        const none = { net: money(0), tax: money(0), gross: money(0) };
        Object.assign(one, { lines: [], taxes: [], total: none });
      }),
    },
    shows: ".totals",
  }),
  row("/wallet/receipt/:id", "receipt-unpaid", {
    ...receiptAt,
    answers: {
      "/v1/payments/*": says((one) => {
        Object.assign(one, { state: "expired", captured: money(0), released: money(0) });
      }),
    },
    shows: ".badge.warn",
  }),
  ...["open", "granted", "partly", "refused", "withdrawn"].map((state) =>
    row("/wallet/receipt/:id", `receipt-${state}`, {
      ...receiptAt,
      answers: { "/v1/disputes": disputeOf(state) },
      shows: ".notice",
    }),
  ),
  row("/wallet/receipt/:id", "receipt-dispute", {
    ...receiptAt,
    press: [".receipt-line > .quiet"],
    dialog: "wallet/disputes.tsx title",
  }),
  row("/wallet/receipt/:id", "receipt-dispute-several", {
    ...receiptAt,
    answers: {
      "/v1/receipts/*": says((one) => {
        one.lines[0].quantity = 3;
      }),
    },
    press: [".receipt-line > .quiet"],
    shows: "dialog .stepper",
    dialog: "wallet/disputes.tsx title",
  }),
  row("/wallet/receipt/:id", "receipt-gone", {
    at: () => `/wallet/receipt/${id("rct")}`,
    shows: ".notice.bad",
  }),
];

const rest = [
  nobody("/", "first", { shows: ".home-head" }),
  row("/wallet", "home", { shows: ".receipt-row" }),
  row("/wallet", "home-none", { answers: { "/v1/receipts": lists() }, shows: ".empty" }),
  row("/wallet", "home-fails", {
    answers: { "/v1/receipts": fails },
    forget: true,
    shows: ".notice.bad",
  }),
  row("/wallet", "home-running", {
    answers: {
      "/v1/sessions": says((page) => {
        page.data[0].state = "open";
      }),
      "/v1/debts": lists(someDebts[1]),
    },
    shows: ".notice.warn",
  }),
  row("/wallet", "opening", { answers: { "/v1/me": waits }, shows: ".skeleton" }),
  row("/wallet", "not-found", { at: () => "/wallet/nowhere", shows: ".empty" }),
  nobody("/wallet/scan", "scan-no-camera", { shows: ".empty" }),
  nobody("/wallet/scan", "scan-not-ours", {
    fill: { 'input[type="url"]': "https://elsewhere.example/d/1" },
    press: ['button[type="submit"]'],
    shows: ".wrong",
  }),
  nobody("/wallet/sign-in", "sign-in", { shows: 'input[name="email"]' }),
  nobody("/wallet/sign-in", "sign-in-several", {
    answers: {
      "POST /v1/sign_in/codes": refuses(400, "parameter_missing", "tenant is missing", "tenant"),
    },
    fill: { 'input[name="email"]': "sam@tally.example" },
    press: ['button[type="submit"]'],
    shows: ".empty",
  }),
  row("/wallet/debt", "debt", { answers: { "/v1/debts": lists(someDebts[1]) }, shows: ".lines" }),
  row("/wallet/debt", "debt-no-card", {
    answers: { "/v1/debts": lists(someDebts[0]), "/v1/payment_methods": lists() },
    shows: ".lines",
  }),
  row("/wallet/debt", "debt-none", { shows: ".empty" }),
  row("/wallet/cards/new", "card-new", { shows: 'input[name="card"]' }),
  row("/wallet/cards/setup/:id", "card-not-saved", {
    at: () => `/wallet/cards/setup/${id("cse")}`,
    answers: {
      "POST /v1/card_setups/*/complete": answers({
        id: id("cse"),
        state: "open",
        payment_method: null,
      }),
    },
    shows: ".notice.warn",
  }),
  row("/wallet/account", "account", { shows: ".lines .quiet" }),
  row("/wallet/account", "account-no-card", {
    answers: { "/v1/payment_methods": lists() },
    shows: "#cards",
  }),
  row("/wallet/account", "card-remove", {
    press: [".lines .quiet"],
    dialog: "wallet/account_page.tsx removeAsk",
  }),
  nobody("/wallet/account", "account-signed-out", { shows: "#install" }),
  row("/sandbox/actions/:payment", "bank", {
    at: ({ payment }) => `/sandbox/actions/${payment}`,
    answers: { "/v1/payments/*": says((one) => ({ ...one, state: "action_needed" })) },
    shows: ".question",
  }),
  row("/sandbox/actions/:payment", "bank-answered", {
    at: ({ payment }) => `/sandbox/actions/${payment}`,
    shows: ".notice",
  }),
];

export const walletRows = [rest, doors, sessions, receipts].flat();
