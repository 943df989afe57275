'use client';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useRef, useState, useSyncExternalStore } from 'react';
import { useQuery } from 'urql';
import { Page } from '@/components/page';
import { validate } from '@/components/schema-form';
import { ButtonLink } from '@/components/ui/button';
import { SidePanel } from '@/components/ui/side-panel';
import { SkeletonRows } from '@/components/ui/skeleton';
import { ErrorPanel, NotFound } from '@/components/ui/states';
import { graphql } from '@/gql';
import type { RegisterSourceQuery } from '@/gql/graphql';
import { focusInvalid } from '@/lib/focus';
import { formatEnum, formatNames } from '@/lib/format';
import { useUrlState } from '@/lib/url-state';
import { useViewer } from '@/lib/viewer';
import { ConnectionStep, ConnectorStep } from './connection-steps';
import { configInWords, dropDraft, loadDraft, saveDraft, type Draft } from './draft';
import { scheduleInWords } from './schedule';
import { secretNames } from './secrets';
import { useRegister } from './use-register';
import { useSourceTest } from './use-source-test';
import { WizardStep, type StepState } from './wizard-step';

// The later steps come when they are reached, and what is beside them when they are there.
const TestPanel = dynamic(() => import('./test-panel').then((module) => module.TestPanel));
const NameStep = dynamic(() => import('./naming-steps').then((module) => module.NameStep));
const ScopeStep = dynamic(() => import('./naming-steps').then((module) => module.ScopeStep));

const REGISTER_SOURCE = graphql(`
  query RegisterSource {
    connectors {
      id
      title
      configSchema
      secretFields
      assetKinds
    }
  }
`);
export type ConnectorRow = NonNullable<RegisterSourceQuery['connectors']>[number];

/** Connects one more system, in four steps. */
export function RegisterSource() {
  const { isAdmin } = useViewer();
  const [{ data, error }, again] = useQuery({ query: REGISTER_SOURCE, pause: !isAdmin });
  if (!isAdmin) {
    return (
      <Page title="Not found" crumbs={[{ label: 'Sources', href: '/sources' }]}>
        <NotFound thing="page" />
      </Page>
    );
  }
  return (
    <Page
      title="Register a source"
      crumbs={[{ label: 'Sources', href: '/sources' }]}
      fills
      actions={
        <>
          <span className="text-small text-fg-3 max-md:hidden">Kept as a draft in this browser, without the password</span>
          <ButtonLink variant="quiet" href="/sources" onClick={dropDraft}>
            Cancel
          </ButtonLink>
        </>
      }
    >
      {data?.connectors ? (
        <Wizard connectors={data.connectors} />
      ) : error ? (
        <ErrorPanel error={error} subject="The list of connectors" onRetry={() => again({ requestPolicy: 'network-only' })} />
      ) : (
        <SkeletonRows rows={4} />
      )}
    </Page>
  );
}

const never = () => () => {};

function Wizard({ connectors }: { connectors: readonly ConnectorRow[] }) {
  // What the browser keeps is not known on the server.
  const isHere = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  return isHere ? <Steps connectors={connectors} /> : <SkeletonRows rows={4} />;
}

function Steps({ connectors }: { connectors: readonly ConnectorRow[] }) {
  const router = useRouter();
  const { get } = useUrlState();
  const list = useRef<HTMLOListElement>(null);
  const [draft, setDraft] = useState<Draft>(() => {
    const kept = loadDraft();
    const asked = get('connector');
    return asked && connectors.some(({ id }) => id === asked) ? { ...kept, connector: asked } : kept;
  });
  const connector = connectors.find(({ id }) => id === draft.connector) ?? (connectors.length === 1 ? connectors[0]! : null);
  const secrets = connector ? secretNames(connector.configSchema, connector.secretFields) : [];
  const [step, setStep] = useState(connector ? 2 : 1);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [isAcknowledged, setAcknowledged] = useState(false);
  const test = useSourceTest(draft.config);
  const { register, isBusy, error } = useRegister();

  const change = (part: Partial<Draft>): void => {
    const next = { ...draft, ...part };
    setDraft(next);
    if ('config' in part) setAcknowledged(false);
    saveDraft(next, secrets);
  };
  const show = (found: Readonly<Record<string, string>>): void => {
    setErrors(found);
    focusInvalid(list.current);
  };
  const goTo = (next: number): void => {
    setStep(next);
    setErrors({});
    requestAnimationFrame(() =>
      list.current?.querySelector<HTMLElement>('[aria-current] form :is(input, textarea, select, button)')?.focus(),
    );
  };
  const runTest = async (): Promise<void> => {
    if (!connector) return;
    const wrong = validate(connector.configSchema, draft.config);
    if (Object.keys(wrong).length > 0) return show(wrong);
    const refused = await test.run({ connector: connector.id, config: draft.config });
    if (Object.keys(refused).length > 0) show(refused);
  };
  const hasFailed = !test.isStale && (test.result?.ok === false || test.error !== null);

  /** What has to be put right before it goes on from the connection; null: nothing. */
  const connectionProblem = (): Readonly<Record<string, string>> | null => {
    if (!connector) return null;
    const wrong = validate(connector.configSchema, draft.config);
    if (Object.keys(wrong).length > 0) return wrong;
    if (JSON.stringify(draft.config) === '{}') return { '': 'Fill in how the source is reached.' };
    if (hasFailed && !isAcknowledged) return { acknowledge: 'The test failed: test again, or say that you go on.' };
    return null;
  };
  const goOn = (): void => {
    const problem = step === 2 ? connectionProblem() : null;
    if (problem) return show(problem);
    goTo(step + 1);
    // Nobody has to wait for a test; what it finds stands beside the next step, and what it refuses leads back.
    if (step === 2 && connector && (test.at === null || test.isStale) && !test.isRunning) {
      void test.run({ connector: connector.id, config: draft.config }).then((refused) => {
        if (Object.keys(refused).length === 0) return;
        setStep(2);
        show(refused);
      });
    }
  };
  const finish = async (scanNow: boolean): Promise<void> => {
    if (!connector) return;
    if (draft.name.trim() === '') return show({ name: 'A name is needed.' });
    const problem = connectionProblem();
    if (problem) {
      setStep(2);
      return show(problem);
    }
    const done = await register({ ...draft, connector: connector.id }, scanNow);
    if (done.to) {
      dropDraft();
      router.push(done.to);
      return;
    }
    if (done.step) setStep(done.step);
    show(done.errors);
  };

  const stateOf = (number: number): StepState => (number === step ? 'current' : number < step ? 'done' : 'ahead');
  const stepProps = (number: number) => ({ number, state: stateOf(number), onEdit: () => goTo(number) });
  return (
    <div className="flex min-h-0 flex-1 max-lg:flex-col max-lg:overflow-y-auto">
      <div className="min-w-0 flex-1 p-5 max-sm:p-3 lg:overflow-y-auto">
        <ol ref={list} className="max-w-[720px]">
          <WizardStep
            {...stepProps(1)}
            title="Connector"
            summary={
              connector
                ? `${connector.title}: ${connector.assetKinds.map((kind) => formatEnum(kind).toLowerCase()).join(', ')}`
                : 'Which kind of system'
            }
            onSubmit={() => connector && goOn()}
          >
            <ConnectorStep
              connectors={connectors}
              value={connector}
              onChange={({ id }) => change(id === draft.connector ? {} : { connector: id, ...(draft.connector && { config: {} }) })}
            />
          </WizardStep>
          <WizardStep
            {...stepProps(2)}
            title="Connection"
            summary={step > 2 ? configInWords(draft.config, secrets) : 'Where it is, and who reads it'}
            onSubmit={goOn}
          >
            {connector && (
              <ConnectionStep
                connector={connector}
                secrets={secrets}
                config={draft.config}
                onChange={(config) => change({ config })}
                errors={errors}
                test={test}
                onTest={() => void runTest()}
                hasFailed={hasFailed}
                isAcknowledged={isAcknowledged}
                onAcknowledge={setAcknowledged}
              />
            )}
          </WizardStep>
          <WizardStep
            {...stepProps(3)}
            title="What and when"
            summary={step > 3 ? scopeInWords(draft) : 'Schemas and tables to include, schedule'}
            onSubmit={goOn}
          >
            <ScopeStep
              draft={draft}
              onChange={change}
              errors={errors}
              source={connector && test.result?.ok && !test.isStale ? { connector: connector.id, config: draft.config } : null}
            />
          </WizardStep>
          <WizardStep
            {...stepProps(4)}
            title="Name and owners"
            summary="Name, description, who answers for it"
            onSubmit={() => void finish(true)}
          >
            <NameStep
              draft={draft}
              connector={connector}
              onChange={change}
              errors={errors}
              error={error}
              isBusy={isBusy}
              onRegisterOnly={() => void finish(false)}
            />
          </WizardStep>
        </ol>
      </div>
      <SidePanel label="Test of the connection" className="max-lg:w-full max-lg:border-t max-lg:border-l-0">
        <TestPanel test={test} config={draft.config} />
      </SidePanel>
    </div>
  );
}

export const scopeInWords = ({ include, exclude, schedule }: Pick<Draft, 'include' | 'exclude' | 'schedule'>): string =>
  [
    include.length > 0 ? formatNames(include) : 'Everything',
    exclude.length > 0 ? `without ${formatNames(exclude)}` : '',
    (scheduleInWords(schedule) ?? schedule ?? '').toLowerCase().replace('utc', 'UTC'),
  ]
    .filter(Boolean)
    .join(', ');
