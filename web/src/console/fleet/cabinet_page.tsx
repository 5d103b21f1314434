// One cabinet: how it is, why it does not open, what happened at it, and what can be done.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { once } from "@shared/api/once";
import { useResource, type Resource } from "@shared/api/resource";
import { troubles } from "@shared/strings/troubles";
import { Button, ButtonLink } from "@shared/ui/button";
import { Confirm } from "@shared/ui/dialog";
import { Empty, Loaded, Notice } from "@shared/ui/states";
import { Time } from "@shared/ui/texts";
import { tell } from "@shared/ui/toast";
import { Link } from "wouter-preact";
import { AlertActs } from "../alerts/acts";
import { detailOf, kindWords } from "../alerts/kinds";
import { useFleet, type Cabinet, type Site } from "../data";
import { useEvents } from "../live";
import { may } from "../roles";
import { SessionTable } from "../sessions/session_table";
import { Page } from "../shell/page";
import { LinkDialog, NewCabinetDialog, SiteDialog } from "./forms";
import { said } from "./strings";
import { Seen, Temperature, WellnessBadge } from "./wellness";

const latestSessions = 8;
const latestAlerts = 20;

type DialogName = "edit" | "site" | "link" | "revoke" | "lock" | "clear";

export function CabinetPage({ id }: { id: string }): JSX.Element {
  const words = said.value;
  const cabinet = useResource<Cabinet>(`cabinet/${id}`, () =>
    ask(api.GET("/v1/cabinets/{id}", { params: { path: { id } } })),
  );
  useEvents(["cabinet", "alert.", "planogram.", "site.", "session."], () => {
    void cabinet.reload();
  });
  const crumbs = [{ href: "/console/fleet", words: words.title }];
  if (!cabinet.value) {
    return (
      <Page title={words.cabinet} crumbs={crumbs}>
        <Loaded of={cabinet} lines={8}>
          {() => null}
        </Loaded>
      </Page>
    );
  }
  return <Shown cabinet={cabinet.value} resource={cabinet} />;
}

function Shown({
  cabinet,
  resource,
}: {
  cabinet: Cabinet;
  resource: Resource<Cabinet>;
}): JSX.Element {
  const words = said.value;
  const fleet = useFleet().value;
  const site = fleet?.sites.find((one) => one.id === cabinet.site);
  const [dialog, setDialog] = useState<DialogName>();
  const close = () => {
    setDialog(undefined);
    void resource.reload();
  };
  return (
    <Page
      title={cabinet.name}
      crumbs={[{ href: "/console/fleet", words: words.title }]}
      badge={<WellnessBadge of={cabinet} />}
      acts={may("operator") && <Acts cabinet={cabinet} onChoose={setDialog} />}
    >
      <Loaded of={resource}>{() => null}</Loaded>
      {cabinet.session && (
        <Notice title={words.nowInside}>
          <Link href={`/console/sessions/${cabinet.session}`}>{words.toSession}</Link>
        </Notice>
      )}
      {cabinet.closed_reasons.length > 0 && <Closed cabinet={cabinet} />}
      <div class="cabinet-grid">
        <Health cabinet={cabinet} site={site} />
        <Place cabinet={cabinet} site={site} onEdit={() => setDialog("site")} />
        <Alerts cabinet={cabinet} site={site} />
      </div>
      <Sessions cabinet={cabinet} />
      {dialog === "link" && <LinkDialog cabinet={cabinet} onClose={close} />}
      {dialog === "edit" && fleet && (
        <NewCabinetDialog fleet={fleet} cabinet={cabinet} onClose={close} />
      )}
      {dialog === "site" && site && <SiteDialog site={site} onClose={close} />}
      {dialog === "revoke" && <RevokeDialog cabinet={cabinet} onClose={close} />}
      {dialog === "lock" && <LockDialog cabinet={cabinet} to="lock" onClose={close} />}
      {dialog === "clear" && <LockDialog cabinet={cabinet} to="clear" onClose={close} />}
    </Page>
  );
}

function Acts({
  cabinet: { health },
  onChoose,
}: {
  cabinet: Cabinet;
  onChoose: (dialog: DialogName) => void;
}): JSX.Element {
  const words = said.value;
  const isLocked = health.locked_by_operator || health.locked_warm;
  return (
    <>
      <Button icon="edit" onPress={() => onChoose("edit")}>
        {words.edit}
      </Button>
      <Button icon="key" onPress={() => onChoose("link")}>
        {words.link}
      </Button>
      <Button icon="close" onPress={() => onChoose("revoke")}>
        {words.revoke}
      </Button>
      {isLocked ? (
        <Button kind="primary" icon="unlock" onPress={() => onChoose("clear")}>
          {words.clear}
        </Button>
      ) : (
        <Button icon="lock" onPress={() => onChoose("lock")}>
          {words.lock}
        </Button>
      )}
    </>
  );
}

// For a cabinet that was stolen, or whose key was copied.
function RevokeDialog({
  cabinet,
  onClose,
}: {
  cabinet: Cabinet;
  onClose: () => void;
}): JSX.Element {
  const words = said.value;
  return (
    <Confirm
      title={words.revokeTitle}
      yes={words.revoke}
      danger
      onClose={onClose}
      onYes={async () => {
        await once(`revoke/${cabinet.id}`, (key) => {
          const params = { path: { id: cabinet.id }, header: { "Idempotency-Key": key } };
          return ask(api.POST("/v1/cabinets/{id}/revoke_keys", { params }));
        });
        tell(words.revoked);
        onClose();
      }}
    >
      <p>{words.revokeTodo}</p>
    </Confirm>
  );
}

function LockDialog({
  cabinet,
  to,
  onClose,
}: {
  cabinet: Cabinet;
  to: "lock" | "clear";
  onClose: () => void;
}): JSX.Element {
  const words = said.value;
  const isLock = to === "lock";
  return (
    <Confirm
      title={isLock ? words.lockTitle : words.clearTitle}
      yes={isLock ? words.lock : words.clear}
      danger={isLock}
      onClose={onClose}
      onYes={async () => {
        await once(`${to}/${cabinet.id}`, (key) => {
          const params = { path: { id: cabinet.id }, header: { "Idempotency-Key": key } };
          return isLock
            ? ask(api.POST("/v1/cabinets/{id}/lock", { params }))
            : ask(api.POST("/v1/cabinets/{id}/clear", { params }));
        });
        tell(isLock ? words.locked : words.cleared);
        onClose();
      }}
    >
      <p>{isLock ? words.lockTodo : words.clearTodo}</p>
    </Confirm>
  );
}

function Closed({ cabinet }: { cabinet: Cabinet }): JSX.Element {
  const words = said.value;
  const codes = [...new Set(cabinet.closed_reasons.map((one) => one.code))];
  return (
    <Notice kind="warn" title={words.closedBecause}>
      <ul>
        {codes.map((code) => (
          <li key={code}>
            {words.reasons[code] ??
              cabinet.closed_reasons.find((one) => one.code === code)?.words}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

type Placed = { cabinet: Cabinet; site: Site | undefined };

function Health({ cabinet, site }: Placed): JSX.Element {
  const words = said.value;
  const { health } = cabinet;
  return (
    <section class="panel">
      <h2>{words.health}</h2>
      <dl class="facts panel-body">
        <dt>{words.seen}</dt>
        <dd>
          <Seen of={cabinet} zone={site?.time_zone} />
        </dd>
        <dt>{words.temperature}</dt>
        <dd>
          <Temperature of={cabinet} />
        </dd>
        {health.warm_since && (
          <>
            <dt>{words.warmSince}</dt>
            <dd>
              <Time at={health.warm_since} {...(site ? { zone: site.time_zone } : {})} />
            </dd>
          </>
        )}
        <dt>{words.camerasLabel}</dt>
        <dd>{health.cameras.join(", ") || <span class="soft">{words.unknown}</span>}</dd>
        <dt>{words.cameraProblems}</dt>
        <dd>{health.camera_problems.map(troubles.in).join(", ") || words.fine}</dd>
        <dt>{words.software}</dt>
        <dd>{health.software ?? <span class="soft">{words.unknown}</span>}</dd>
        <dt>{words.model}</dt>
        <dd>
          {cabinet.model?.models.map((one) => one.name).join(", ") ?? (
            <span class="soft">{words.none}</span>
          )}
        </dd>
      </dl>
    </section>
  );
}

function Place({ cabinet, site, onEdit }: Placed & { onEdit: () => void }): JSX.Element {
  const words = said.value;
  return (
    <section class="panel">
      <div class="panel-head row-between">
        <h2>{words.place}</h2>
        {site && may("operator") && (
          <Button kind="quiet" icon="edit" onPress={onEdit}>
            {words.editSite}
          </Button>
        )}
      </div>
      <dl class="facts panel-body">
        <dt>{words.site}</dt>
        <dd>{site?.name}</dd>
        <dt>{words.address}</dt>
        <dd>{site?.address || <span class="soft">{words.unknown}</span>}</dd>
        <dt>{words.zone}</dt>
        <dd>{site?.time_zone}</dd>
        <dt>{words.sinceWhen}</dt>
        <dd>
          <Time at={cabinet.created_at} {...(site ? { zone: site.time_zone } : {})} />
        </dd>
      </dl>
      <div class="panel-body row">
        <ButtonLink href={`/console/layouts/${cabinet.id}`} icon="shelf">
          {words.layout}
        </ButtonLink>
        <ButtonLink href={`/console/stock/${cabinet.id}`} icon="truck">
          {words.stock}
        </ButtonLink>
      </div>
    </section>
  );
}

function Alerts({ cabinet, site }: Placed): JSX.Element {
  const words = said.value;
  const alerts = useResource(`cabinet/${cabinet.id}/alerts`, async () => {
    const query = { cabinet: cabinet.id, state: "raised" as const, limit: latestAlerts };
    return (await ask(api.GET("/v1/alerts", { params: { query } }))).data;
  });
  useEvents(["alert."], () => void alerts.reload());
  return (
    <section class="panel">
      <h2>{words.openAlerts}</h2>
      <div class="panel-body">
        <Loaded of={alerts} lines={2}>
          {(all) =>
            all.length === 0 ? (
              <p class="soft">{words.noAlerts}</p>
            ) : (
              <ul class="stack-tight">
                {all.map((one: Schemas["Alert"]) => (
                  <li key={one.id} class="stack-tight">
                    <b>{kindWords(one.kind)}</b>
                    <span class="small soft">
                      {detailOf(one, cabinet)}{" "}
                      <Time at={one.raised_at} {...(site ? { zone: site.time_zone } : {})} />
                    </span>
                    <AlertActs of={one} onChange={() => void alerts.reload()} />
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </div>
    </section>
  );
}

function Sessions({ cabinet }: { cabinet: Cabinet }): JSX.Element {
  const words = said.value;
  const sessions = useResource(`cabinet/${cabinet.id}/sessions`, async () => {
    const query = { cabinet: cabinet.id, limit: latestSessions };
    return (await ask(api.GET("/v1/sessions", { params: { query } }))).data;
  });
  useEvents(["session."], () => void sessions.reload());
  return (
    <section class="panel">
      <div class="panel-head row-between">
        <h2>{words.recent}</h2>
        <Link href={`/console/sessions?cabinet=${cabinet.id}`}>{words.allSessions}</Link>
      </div>
      <Loaded of={sessions}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon="door" title={words.noSessions} />
          ) : (
            <SessionTable ofOne rows={all} caption={words.recent} />
          )
        }
      </Loaded>
    </section>
  );
}
