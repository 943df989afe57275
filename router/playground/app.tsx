/** The playground's page: sign-in, then GraphiQL with the example operations in tabs. */
import './workers.ts';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import { getOperationAST } from 'graphql';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import type { Fetcher } from '@graphiql/toolkit';
import { exampleVariables, SAMPLE_QUERY, type Example, type Sample } from './examples.ts';
import { createLive } from './live.ts';
import { createSessionStore, type Operation, type SessionStore } from './session.ts';
import { SignIn } from './signIn.tsx';

type Tab = { query: string; variables: string | null; headers: null };

/** Tabs with variables of this graph. When the graph cannot be asked, they stay empty: the tab says what is missing when it is run. */
async function makeTabs(session: SessionStore, examples: Example[]): Promise<Tab[]> {
  const sample = await session.send({ query: SAMPLE_QUERY }).then(
    (answer) => answer.data as Sample,
    () => null,
  );
  return examples.map(({ query }) => {
    const variables = exampleVariables(query, sample);
    return { query, variables: Object.keys(variables).length > 0 ? JSON.stringify(variables, null, 2) : null, headers: null };
  });
}

function Workbench({ session, examples }: { session: SessionStore; examples: Example[] }) {
  const [tabs, setTabs] = useState<Tab[] | null>(null);
  const fetcher = useMemo<Fetcher>(() => {
    const subscribe = createLive(session);
    return (operation, options) => {
      const asked = options?.documentAST && getOperationAST(options.documentAST, operation.operationName);
      return (asked?.operation === 'subscription' ? subscribe(operation as Operation) : session.send(operation as Operation)) as never;
    };
  }, [session]);
  useEffect(() => void makeTabs(session, examples).then(setTabs), [session, examples]);
  if (!tabs) return <p className="loading">Loading…</p>;
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={sessionStorage}
      defaultTabs={tabs}
      defaultQuery=""
      defaultEditorToolsVisibility="variables"
      isHeadersEditorEnabled={false}
      showPersistHeadersSettings={false}
      plugins={[HISTORY_PLUGIN]}
    >
      <GraphiQL.Logo>
        <span />
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

function App({ session, examples }: { session: SessionStore; examples: Example[] }) {
  const current = useSyncExternalStore(session.subscribe, session.current);
  const [resumed, setResumed] = useState(false);
  const [notice, setNotice] = useState<string | null>(null);
  const [wasSignedIn, setWasSignedIn] = useState(false);

  useEffect(() => {
    session
      .resume()
      .catch((error: Error) => setNotice(error.message))
      .finally(() => setResumed(true));
  }, [session]);
  useEffect(() => {
    if (current) {
      setWasSignedIn(true);
      setNotice(null);
    } else if (wasSignedIn) setNotice((before) => before ?? 'Your session has ended. Sign in again.');
  }, [current, wasSignedIn]);

  function signOut(): void {
    // Operations and their variables may hold secrets (a source's password): they do not outlast the session.
    sessionStorage.clear();
    setNotice('You are signed out.');
    session
      .signOut()
      .catch(() => setNotice('You are signed out here, but the server could not be told. The session there ends by itself.'));
  }

  if (!resumed) return <p className="loading">Loading…</p>;
  if (!current) return <SignIn session={session} notice={notice} />;
  return (
    <div className="page">
      <header className="bar">
        <strong>PurSight</strong>
        <span className="who">{current.user?.name ?? 'signed in'}</span>
        <button type="button" onClick={signOut}>
          Sign out
        </button>
      </header>
      <div className="workbench">
        <Workbench session={session} examples={examples} />
      </div>
    </div>
  );
}

const examples = JSON.parse(document.getElementById('examples')!.textContent!) as Example[];
createRoot(document.getElementById('root')!).render(<App session={createSessionStore()} examples={examples} />);
