'use client';
import { Pencil } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { useFilterNames } from '@/components/asset-filter/use-names';
import { filterInWords } from '@/components/asset-filter/words';
import { Page } from '@/components/page';
import { Button, ButtonLink } from '@/components/ui/button';
import { Markdown } from '@/components/ui/markdown';
import { Boundary } from '@/components/ui/panel';
import { Progress } from '@/components/ui/progress';
import { SeverityWord } from '@/components/ui/severity';
import { SidePanel, SideSection } from '@/components/ui/side-panel';
import { SkeletonRows } from '@/components/ui/skeleton';
import { ErrorPanel, NotFound } from '@/components/ui/states';
import { StatusWord } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { PolicyQuery } from '@/gql/graphql';
import { plural } from '@/lib/format';
import { useKeys } from '@/lib/keys';
import { useViewer } from '@/lib/viewer';
import { POLICY_EVENTS, scopeOf } from './policy-fields';
import { PolicyVersions } from './policy-versions';
import { PolicyViolations } from './policy-violations';
import { RetirePolicy } from './retire-policy';
import { RuleParams } from './rule-params';
import { usePolicyLive } from './use-policy-events';

const POLICY = graphql(`
  query Policy($id: ID!) {
    policy(id: $id) {
      ...PolicyFields
      evaluation {
        done
        total
        requestedAt
        startedAt
        finishedAt
      }
    }
  }
`);

type Loaded = NonNullable<PolicyQuery['policy']>;
const CRUMBS = [{ label: 'Policies', href: '/policies' }];

export function Policy({ id }: { id: string }) {
  const [{ data, error, fetching }, ask] = useQuery({ query: POLICY, variables: { id } });
  const again = () => ask({ requestPolicy: 'network-only' });
  usePolicyLive(again, { types: POLICY_EVENTS });
  const policy = data?.policy;
  const isRunning = policy?.evaluation != null && policy.evaluation.finishedAt === null;
  useEffect(() => {
    if (!isRunning) return;
    // How far an evaluation is has no event of its own.
    const timer = setInterval(() => ask({ requestPolicy: 'network-only' }), 1_000);
    return () => clearInterval(timer);
  }, [isRunning, ask]);

  if (policy) return <PolicyPage policy={policy} />;
  return (
    <Page title="Policy" crumbs={CRUMBS}>
      {error ? (
        <ErrorPanel error={error} subject="This policy" onRetry={again} />
      ) : fetching ? (
        <SkeletonRows rows={6} />
      ) : (
        <NotFound thing="policy" />
      )}
    </Page>
  );
}

function PolicyPage({ policy }: { policy: Loaded }) {
  const { id, name, description, severity, status, version, draft, scope, params, ruleType, evaluation } = policy;
  const { mayStewardAll } = useViewer();
  const [isRetiring, setRetiring] = useState(false);
  const filter = scopeOf(scope);
  const names = useFilterNames([filter]);
  const router = useRouter();
  useKeys({ e: () => router.push(`/policies/${id}/edit`) }, mayStewardAll);
  const actions = mayStewardAll && (
    <>
      {status === 'PUBLISHED' && (
        <Button variant="danger" onClick={() => setRetiring(true)}>
          Retire…
        </Button>
      )}
      <ButtonLink href={`/policies/${id}/edit`} icon={<Pencil className="size-3.5" strokeWidth={1.6} />}>
        Edit
      </ButtonLink>
    </>
  );
  return (
    <Page title={name} crumbs={CRUMBS} fills actions={<div className="flex items-center gap-2 max-sm:hidden">{actions}</div>}>
      <div className="flex min-h-0 flex-1 max-lg:flex-col max-lg:overflow-y-auto">
        <div className="flex min-w-0 flex-1 flex-col gap-5 p-5 *:shrink-0 max-lg:flex-none max-sm:p-3 lg:overflow-y-auto">
          {/* The bar of a small screen has room for the name alone. */}
          <div className="flex flex-row-reverse flex-wrap items-center justify-end gap-2 empty:hidden sm:hidden">{actions}</div>
          <p className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <StatusWord status={status} />
            <SeverityWord severity={severity} />
            <span className="text-fg-3">version {version}</span>
            {draft && (
              <span className="text-fg-2">
                A draft of <Time at={draft.updatedAt} as="moment" /> waits{status === 'PUBLISHED' && ' beside what is in force'}.{' '}
                {mayStewardAll && (
                  <Link href={`/policies/${id}/edit`} className="text-primary-text underline-offset-2 hover:underline">
                    Compare and publish
                  </Link>
                )}
              </span>
            )}
          </p>
          {description ? <Markdown>{description}</Markdown> : <p className="text-fg-3">No description</p>}
          <section aria-label="Rule" className="flex max-w-[680px] flex-col gap-2">
            <h2 className="font-semibold">
              Rule <code className="ml-1 font-normal text-fg-2">{ruleType.name}</code>
            </h2>
            <p className="max-w-[72ch] text-fg-2">{ruleType.description}</p>
            <RuleParams params={params} schema={ruleType.paramsSchema} />
          </section>
          <section aria-label="Scope" className="flex max-w-[680px] flex-col gap-1">
            <h2 className="font-semibold">Scope</h2>
            <p className="max-w-[72ch] break-words text-fg-2">{filterInWords(filter, names)}</p>
          </section>
          <Boundary name="Violations">
            <PolicyViolations id={id} status={status} />
          </Boundary>
        </div>
        <SidePanel label="How it came about" className="max-lg:w-full max-lg:border-t max-lg:border-l-0">
          {evaluation && (
            <SideSection title="Last checked">
              <Evaluation evaluation={evaluation} />
            </SideSection>
          )}
          <SideSection title="Versions">
            <PolicyVersions key={version} id={id} version={version} />
          </SideSection>
        </SidePanel>
      </div>
      <RetirePolicy policy={policy} open={isRetiring} onClose={() => setRetiring(false)} />
    </Page>
  );
}

function Evaluation({
  evaluation: { done, total, requestedAt, startedAt, finishedAt },
}: {
  evaluation: NonNullable<Loaded['evaluation']>;
}) {
  if (finishedAt) {
    return (
      <p className="text-fg-2">
        {plural(done, 'asset')} when it was published or retired, <Time at={finishedAt} as="moment" />. Since then each asset as it changes.
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-1">
      <Progress label="Assets checked" done={done} total={total} />
      <p className="text-small text-fg-3">
        {startedAt ? 'Every asset in the catalog is being checked, since ' : 'Waits for its turn, since '}
        <Time at={startedAt ?? requestedAt} as="clock" />.
      </p>
    </div>
  );
}
