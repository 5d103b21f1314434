// The console's pages of goods, money and house; as console.js.
import { answers, eachSays, fails, lists, says } from "./answers.js";
import { id, payouts, refunds, small, someDebts } from "./samples.js";

const act = (number) => `.page-acts > :nth-child(${number})`;
const row = (route, name, more = {}) => ({ route, name, who: "owner", ...more });
const none = (route, name, path) =>
  row(route, `${name}-none`, { answers: { [path]: lists() }, shows: ".empty" });

const productAt = { at: ({ product }) => `/console/products/${product}` };

const products = [
  row("/console/products", "products", { shows: ".page a[href^='/console/products/prd']" }),
  none("/console/products", "products", "/v1/products"),
  row("/console/products/new", "product-new", { shows: "form" }),
  row("/console/products/new", "product-new-wrong", {
    press: ['button[type="submit"]'],
    shows: '[aria-invalid="true"]',
  }),
  row("/console/products/:id", "product", { ...productAt, shows: ".photo" }),
  row("/console/products/:id", "product-alike", {
    ...productAt,
    answers: {
      "/v1/products/*/enrolment": says((one) => {
        const [first, second] = one.photos;
        Object.assign(first, { state: "refused", problem: small });
        if (second) second.state = "waiting";
        one.look_alikes = [
          { product: id("prd"), sku: "water-10", name: "Water 1 l", likeness: 0.97 },
        ].map((other) => ({ ...other, same_picture: true }));
      }),
    },
    shows: ".notice",
  }),
  row("/console/products/:id", "product-no-photos", {
    ...productAt,
    answers: {
      "/v1/products/*/enrolment": says((one) => ({ ...one, photos: [], look_alikes: [] })),
    },
    shows: ".page form",
  }),
  row("/console/products/:id", "product-photo-remove", {
    ...productAt,
    press: [".photo-remove"],
    dialog: "console/products/enrolment.tsx removeAsk",
  }),
  row("/console/products/:id", "product-gone", {
    at: () => `/console/products/${id("prd")}`,
    shows: ".notice.bad",
  }),
];

const marketAt = { at: ({ market }) => `/console/markets/${market}` };

const markets = [
  row("/console/markets", "markets", { shows: "tbody tr" }),
  none("/console/markets", "markets", "/v1/markets"),
  row("/console/markets/new", "market-new", { shows: "form" }),
  row("/console/markets/:id", "market", { ...marketAt, shows: ".price-act" }),
  row("/console/markets/:id", "market-no-prices", {
    ...marketAt,
    answers: { "/v1/markets/*": says((one) => ({ ...one, prices: [] })) },
    shows: ".page form",
  }),
  row("/console/markets/:id", "market-price-remove", {
    ...marketAt,
    press: [".price-act .button"],
    dialog: "console/markets/prices.tsx removeAsk",
  }),
];

const paymentsOf = eachSays((one) => {
  const states = ["captured", "action_needed", "declined", "expired", "releasing"];
  one.state = states[Number.parseInt(one.id.slice(-2), 36) % states.length] ?? one.state;
});

const money = [
  row("/console/money", "ledger", { shows: "tbody tr" }),
  none("/console/money", "ledger", "/v1/ledger/transfers"),
  row("/console/money/payments", "payments", { shows: "tbody tr" }),
  none("/console/money/payments", "payments", "/v1/payments"),
  row("/console/money/payments", "payments-states", {
    answers: { "/v1/payments": paymentsOf },
    shows: "tbody tr",
  }),
  row("/console/money/payments", "refund", {
    press: ["tbody .button"],
    dialog: "console/money/payments.tsx refundTitle",
  }),
  row("/console/money/payments", "refund-wrong", {
    press: ["tbody .button", 'dialog button[type="submit"]'],
    shows: 'dialog [aria-invalid="true"]',
    dialog: "console/money/payments.tsx refundTitle",
  }),
  row("/console/money/refunds", "refunds", {
    answers: { "/v1/refunds": lists(...refunds) },
    shows: "tbody tr",
  }),
  none("/console/money/refunds", "refunds", "/v1/refunds"),
  row("/console/money/debts", "debts", {
    answers: { "/v1/debts": lists(...someDebts) },
    shows: "tbody tr",
  }),
  none("/console/money/debts", "debts", "/v1/debts"),
  row("/console/money/debts", "write-off", {
    answers: { "/v1/debts": lists(...someDebts) },
    press: ["tbody .button"],
    dialog: "console/money/debts.tsx writeOffTitle",
  }),
  row("/console/money/payouts", "payouts", {
    answers: { "/v1/payouts": lists(...payouts) },
    shows: "tbody tr",
  }),
  none("/console/money/payouts", "payouts", "/v1/payouts"),
  row("/console/money/payouts", "payout-new", {
    press: [act(1)],
    dialog: "console/money/payouts.tsx recordPayout",
  }),
  row("/console/money/exports", "exports", { shows: "a[download]" }),
];

const people = [
  row("/console/people", "people", { shows: "tbody tr" }),
  row("/console/people", "person-new", {
    press: [act(1)],
    dialog: "console/people/users_page.tsx addUser",
  }),
  row("/console/people", "person-edit", {
    press: ["tbody tr:has-text('viewer') .button"],
    dialog: "console/people/users_page.tsx editTitle",
  }),
  row("/console/people", "person-disable", {
    press: ["tbody tr:has-text('viewer') .button", "dialog .danger"],
    dialog: "console/people/users_page.tsx disableAsk",
  }),
  row("/console/people/keys", "keys", { shows: "tbody tr" }),
  none("/console/people/keys", "keys", "/v1/api_keys"),
  row("/console/people/keys", "key-new", {
    press: [act(1)],
    dialog: "console/people/keys_page.tsx addKey",
  }),
  row("/console/people/keys", "key-secret", {
    answers: {
      "POST /v1/api_keys": answers({ secret: `tally_test_${"x7k2m9".repeat(8)}` }, 201),
    },
    press: [act(1)],
    fill: { "dialog input": "till" },
    then: ['dialog button[type="submit"]'],
    shows: "dialog .copy-text",
    dialog: "console/people/keys_page.tsx secretTitle",
  }),
  row("/console/people/keys", "key-revoke", {
    press: ["tbody .button"],
    dialog: "console/people/keys_page.tsx revokeAsk",
  }),
];

const endpointAt = { at: ({ endpoint }) => `/console/webhooks/${endpoint}` };
const secret = { secret: `whsec_${"Qm9vR2xh".repeat(5)}` };

const webhooks = [
  row("/console/webhooks", "webhooks", { shows: "tbody tr" }),
  none("/console/webhooks", "webhooks", "/v1/webhook_endpoints"),
  row("/console/webhooks", "webhook-new", {
    press: [act(1)],
    dialog: "console/webhooks/endpoints_page.tsx add",
  }),
  row("/console/webhooks", "webhook-secret", {
    answers: {
      "POST /v1/webhook_endpoints": (route) =>
        answers({ ...secret, webhook_endpoint: { id: id("whe") } }, 201)(route),
    },
    press: [act(1)],
    fill: { "dialog input": "https://hooks.tally.example/new" },
    then: ['dialog button[type="submit"]'],
    shows: "dialog .copy-text",
    dialog: "console/webhooks/endpoints_page.tsx secretTitle",
  }),
  row("/console/webhooks/:id", "webhook", { ...endpointAt, shows: "tbody tr" }),
  row("/console/webhooks/:id", "webhook-fails", {
    ...endpointAt,
    answers: { "/v1/webhook_endpoints/*/deliveries": fails },
    shows: ".notice.bad",
  }),
  row("/console/webhooks/:id", "webhook-disabled", {
    ...endpointAt,
    answers: {
      "/v1/webhook_endpoints/*": says((one) => ({ ...one, disabled: true })),
      "/v1/webhook_endpoints/*/deliveries": lists(),
    },
    shows: ".notice.warn",
  }),
  row("/console/webhooks/:id", "webhook-roll", {
    ...endpointAt,
    press: [".card > .row > :nth-child(2)"],
    dialog: "console/webhooks/endpoint_page.tsx rollAsk",
  }),
  row("/console/webhooks/:id", "webhook-rolled", {
    ...endpointAt,
    answers: { "POST /v1/webhook_endpoints/*/roll_secret": answers(secret) },
    press: [".card > .row > :nth-child(2)", "dialog .acts .primary"],
    shows: "dialog .copy-text",
    dialog: "console/webhooks/endpoint_page.tsx secretTitle",
  }),
  row("/console/webhooks/:id", "webhook-remove", {
    ...endpointAt,
    press: [".card > .row > :nth-child(3)"],
    dialog: "console/webhooks/endpoint_page.tsx removeAsk",
  }),
];

const models = [
  row("/console/models", "models", { shows: "tbody tr" }),
  row("/console/models", "models-none", {
    answers: { "/v1/models": answers({ data: [], cabinets: [] }) },
    shows: ".empty",
  }),
];

export const houseRows = [products, markets, money, people, webhooks, models].flat();
