// The purchase that a shopper has under way, and the way to it.
import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { api, ask } from "@shared/api/client";
import { useResource } from "@shared/api/resource";
import { words } from "@shared/strings";
import { Notice } from "@shared/ui/states";

const over = new Set(["settled", "ended", "review"]);

export function Running(): JSX.Element | null {
  const said = words.value.wallet.home;
  const latest = useResource("latest", async () => {
    const page = await ask(api.GET("/v1/sessions", { params: { query: { limit: 1 } } }));
    return page.data[0] ?? null;
  });
  const session = latest.value;
  if (!session || over.has(session.state)) return null;
  return (
    <Notice title={said.running}>
      <Link href={`/wallet/session/${session.id}`}>{said.runningGo}</Link>
    </Notice>
  );
}
