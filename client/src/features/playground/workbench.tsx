'use client';
import { AlignLeft, Play, Square } from 'lucide-react';
import { useId, useMemo, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Segmented, Select } from '@/components/ui/field';
import { announce } from '@/lib/announce';
import { cn } from '@/lib/class-names';
import { plural } from '@/lib/format';
import { modKey, useKeys } from '@/lib/keys';
import type { Operation } from './copy-as';
import { CopyMenu } from './copy-menu';
import type { Place } from './docs';
import type { Draft } from './draft';
import { Editor } from './editor';
import { formatOperation } from './format-operation';
import { LiveLog, LiveLogActions } from './live-log';
import { listOperations, readVariables } from './operations';
import { formatTook, Result, ResultFigures } from './result';
import { useLiveLog } from './use-live-log';
import { useRun } from './use-run';
import { useSchema } from './use-schema';

export type View = 'library' | 'editor' | 'variables' | 'result';
type Props = {
  draft: Draft;
  onDraft: (change: Partial<Draft>) => void;
  /** Below 1024 px one part is shown at a time. */
  view: View;
  onView: (view: View) => void;
  onRan: (query: string) => void;
  onLookUp: (place: Place) => void;
};

/** Writes, runs, and shows what comes back. */
export function Workbench({ draft, onDraft, view, onView, onRan, onLookUp }: Props) {
  const help = useId();
  const { schema } = useSchema();
  const run = useRun();
  const live = useLiveLog();
  const [shown, setShown] = useState<'answer' | 'log'>('answer');
  const [chosen, setChosen] = useState<string>();
  const operations = useMemo(() => listOperations(draft.query), [draft.query]);
  const asked = operations?.find(({ name }) => name === chosen) ?? operations?.[0];
  const isSubscription = asked?.kind === 'subscription';

  function refuse(title: string, error: unknown): void {
    const message = (error as Error).message.replace(/[.]?$/, '.');
    run.refuse({ title, text: `${message} Nothing was sent.`, code: 'BAD_USER_INPUT' });
    setShown('answer');
    onView('result');
  }

  function readOperation(): Operation | null {
    try {
      const variables = readVariables(draft.variables);
      const operationName = operations && operations.length > 1 ? asked?.name : undefined;
      return { query: draft.query, ...(variables && { variables }), ...(operationName && { operationName }) };
    } catch (error) {
      refuse('The variables cannot be read', error);
      return null;
    }
  }

  async function start(): Promise<void> {
    const operation = draft.query.trim() === '' ? null : readOperation();
    if (!operation) return;
    onRan(draft.query);
    onView('result');
    setShown(isSubscription ? 'log' : 'answer');
    if (isSubscription) return live.start(operation, asked.name ?? 'the subscription');
    const answer = await run.start(operation);
    if (answer) announce(`HTTP ${answer.status} in ${formatTook(answer.durationMs)}, ${plural(answer.errors.length, 'error')}`);
  }

  function format(): void {
    try {
      onDraft({ query: formatOperation(draft.query) });
    } catch (error) {
      return refuse('The operation cannot be read', error);
    }
    try {
      const variables = readVariables(draft.variables);
      if (variables) onDraft({ variables: JSON.stringify(variables, null, 2) });
    } catch (error) {
      refuse('The variables cannot be read', error);
    }
  }

  useKeys({ 'mod+Enter': () => void start() });

  const showsLog = live.log !== null && shown === 'log';
  const pane = (own: View, className: string): string =>
    cn('min-h-0 min-w-0 flex-col', className, view === own ? 'flex' : 'hidden md:flex');
  return (
    <section aria-label="Operation" className={cn('min-h-0 min-w-0 flex-1 flex-col', view === 'library' ? 'hidden md:flex' : 'flex')}>
      <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
        {run.isRunning ? (
          <Button icon={<Square className="size-3.5" strokeWidth={1.6} />} onClick={run.stop}>
            Stop
          </Button>
        ) : (
          <Button
            variant="primary"
            icon={<Play className="size-3.5" strokeWidth={1.6} />}
            title={`${modKey()}Enter`}
            onClick={() => void start()}
          >
            Run
          </Button>
        )}
        {operations && operations.length > 1 && (
          <div className="w-44">
            <Select aria-label="Operation to run" value={asked?.name ?? ''} onChange={(event) => setChosen(event.target.value)}>
              {operations.map(({ name, kind }, index) => (
                <option key={index} value={name ?? ''}>
                  {name ?? kind}
                </option>
              ))}
            </Select>
          </div>
        )}
        <Button icon={<AlignLeft className="size-3.5" strokeWidth={1.6} />} onClick={format}>
          Format
        </Button>
        <CopyMenu isSubscription={isSubscription} operation={readOperation} />
        <p className="text-small text-fg-3">This runs with your own rights.</p>
      </div>
      <p id={help} className="sr-only">
        Tab indents. Press Escape, then Tab, to leave the editor. {modKey()}Enter runs the operation.
      </p>
      <div className="grid min-h-0 flex-1 grid-cols-1 md:grid-cols-2 md:grid-rows-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className={pane('editor', 'md:border-r md:border-line')}>
          <Editor
            value={draft.query}
            onChange={(query) => onDraft({ query })}
            language="graphql"
            schema={schema}
            onLookUp={(type, field) => onLookUp({ type, field })}
            label="Operation"
            aria-describedby={help}
          />
        </div>
        <div className={pane('variables', 'md:border-t md:border-r md:border-line')}>
          <h2 className="px-3 pt-2 pb-1 font-semibold">Variables</h2>
          <div className="min-h-0 flex-1">
            <Editor
              value={draft.variables}
              onChange={(variables) => onDraft({ variables })}
              language="json"
              label="Variables, as JSON"
              aria-describedby={help}
            />
          </div>
        </div>
        <div className={pane('result', 'md:col-start-2 md:row-span-2 md:row-start-1')}>
          <div className="flex min-h-[38px] shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-1">
            {live.log ? (
              <Segmented
                label="What is shown"
                value={shown}
                onChange={setShown}
                options={[
                  { value: 'answer', label: 'Result' },
                  { value: 'log', label: 'Live' },
                ]}
              />
            ) : (
              <h2 className="font-semibold">Result</h2>
            )}
            {showsLog ? (
              <LiveLogActions log={live.log!} onStop={live.stop} onClose={live.close} />
            ) : (
              run.answer && <ResultFigures answer={run.answer} />
            )}
          </div>
          {showsLog ? <LiveLog log={live.log!} /> : <Result {...run} onRetry={() => void start()} />}
        </div>
      </div>
    </section>
  );
}
