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
    <section aria-label="What is read" className="flex min-w-0 flex-col gap-1">
      <h3 className="font-medium">What is read</h3>
      {/* Of one height, whatever is found: what stands below stays where it is. */}
      <div className="flex h-48 min-w-0 flex-col rounded-control border border-line bg-subtle">
        {input ? (
          <Found input={input} />
        ) : (
          <p className="px-2.5 py-1.5 text-fg-3">Shown as soon as a test of the connection has succeeded.</p>
        )}
      </div>
    </section>
  );
}

function Found({ input }: { input: PreviewScanInput }) {
  const { result, error, isOld, again } = useScanPreview(input);
  const found = error ? null : result;
  return (
    <>
      <div role="status" className="flex shrink-0 flex-wrap items-center gap-x-2 gap-y-1 px-2.5 py-1.5">
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
            <span className={isOld ? 'text-fg-3' : undefined}>{found ? inWords(found) : 'Looking'}</span>
          </>
        )}
        {found && found.unreadable.length > 0 && (
          <span className="text-small text-fg-3">Could not be looked into: {formatNames(found.unreadable)}.</span>
        )}
      </div>
      {found && found.names.length > 0 && (
        <ul
          aria-label="What matches"
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and keys must be able to scroll it
          tabIndex={0}
          className="min-h-0 flex-1 overflow-y-auto border-t border-line px-2.5 py-1"
        >
          {found.names.map((name) => (
            <li key={name} className={isOld ? 'flex min-w-0 text-fg-3' : 'flex min-w-0'}>
              <Name name={name} className="text-small leading-5" />
            </li>
          ))}
          {found.matched > found.names.length && (
            <li className="text-small leading-5 text-fg-3">{formatCount(found.matched - found.names.length, found.totalIsCapped)} more</li>
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
