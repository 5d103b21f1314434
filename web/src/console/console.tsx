// The console: who is signed in, which section stands at which address, the frame around it.
import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { Redirect, Route, Switch, useLocation } from "wouter-preact";
import { loadMe, me } from "@shared/api/me";
import { problemOf, type Problem } from "@shared/api/problem";
import { whenBack } from "@shared/connection";
import { words } from "@shared/strings";
import { ButtonLink } from "@shared/ui/button";
import { Icon } from "@shared/ui/icons";
import { Empty, ProblemNotice, Skeleton } from "@shared/ui/states";
import { useKeys } from "./keys";
import { fetchAhead, Lazy } from "./lazy";
import { followEvents } from "./live";
import { may } from "./roles";
import { pathOf, sections, type Section } from "./sections";
import { KeyHelp } from "./shell/key_help";
import { LeadBack } from "./shell/lead_back";
import { Mark } from "./shell/mark";
import { Navigation } from "./shell/navigation";
import { Page } from "./shell/page";
import { SignIn } from "./shell/sign_in";
import { said } from "./strings";

export function Console(): JSX.Element {
  const [problem, setProblem] = useState<Problem>();
  const look = () =>
    loadMe().then(
      () => setProblem(undefined),
      (thrown: unknown) => setProblem(problemOf(thrown)),
    );
  useEffect(() => {
    void look();
    return whenBack(() => void look());
  }, []);
  if (me.value === undefined) {
    return (
      <main class="sign-in">
        {problem ? (
          <ProblemNotice problem={problem} onRetry={look} />
        ) : (
          <Skeleton words={said.value.opening} />
        )}
      </main>
    );
  }
  if (me.value === null) return <SignIn />;
  return <Shell key={me.value.id} />;
}

function Shell(): JSX.Element {
  const [help, setHelp] = useState(false);
  const [menu, setMenu] = useState(false);
  const [path, go] = useLocation();
  const text = said.value;
  const mine = sections.filter((one) => may(one.role));
  useEffect(followEvents, []);
  useEffect(() => fetchAhead(mine.map((one) => one.load)), []);
  useEffect(() => setMenu(false), [path]);
  useKeys(text.keys.go, mine.map((one) => ({
    key: `g ${one.key}`,
    words: text.sections[one.id],
    run: () => go(pathOf(one.id)),
  })));
  useKeys(text.keys.everywhere, [
    { key: "?", words: text.keys.help, run: () => setHelp(true) },
  ]);
  return (
    <div class={menu ? "console menu-open" : "console"}>
      <a class="skip unseen-until-focus" href="#main">
        {text.skip}
      </a>
      <header class="top-bar">
        <button
          type="button"
          class="button quiet"
          aria-label={text.menu}
          aria-expanded={menu}
          onClick={() => setMenu(!menu)}
        >
          <Icon name={menu ? "close" : "list"} />
        </button>
        <Mark />
        <b>tally</b>
      </header>
      <div class="side">
        <div class="side-room">
          <Navigation onGo={() => setMenu(false)} onHelp={() => setHelp(true)} />
        </div>
      </div>
      <button
        type="button"
        class="side-shade"
        tabIndex={-1}
        aria-hidden="true"
        onClick={() => setMenu(false)}
      />
      <main id="main" tabIndex={-1}>
        {may("operator") && <LeadBack />}
        <Sections />
      </main>
      {help && <KeyHelp onClose={() => setHelp(false)} />}
    </div>
  );
}

function Sections(): JSX.Element {
  return (
    <Switch>
      <Route path="/console">
        <Redirect to={pathOf("overview")} replace />
      </Route>
      {sections.map((one) => (
        <Route path={`${pathOf(one.id)}/*?`} key={one.id}>
          {may(one.role) ? <Lazy load={one.load} key={one.id} /> : <Forbidden section={one} />}
        </Route>
      ))}
      <Route>
        <Page title={words.value.common.notFound}>
          <Empty icon="help" title={words.value.common.notFound}>
            <ButtonLink href="/console" kind="primary">
              {said.value.sections.overview}
            </ButtonLink>
          </Empty>
        </Page>
      </Route>
    </Switch>
  );
}

function Forbidden({ section }: { section: Section }): JSX.Element {
  const text = said.value;
  return (
    <Page title={text.sections[section.id]}>
      <Empty icon="lock" title={text.forbidden.title}>
        <p>{text.forbidden.todo(text.roles[section.role])}</p>
      </Empty>
    </Page>
  );
}
