#include "server/serve/pages.hpp"

namespace tally::serve {
namespace {

// In two parts, as compilers want string literals of at most 64 KiB, and people less.
constexpr std::string_view kPage = R"html(<!doctype html>
<html lang="en" data-demo="no">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tally wallet</title>
<style>
:root { color-scheme: light dark; --ink: #14213d; --paper: #fbfaf7; --soft: #e9e6df;
        --accent: #0b7a5c; --warn: #a3400b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f2efe8; --paper: #14181f; --soft: #2a313c; --accent: #45c9a0; --warn: #f0a06a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
       font: 17px/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 1.2rem; }
h1 { font-size: 1.5rem; margin: .4rem 0 1rem; }
h2 { font-size: 1.1rem; margin: 1.4rem 0 .4rem; }
label { display: block; margin: .8rem 0 .2rem; }
input, select, button { font: inherit; width: 100%; padding: .7rem .8rem; border-radius: .6rem;
  border: 1px solid var(--soft); background: transparent; color: inherit; }
select option { color: #14213d; }
button { background: var(--accent); color: #fff; border: 0; margin-top: 1rem; font-weight: 600;
         cursor: pointer; }
button.plain { background: var(--soft); color: inherit; font-weight: 400; }
button:disabled { opacity: .5; cursor: default; }
.note { color: var(--warn); min-height: 1.5em; }
.steps { list-style: none; padding: 0; margin: 1rem 0; }
.steps li { padding: .45rem .2rem; border-left: 3px solid var(--soft); padding-left: .8rem; }
.steps li.done { border-color: var(--accent); }
.line { display: flex; justify-content: space-between; gap: 1rem; padding: .5rem 0;
        border-top: 1px solid var(--soft); }
.total { font-weight: 700; border-top: 2px solid var(--ink); }
.small { font-size: .85rem; opacity: .8; }
video { width: 100%; border-radius: .6rem; background: #000; }
[hidden] { display: none; }
</style>
<main>
<h1 id="title">tally</h1>
<p class="note" id="note" role="status"></p>

<section id="signin" hidden>
  <p>Sign in with your e-mail address. You get a code; there is no password.</p>
  <label for="email">E-mail address</label>
  <input id="email" type="email" autocomplete="email" inputmode="email">
  <div id="code-part" hidden>
    <label for="code">The six digits that were sent to you</label>
    <input id="code" inputmode="numeric" autocomplete="one-time-code" maxlength="6">
    <p class="small" id="demo-hint" hidden>This is a demo: the code is printed where tally runs.</p>
  </div>
  <button id="signin-go">Send me a code</button>
</section>

<section id="card" hidden>
  <p>Add a means of payment once.</p>
  <label for="card-token">Test card</label>
  <select id="card-token">
    <option value="pm_card_visa">works</option>
    <option value="pm_card_chargeDeclinedInsufficientFunds">declined: lack of funds</option>
    <option value="pm_card_authenticationRequired">asks to confirm with the bank</option>
  </select>
  <button id="card-go">Add it</button>
</section>

<section id="door" hidden>
  <p id="door-words"></p>
  <button id="unlock">Unlock</button>
</section>

<section id="session" hidden>
  <ul class="steps" id="steps"></ul>
  <p id="session-words"></p>
  <p><a id="action" hidden>Confirm with your bank</a></p>
  <button class="plain" id="cancel" hidden>Cancel</button>
</section>

<section id="receipt" hidden>
  <h2>Receipt</h2>
  <div id="lines"></div>
  <p class="small" id="receipt-words"></p>
</section>

<section id="bank" hidden>
  <p>Your bank asks: may this cabinet hold the amount on your card?</p>
  <button id="approve">Yes, confirm</button>
  <button class="plain" id="decline">No</button>
</section>

<section id="past" hidden>
  <h2>Your receipts</h2>
  <div id="receipts"></div>
</section>
</main>
)html"
                                   R"html(<script>
'use strict';
const $ = (id) => document.getElementById(id);
const demo = document.documentElement.dataset.demo === 'yes';
const path = location.pathname.split('/').filter(Boolean);
const token = path[0] === 'd' ? path[1] : null;
const payment = path[0] === 'sandbox' ? path[2] : null;
let me = null, door = null;

class Refused extends Error {}
async function api(method, url, body, key) {
  const headers = {};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (me && me.csrf_token) headers['X-CSRF-Token'] = me.csrf_token;
  if (key) headers['Idempotency-Key'] = key;
  const answer = await fetch(url, {method, headers, credentials: 'same-origin',
    body: body === undefined ? undefined : JSON.stringify(body)});
  const text = await answer.text();
  const json = text ? JSON.parse(text) : {};
  if (!answer.ok) {
    const refused = new Refused(json.message || json.title || 'That did not work.');
    refused.status = answer.status;
    refused.code = json.code;
    throw refused;
  }
  return json;
}
const money = (m) => new Intl.NumberFormat(undefined,
  {style: 'currency', currency: m.currency}).format(m.minor / (m.currency === 'JPY' ? 1 : 100));
const show = (...ids) => {
  for (const id of ['signin', 'card', 'door', 'session', 'receipt', 'bank', 'past'])
    $(id).hidden = !ids.includes(id);
};
const note = (text) => { $('note').textContent = text || ''; };
const guarded = (button, work) => button.addEventListener('click', async () => {
  button.disabled = true;
  note('');
  try { await work(); } catch (error) { note(error.message); }
  button.disabled = false;
});

async function start() {
  if (token) {
    try {
      door = await api('GET', `/v1/doors/${token}`);
      $('title').textContent = door.name;
    } catch (error) {
      return note(error.message);
    }
  }
  try {
    me = await api('GET', '/v1/me');
    if (me.role !== 'shopper' || (door && me.tenant !== door.tenant)) me = null;
  } catch (error) { me = null; }
  if (!me && !token && !payment) {
    return note('Scan the code on a cabinet’s screen with your phone.');
  }
  if (!me) return show('signin');
  await signedIn();
}

async function signedIn() {
  if (payment) return show('bank');
  const latest = (await api('GET', '/v1/sessions?limit=1')).data[0];
  if (latest && !['settled', 'ended', 'review'].includes(latest.state)) return follow(latest.id);
  if (!door) return pastReceipts();
  const methods = await api('GET', '/v1/payment_methods');
  if (methods.data.length === 0) return show('card');
  door.method = methods.data.find((one) => one.is_default) || methods.data[0];
  const opens = door.opens;
  $('door-words').textContent = opens
    ? `${money(door.hold)} are held on your card (${door.method.brand}) while the door is open. ` +
      'You pay what you take.'
    : `It does not open now: ${door.closed_because.join('; ')}.`;
  $('unlock').hidden = !opens;
  show('door');
}

guarded($('signin-go'), async () => {
  const email = $('email').value.trim();
  const tenant = door ? door.tenant : null;
  if (!tenant) throw new Error('Scan the code on a cabinet’s screen first.');
  if ($('code-part').hidden) {
    await api('POST', '/v1/sign_in/codes', {tenant, email});
    $('code-part').hidden = false;
    $('demo-hint').hidden = !demo;
    $('signin-go').textContent = 'Sign in';
    $('code').focus();
    return;
  }
  const signed = await api('POST', '/v1/sign_in/shoppers',
    {tenant, email, code: $('code').value.trim()});
  me = {...signed.me, csrf_token: signed.csrf_token};
  await signedIn();
});

guarded($('card-go'), async () => {
  await api('POST', '/v1/payment_methods', {provider_token: $('card-token').value},
    crypto.randomUUID());
  await signedIn();
});

const unlockKey = crypto.randomUUID();
guarded($('unlock'), async () => {
  const session = await api('POST', '/v1/sessions',
    {door_token: token, payment_method: door.method.id}, unlockKey);
  history.replaceState(null, '', '/wallet');
  await follow(session.id);
});

const words = {
  holding: 'Asking your bank…', action: 'Your bank asks you to confirm.',
  unlocking: 'Unlocked: open the door.', open: 'Take what you want, then close the door.',
  grace: 'The door is closed.', deciding: 'Your receipt is being made…',
  review: 'A person looks at the video before anything is charged.',
  settled: 'Done. Thank you!', ended: '',
};
const ends = {
  declined: 'Your card was declined; nothing was charged.',
  no_answer: 'No answer came from your bank; nothing was charged.',
  cancelled: 'Cancelled; nothing was charged.',
  unlock_refused: 'The cabinet did not open; nothing was charged.',
  not_opened: 'The door was not opened; nothing was charged.', restocked: '',
};
async function follow(id) {
  show('session');
  const seen = [];
  guarded($('cancel'), () => api('POST', `/v1/sessions/${id}/cancel`, undefined, `cancel-${id}`));
  for (;;) {
    const session = await api('GET', `/v1/sessions/${id}`);
    if (seen.at(-1) !== session.state) {
      seen.push(session.state);
      $('steps').replaceChildren(...seen.map((state) => {
        const item = document.createElement('li');
        item.className = 'done';
        item.textContent = state === 'ended' ? ends[session.end] : words[state];
        return item;
      }));
    }
    $('cancel').hidden = !['holding', 'action', 'unlocking'].includes(session.state);
    $('action').hidden = !session.action_url;
    if (session.action_url) $('action').href = session.action_url;
    if (session.receipt) return receipt(session.receipt);
    if (session.state === 'ended') return;
    await new Promise((done) => setTimeout(done, 400));
  }
}

function row(left, right, className) {
  const line = document.createElement('div');
  line.className = 'line ' + (className || '');
  for (const text of [left, right]) {
    const part = document.createElement('span');
    part.textContent = text;
    line.append(part);
  }
  return line;
}

async function receipt(id) {
  const one = await api('GET', `/v1/receipts/${id}`);
  const parts = [];
  one.lines.forEach((line, index) => {
    parts.push(row(`${line.quantity} × ${line.name}`, money(line.amount.gross)));
    for (let clip = 0; clip < line.clips; ++clip) {
      const video = document.createElement('video');
      video.controls = true;
      video.muted = true;
      video.preload = 'metadata';
      video.src = `/v1/receipts/${id}/lines/${index}/clips/${clip}`;
      parts.push(video);
    }
  });
  if (one.lines.length === 0) parts.push(row('Nothing was taken', ''));
  parts.push(row('Total', money(one.total.gross), 'total'));
  $('lines').replaceChildren(...parts);
  $('receipt-words').textContent =
    `Tax included: ${money(one.total.tax)}. ${new Date(one.at).toLocaleString()}.`;
  show('session', 'receipt');
}

async function pastReceipts() {
  const page = await api('GET', '/v1/receipts?limit=20');
  $('receipts').replaceChildren(...page.data.map((one) => {
    const link = document.createElement('a');
    link.href = '#' + one.id;
    link.append(row(new Date(one.at).toLocaleString(), money(one.total.gross)));
    link.addEventListener('click', () => receipt(one.id));
    return link;
  }));
  if (page.data.length === 0) note('No receipts yet. Scan the code on a cabinet’s screen.');
  show('past');
}

for (const [button, outcome] of [['approve', 'approve'], ['decline', 'decline']]) {
  guarded($(button), async () => {
    await api('POST', `/v1/sandbox/actions/${payment}`, {outcome}, `${payment}-${outcome}`);
    location.href = '/wallet';
  });
}
start();
</script>
)html";

}  // namespace

std::string_view wallet_page() { return kPage; }

}  // namespace tally::serve
