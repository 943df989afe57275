'use client';
import { useEffect, useRef, useState } from 'react';
import { useClient, type CombinedError } from 'urql';
import { Button } from '@/components/ui/button';
import { Name } from '@/components/ui/name';
import { Spinner } from '@/components/ui/spinner';
import { graphql } from '@/gql';
import type { PreviewScanInput, ScanPreviewAskMutation } from '@/gql/graphql';
import { describeError } from '@/lib/errors';
import { formatCount, formatNames } from '@/lib/format';

const SCAN_PREVIEW = graphql(`
  mutation ScanPreviewAsk($input: PreviewScanInput!) {
    previewScan(input: $input) {
      preview {
        total
        totalIsCapped
        matched
        names
        unreadable
      }
    }
  }
`);

const AFTER_MS = 600;
type Result = NonNullable<ScanPreviewAskMutation['previewScan']>['preview'];
type Answer = { key: string; result: Result | null; error: CombinedError | null };

/** Asked when the patterns rest; of two questions only the newer one is answered, and what was found before stays meanwhile. */
function useScanPreview(input: PreviewScanInput) {
  const client = useClient();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [round, setRound] = useState(0);
  const last = useRef(0);
  const key = JSON.stringify(input);
  useEffect(() => {
    const number = ++last.current;
    const timer = setTimeout(
      () =>
        void client.mutation(SCAN_PREVIEW, { input: JSON.parse(key) as PreviewScanInput }).then(({ data, error }) => {
          if (number !== last.current) return;
          setAnswer((before) => ({ key, result: data?.previewScan?.preview ?? before?.result ?? null, error: error ?? null }));
        }),
      AFTER_MS,
    );
    return () => clearTimeout(timer);
  }, [client, key, round]);
  return {
    result: answer?.result ?? null,
    error: answer?.key === key ? answer.error : null,
    isOld: answer?.key !== key,
    again: () => {
      setAnswer((before) => before && { ...before, key: '', error: null });
      setRound((before) => before + 1);
    },
  };
}

/** What the patterns match in the source as it is now. `input`: null as long as it cannot be looked into. */
export function ScanPreview({ input }: { input: PreviewScanInput | null }) {
  return (
    <section aria-label="What is read" className="flex min-w-0 flex-col gap-2">
      <h3 className="font-medium">What is read</h3>
      {input ? <Found input={input} /> : <p className="text-fg-3">Shown as soon as a test of the connection has succeeded.</p>}
    </section>
  );
}

function Found({ input }: { input: PreviewScanInput }) {
  const { result, error, isOld, again } = useScanPreview(input);
  return (
    <>
      <p role="status" className="flex min-h-6 flex-wrap items-center gap-2">
        {error ? (
          <>
            <span className="text-error-text">{describeError(error).text}</span>
            <Button size="small" onClick={again}>
              Try again
            </Button>
          </>
        ) : (
          <>
            {isOld && <Spinner />}
            {result ? (
              <span className={isOld ? 'text-fg-3' : undefined}>{inWords(result)}</span>
            ) : (
              <span className="text-fg-3">Looking</span>
            )}
          </>
        )}
      </p>
      {result && !error && result.unreadable.length > 0 && (
        <p className="text-small text-fg-3">Could not be looked into: {formatNames(result.unreadable)}.</p>
      )}
      {result && !error && result.names.length > 0 && (
        <ul
          aria-label="What matches"
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and keys must be able to scroll it
          tabIndex={0}
          className="max-h-48 overflow-y-auto rounded-control border border-line bg-subtle px-2.5 py-1.5"
        >
          {result.names.map((name) => (
            <li key={name} className={isOld ? 'flex min-w-0 text-fg-3' : 'flex min-w-0'}>
              <Name name={name} className="text-small leading-5" />
            </li>
          ))}
          {result.matched > result.names.length && (
            <li className="text-small leading-5 text-fg-3">
              {formatCount(result.matched - result.names.length, result.totalIsCapped)} more
            </li>
          )}
        </ul>
      )}
    </>
  );
}

function inWords({ total, totalIsCapped, matched }: Result): string {
  if (total === 0) return 'There are no tables or views that this user may see.';
  const all = `${formatCount(total, totalIsCapped)} ${total === 1 ? 'table or view' : 'tables and views'}`;
  if (matched === total && !totalIsCapped) return total === 1 ? `The one ${all} is read.` : `All ${all} are read.`;
  if (matched === 0) return `None of ${all} matches: nothing would be read.`;
  return `${formatCount(matched, totalIsCapped)} of ${all} ${matched === 1 ? 'is' : 'are'} read.`;
}
