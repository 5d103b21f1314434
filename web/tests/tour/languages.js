// Finds words that stay the same when the language changes.

// What a person reads or hears on the page as it stands.
export const wordsOf = (page) =>
  page.evaluate(() => {
    const found = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const parent = node.parentElement;
      // What says that it is English is: a server's sentence that is not known.
      if (!parent || parent.closest("body [lang], script, style, .mono, pre, code")) continue;
      if (parent.checkVisibility()) found.add(node.textContent.trim());
    }
    const told = ["aria-label", "title", "placeholder", "alt"];
    for (const one of document.querySelectorAll(told.map((name) => `[${name}]`).join())) {
      if (one.checkVisibility()) for (const name of told) found.add(one.getAttribute(name) ?? "");
    }
    return [...found];
  });

// The same in both languages, or nobody's to translate: names, addresses, what people typed.
const same = [
  /^[^a-z]*$/i,
  /^(tally|English|Español|Corner Coolers|Owner|till|Demo|UTC|EUR|SKU|GTIN)$/,
  /^(Webhooks|Total|Error|Firmware|No)$/, // The same words in Spanish.
  /^\w$|^[\d.,]+ s$|^[0-9a-f]{12,}$|^run-|^openvino |^\d+ × Product/,
  /^(Cooler (in the corner|next to it)|Around the corner|Product p\d+|p\d+)\b/,
  /^[a-c][1-4]$|^s\df\d|^(cam\d|tally-\w+)|^[a-z]{3}_/, // Places, cameras, models, ids.
  /^“?I put it back|^The bottle had|^Ask at the desk|^Water 1 l|^viewer \d|^hooks\.|@|:\/\//, // The tour's own.
];

export const leftInEnglish = (english, spanish) => {
  const before = new Set(english);
  return spanish.filter((text) => before.has(text) && !same.some((one) => one.test(text)));
};
