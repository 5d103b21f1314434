// Rows of lists that fill slowly, or only where something went wrong.

let made = 0;
// Never given out by a server: its time part is of the year 1970.
export const id = (prefix) => `${prefix}_0000000000${String(++made).padStart(16, "0")}`;

// A name as long as some people give.
export const long = "beside the goods lift, second floor, behind the large potted plant";

const at = "2026-11-23T15:04:05.123Z";
const euros = (minor) => ({ minor, currency: "EUR" });

const kinds = [
  "cabinet_offline",
  "cabinet_too_warm",
  "cabinet_camera",
  "cabinet_door_forced",
  "door_left_open",
  "stock_low",
  "stock_out",
  "review_overdue",
  "dispute_open",
  "payment_refund_refused",
  "watch_failed",
  "work_dead",
];
export const someAlerts = kinds.map((kind, index) => ({
  id: id("evt"),
  kind,
  state: index % 4 === 3 ? "cleared" : "raised",
  object: index % 2 ? id("pop") : id("ses"),
  cabinet: null,
  words: "",
  raised_at: at,
  cleared_at: index % 4 === 3 ? at : null,
  subject: null,
  acknowledged_at: index % 4 === 1 ? at : null,
  acknowledged_by: index % 4 === 1 ? id("usr") : null,
  clearable: index % 4 === 0,
}));

// As servers tell it.
const damaged =
  "cam1.mp4: damaged: pictures in it can't be decoded; copy or record it again";
export const small =
  "is 40x40 pixels; a product can't be told by less than 48 a side, give a larger photo";

export const someWork = ["payment", "session.watch"].map((kind) => ({
  id: id("dwk"),
  state: "dead",
  kind,
  object: kind === "payment" ? id("pay") : id("ses"),
  tries: 40,
  error: kind === "payment" ? "was answered 500" : damaged,
  since: at,
}));

export const refunds = ["pending", "done", "refused"].map((state) => ({
  id: id("rfd"),
  payment: id("pay"),
  state,
  amount: euros(429),
  reason: "The bottle had a crack, which the shopper showed us on a photo",
  wanted_at: at,
  session: id("ses"),
}));

export const payouts = [1, 2].map((number) => ({
  id: id("trf"),
  at,
  amount: euros(123456 * number),
  reference: `po_2026-11-${20 + number}`,
}));

export const someDebts = [1, 2].map((count) => ({
  shopper: id("cus"),
  standing: "locked_out",
  owed: [euros(429 * count)],
  debts: Array.from({ length: count }, (_, index) => ({
    key: `debt-${count}-${index}`,
    session: id("ses"),
    made_at: at,
    time_zone: "Europe/Berlin",
    amount: euros(429),
    left: euros(429),
  })),
}));
