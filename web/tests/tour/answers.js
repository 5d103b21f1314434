// What a server may say, put between a page and the real one, so that the tour sees states which
// take long, are rare, or are nobody's wish. Each handles one request of Playwright's route().

export const answers =
  (json, status = 200) =>
  (route) =>
    route.fulfill({ status, json });

export const lists = (...data) => answers({ data, has_more: false });

export const refuses = (status, code, message = "", param = undefined) =>
  answers({ type: "about:blank", title: message, status, code, message, param }, status);

// 500 is told at once; what may pass (502, 503) is tried again by the page for a while.
export const fails = answers(
  { type: "about:blank", title: "An error", status: 500, code: "internal", request_id: "req_4f1c" },
  500,
);

export const waits = () => undefined; // The page goes before an answer comes.

// What the real server says, but for what `change` does to it.
export const says = (change) => async (route) => {
  const response = await route.fetch();
  const json = await response.json();
  await route.fulfill({ response, json: change(json) ?? json });
};

// As `says`, for each row of a list.
export const eachSays = (change) =>
  says((page) => ({ ...page, data: page.data.map((one) => change(one) ?? one) }));

// `paths`: by address, where * is one part of it and a method other than GET stands before it.
// `facts`: what the tour's server holds.
export async function answerFor(page, paths, facts) {
  for (const [said, handler] of Object.entries(paths)) {
    const [path, method = "GET"] = said.split(" ").reverse();
    const pattern = new RegExp(`^${path.replaceAll("*", "[^/]+")}$`);
    await page.route(
      (url) => pattern.test(url.pathname),
      (route) => (route.request().method() === method ? handler(route, facts) : route.fallback()),
    );
  }
}
