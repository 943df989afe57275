'use client';
import { CodeBlock } from '@/components/ui/code-block';
import { SeverityMark } from '@/components/ui/severity';
import { Fact, Facts, SideSection } from '@/components/ui/side-panel';
import { Spinner } from '@/components/ui/spinner';
import { ErrorPanel } from '@/components/ui/states';
import { StatusMark } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { formatCount, plural } from '@/lib/format';
import { grantsOf, userOf } from './grants';
import type { SourceTest, TestResult } from './use-source-test';

/** What a test of the connection found, beside the form. */
export function TestPanel({ test, config }: { test: SourceTest; config: unknown }) {
  const { result, error, isRunning, isStale, at } = test;
  return (
    <>
      <SideSection title="Test" action={at && <Time at={at} as="clock" className="text-small text-fg-3" />}>
        <div role="status" className="flex flex-col gap-3">
          {isRunning && (
            <p className="flex items-center gap-2">
              <Spinner /> Testing
            </p>
          )}
          {!isRunning && !result && !error && <p className="text-fg-2">Not tested yet. A test connects, looks, and stores nothing.</p>}
          {isStale && !isRunning && <p className="text-fg-3">The connection was changed since this test.</p>}
          {result && <Outcome result={result} />}
        </div>
        {error && <ErrorPanel error={error} subject="The test" className="px-0 pb-0" />}
      </SideSection>
      {result && result.missingPermissions.length > 0 && (
        <SideSection title={`Missing permissions ${formatCount(result.missingPermissions.length)}`}>
          <ul className="mb-3 flex flex-col gap-1.5">
            {result.missingPermissions.map((permission) => (
              <li key={permission} className="flex items-start gap-2">
                <SeverityMark severity="WARNING" className="mt-[3px]" aria-hidden />
                <code className="min-w-0 break-words">{permission}</code>
              </li>
            ))}
          </ul>
          <p className="mb-2 text-fg-2">Run this as the owner, then test again.</p>
          <CodeBlock
            label="Statements that grant what is missing"
            language="sql"
            code={grantsOf(result.missingPermissions, userOf(config))}
          />
        </SideSection>
      )}
      <SideSection>
        <p className="text-fg-2">PurSight reads the catalog of the source and aggregates. It never copies a table.</p>
      </SideSection>
    </>
  );
}

function Outcome({ result: { ok, message, latencyMs, serverVersion, missingPermissions } }: { result: TestResult }) {
  const missing = missingPermissions.length;
  return (
    <>
      <p className="flex items-start gap-2 font-semibold">
        <StatusMark status={!ok ? 'FAILED' : missing > 0 ? 'COMPLETED_WITH_WARNINGS' : 'COMPLETED'} className="mt-[3px]" />
        {!ok ? 'The test failed' : missing > 0 ? `Connected, with ${plural(missing, 'permission')} missing` : 'Connected'}
      </p>
      <p className="break-words text-fg-2">{message}</p>
      <Facts>
        {latencyMs !== null && latencyMs !== undefined && <Fact name="Answered in">{formatCount(latencyMs)} ms</Fact>}
        {serverVersion && <Fact name="Server">{serverVersion}</Fact>}
      </Facts>
    </>
  );
}
