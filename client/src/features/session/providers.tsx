'use client';
import dynamic from 'next/dynamic';
import { usePathname, useRouter } from 'next/navigation';
import { useEffect, useState, type ReactNode } from 'react';
import { Provider, useQuery } from 'urql';
import { Dialog } from '@/components/ui/dialog';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import { createGraphql } from '@/lib/graphql/client';
import { onMissed } from '@/lib/graphql/connection';
import { startPreferences } from '@/lib/preferences';
import { resume } from '@/lib/session/session';
import { useSession } from '@/lib/session/use-session';
import { ViewerContext } from '@/lib/viewer';

// Loaded at once, though after the page: nothing is told before.
const Toasts = dynamic(() => import('@/components/ui/toasts').then((module) => module.Toasts), { ssr: false });
const SignInForm = dynamic(() => import('./sign-in-form').then((module) => module.SignInForm), { ssr: false });

// Few have a role over a domain.
const WithDomains = dynamic(() => import('./with-domains').then((module) => module.WithDomains), { ssr: false, loading: Waiting });

const PROVIDERS_ME = graphql(`
  query ProvidersMe {
    me {
      id
      name
      email
      roles {
        role
        sourceId
        domainId
      }
      teams {
        id
        name
      }
    }
  }
`);

/** Everything behind the sign-in: who is not signed in is sent there; whose session ends signs in over the page, which stays as it is. */
export function Providers({ children }: { children: ReactNode }) {
  const session = useSession();
  const router = useRouter();
  const path = usePathname();
  const [client] = useState(createGraphql);
  useEffect(() => {
    startPreferences();
    void resume();
    return onMissed(() => toast({ title: 'More happened than can be replayed', text: 'What is shown was loaded anew.', stays: true }));
  }, []);
  useEffect(() => {
    if (session.status === 'signed-out') router.replace(`/sign-in?to=${encodeURIComponent(path + location.search)}`);
  }, [session.status, router, path]);

  if (session.status === 'unreachable') {
    return (
      <main className="mx-auto max-w-[480px] pt-[20vh]">
        <ErrorPanel
          error={{ title: 'PurSight is not available', text: session.message, code: 'UPSTREAM_UNAVAILABLE' }}
          onRetry={() => void resume()}
        />
        <Retrying />
      </main>
    );
  }
  if (session.status !== 'signed-in') return <Waiting />;
  return (
    <Provider value={client}>
      <Me>{children}</Me>
      <Dialog
        open={session.ended}
        // It cannot be left out: nothing can be read or saved before.
        onClose={() => {}}
        title="Sign in again"
        description="Your session has ended. This page and what you typed stay."
      >
        <SignInForm />
      </Dialog>
      <Toasts />
    </Provider>
  );
}

function Waiting() {
  return <div aria-busy="true" className="h-dvh bg-canvas" />;
}

/** The page comes by itself when the server is back. */
function Retrying() {
  useEffect(() => {
    const timer = setInterval(() => void resume(), 3_000);
    return () => clearInterval(timer);
  }, []);
  return <p className="px-4 text-small text-fg-3">Trying again every 3 seconds.</p>;
}

function Me({ children }: { children: ReactNode }) {
  const [{ data, error, fetching }, again] = useQuery({ query: PROVIDERS_ME });
  if (data?.me) {
    if (data.me.roles.some(({ domainId }) => domainId)) return <WithDomains viewer={data.me}>{children}</WithDomains>;
    return <ViewerContext value={data.me}>{children}</ViewerContext>;
  }
  if (error) return <ErrorPanel error={error} subject="PurSight" onRetry={() => again({ requestPolicy: 'network-only' })} />;
  if (fetching) return <Waiting />;
  return <EmptyState title="This account is no person">API tokens of services cannot use this interface.</EmptyState>;
}
