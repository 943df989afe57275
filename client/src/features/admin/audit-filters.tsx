'use client';
import { SlidersHorizontal } from 'lucide-react';
import { useId, useState, type FormEvent } from 'react';
import { UserPicker } from '@/components/pickers/owner-picker';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { useUserNames } from '@/lib/lists';
import { usePreferences } from '@/lib/preferences';
import { useUrlState } from '@/lib/url-state';
import { useIsNarrow } from '@/lib/use-media';
import { FILTERS, fromField, READ_FILTERS, toField } from './audit-filter';

/** What of the row that is open says the address. */
const OPENED = { event: null, read: null };
const NONE = { ...Object.fromEntries(FILTERS.map((name) => [name, null])), ...OPENED };
/** The nouns that events are about. */
const TYPES = [
  'asset', 'audit', 'classification', 'domain', 'event', 'identity', 'lineage', 'policy', 'scan', 'source', 'team', 'term', 'token',
]; // prettier-ignore

type Props = {
  /** Reads are of no type, and were asked for by a user. */
  ofReads?: boolean;
};

/** Who, what, about what, when: in the address. */
export function AuditFilters({ ofReads = false }: Props) {
  const { params, set } = useUrlState();
  const isNarrow = useIsNarrow();
  const [isOpen, setOpen] = useState(false);
  const applied = (ofReads ? READ_FILTERS : FILTERS).filter((name) => params.has(name)).length;
  // What the address says now is what stands in the fields, when it is come back to, too.
  const form = <Filters key={FILTERS.map((name) => params.get(name)).join('\n')} ofReads={ofReads} onDone={() => setOpen(false)} />;
  const clear = applied > 0 && (
    <Button variant="quiet" onClick={() => set(NONE, { push: true })}>
      Clear filters
    </Button>
  );
  if (!isNarrow) {
    return (
      <div id="filters" role="group" aria-label="Filters" className="flex flex-wrap items-end gap-2">
        {form}
        {clear}
      </div>
    );
  }
  return (
    <div className="flex items-center gap-2">
      <Button icon={<SlidersHorizontal aria-hidden className="size-3.5" strokeWidth={1.6} />} onClick={() => setOpen(true)}>
        Filters {applied > 0 && <span className="text-primary-text">{applied}</span>}
      </Button>
      {clear}
      <Dialog as="sheet" open={isOpen} onClose={() => setOpen(false)} title="Filters">
        {form}
      </Dialog>
    </div>
  );
}

function Filters({ ofReads, onDone }: Props & { onDone: () => void }) {
  const { get, set } = useUrlState();
  const { zone } = usePreferences();
  const types = useId();
  const kept = get('actor');
  const names = useUserNames(kept ? [kept] : []);
  const [chosen, setChosen] = useState<{ id: string; name: string } | null>();
  const actor =
    chosen === undefined ? (kept ? { id: kept, name: names.get(kept) ?? (names.has(kept) ? 'an unknown user' : '…') } : null) : chosen;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const moments = { since: fromField(text('since'), zone), until: fromField(text('until'), zone) };
    set({ type: text('type') || null, subject: text('subject') || null, actor: actor?.id ?? null, ...moments, ...OPENED }, { push: true });
    onDone();
  };
  const inZone = zone === 'utc' ? ', UTC' : '';
  return (
    <form className="flex flex-wrap items-end gap-2 max-sm:flex-col max-sm:items-stretch max-sm:gap-3" onSubmit={submit}>
      <Field label={ofReads ? 'User' : 'Actor'} className="w-48 max-sm:w-full">
        {(control) => (
          <UserPicker
            {...control}
            single
            placeholder="Anybody"
            value={actor ? [actor] : []}
            onChange={(users) => setChosen(users[0] ?? null)}
          />
        )}
      </Field>
      {!ofReads && (
        <Field label="Type" className="w-44 max-sm:w-full">
          {(control) => (
            <>
              <Input {...control} name="type" list={types} placeholder="asset, or policy.violated" defaultValue={get('type') ?? ''} />
              <datalist id={types}>
                {TYPES.map((type) => (
                  <option key={type}>{type}</option>
                ))}
              </datalist>
            </>
          )}
        </Field>
      )}
      <Field label="Subject’s id" className="w-44 max-sm:w-full">
        {(control) => <Input {...control} name="subject" className="font-mono" defaultValue={get('subject') ?? ''} />}
      </Field>
      <Field label={`From${inZone}`} className="max-sm:w-full">
        {(control) => (
          <Input {...control} name="since" type="datetime-local" max="9999-12-31T23:59" defaultValue={toField(get('since'), zone)} />
        )}
      </Field>
      <Field label={`Before${inZone}`} className="max-sm:w-full">
        {(control) => (
          <Input {...control} name="until" type="datetime-local" max="9999-12-31T23:59" defaultValue={toField(get('until'), zone)} />
        )}
      </Field>
      <Button type="submit" className="max-sm:self-start">
        Filter
      </Button>
    </form>
  );
}
