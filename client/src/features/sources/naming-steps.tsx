'use client';
import type { CombinedError } from 'urql';
import { OwnerPicker } from '@/components/pickers/owner-picker';
import { Button } from '@/components/ui/button';
import { Field, Textarea } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Fact, Facts } from '@/components/ui/side-panel';
import { ErrorPanel } from '@/components/ui/states';
import { formatNames } from '@/lib/format';
import { Continue } from './connection-steps';
import type { Draft } from './draft';
import type { ConnectorRow } from './register-source';
import { Globs, ScheduleField } from './scan-fields';
import { ScanPreview } from './scan-preview';
import { scheduleInWords } from './schedule';

type Errors = Readonly<Record<string, string>>;
type ScopeProps = { draft: Draft; onChange: (part: Partial<Draft>) => void; errors: Errors };
/** `source`: null as long as no test has reached it. */
type SourceProps = { source: { connector: string; config: unknown } | null };

/** These steps may come later than their frame: the focus goes to their first control when it is there. */
const focusFirst = (step: HTMLElement | null): void => step?.querySelector<HTMLElement>('input, textarea')?.focus();

/** 3: what is read, and when. */
export const ScopeStep = ({ draft, onChange, errors, source }: ScopeProps & SourceProps) => (
  <div ref={focusFirst} className="contents">
    <Globs include={draft.include} exclude={draft.exclude} onChange={onChange} errors={errors} />
    <ScanPreview input={source && { ...source, include: [...draft.include], exclude: [...draft.exclude] }} />
    <ScheduleField value={draft.schedule} onChange={(schedule) => onChange({ schedule })} error={errors.schedule} />
    <div>
      <Continue />
    </div>
  </div>
);

type NameProps = ScopeProps & {
  connector: ConnectorRow | null;
  error: CombinedError | null;
  isBusy: boolean;
  onRegisterOnly: () => void;
};

/** 4: what it is called, who answers for it, and all of it once more. */
export function NameStep({ draft, connector, onChange, errors, error, isBusy, onRegisterOnly }: NameProps) {
  const isElsewhere = error !== null && Object.keys(errors).length === 0;
  return (
    <div ref={focusFirst} className="contents">
      <Field
        label="Name"
        property="name"
        error={draft.name.trim() ? (errors.name === 'A name is needed.' ? undefined : errors.name) : errors.name}
      >
        {(control) => (
          <Input
            {...control}
            value={draft.name}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => onChange({ name: target.value })}
          />
        )}
      </Field>
      <Field label="Description" property="description" required={false} error={errors.description}>
        {(control) => (
          <Textarea {...control} value={draft.description} onChange={({ target }) => onChange({ description: target.value })} />
        )}
      </Field>
      <Field label="Owners" property="owners" required={false} error={errors.owners}>
        {(control) => <OwnerPicker {...control} value={draft.owners} onChange={(owners) => onChange({ owners })} />}
      </Field>
      <section aria-label="Summary" className="rounded-control border border-line bg-subtle p-3">
        <Facts>
          <Fact name="Connector">{connector?.title}</Fact>
          <Fact name="Reads">
            {draft.include.length > 0 ? <code>{draft.include.join(', ')}</code> : 'Everything that the user may see'}
          </Fact>
          {draft.exclude.length > 0 && (
            <Fact name="Leaves out">
              <code>{draft.exclude.join(', ')}</code>
            </Fact>
          )}
          <Fact name="Schedule">{scheduleInWords(draft.schedule) ?? <code>{draft.schedule}</code>}</Fact>
          <Fact name="Owners">{formatNames(draft.owners.map(({ name }) => name)) || 'No owner'}</Fact>
        </Facts>
      </section>
      {isElsewhere && <ErrorPanel error={error} subject="Registering" rest="Nothing was saved." className="p-0" />}
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" variant="primary" busy={isBusy}>
          {isBusy ? 'Registering' : 'Register and scan now'}
        </Button>
        <Button disabled={isBusy} onClick={onRegisterOnly}>
          Register only
        </Button>
      </div>
    </div>
  );
}
