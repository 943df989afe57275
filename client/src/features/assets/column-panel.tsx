'use client';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Textarea } from '@/components/ui/field';
import { Markdown } from '@/components/ui/markdown';
import { Name } from '@/components/ui/name';
import { Fact, Facts, SidePanel, SideSection } from '@/components/ui/side-panel';
import { Time } from '@/components/ui/time';
import { assetHref, type Asset } from './asset-query';
import { draftKey, readDraft, writeDraft } from './draft';
import { LabelEvidence } from './label-evidence';
import type { Column, Keys } from './schema-columns';
import { KeyMarks } from './schema-table';
import type { Decide } from './use-decide';
import type { DescribeOptions, Outcome } from './use-describe';
import { startEditing, type Editing } from './description-cell';

type Props = {
  column: Column;
  keys: Keys;
  asset: Asset;
  mayEdit: boolean;
  viewerId: string;
  decide: Decide;
  describe: (column: Column, text: string, options?: DescribeOptions) => Promise<Outcome>;
  onClose: () => void;
};

/** Everything about one column, in the place of what is known of the asset. */
export function ColumnPanel({ column, keys, asset, mayEdit, viewerId, decide, describe, onClose }: Props) {
  const foreign = keys.get(column.name)?.foreign;
  return (
    <SidePanel
      label={`Column ${column.name}`}
      onClose={onClose}
      head={
        <span className="flex min-w-0 items-center">
          <Name name={column.name} className="text-panel" />
          <KeyMarks name={column.name} keys={keys} />
        </span>
      }
    >
      {column.deletedAt && (
        <p className="mx-4 mt-2 rounded-control bg-subtle px-2 py-1 text-fg-2">
          Gone from the source since <Time at={column.deletedAt} />.
        </p>
      )}
      <Description {...{ column, viewerId, describe }} mayEdit={mayEdit && !column.deletedAt} />
      <SideSection title="Labels">
        {!column.labels ? (
          <p className="text-fg-3">not available</p>
        ) : column.labels.length === 0 ? (
          <p className="text-fg-3">No labels</p>
        ) : (
          <div className="flex flex-wrap gap-1.5">
            {column.labels.map((given) => (
              <LabelEvidence key={given.id} {...{ column, given, mayEdit, decide }} sourceId={asset.source?.id} />
            ))}
          </div>
        )}
      </SideSection>
      <SideSection title="Facts">
        <Facts>
          <Fact name="Type">
            <code className="text-small">{column.nativeType}</code>
          </Fact>
          <Fact name="Nullable">{column.nullable ? 'yes' : 'no'}</Fact>
          {column.generated && <Fact name="Generated">yes</Fact>}
          {column.default && (
            <Fact name={column.generated ? 'Made of' : 'Default'}>
              <code className="text-small break-words">{column.default}</code>
            </Fact>
          )}
          <Fact name="Position">{column.ordinal}</Fact>
          {foreign && (
            <Fact name="References">
              {foreign.references ? (
                <Link href={assetHref(foreign.references.id)} className="text-primary-text hover:underline">
                  <Name name={foreign.referencesName} className="text-small" />
                </Link>
              ) : (
                <Name name={foreign.referencesName} className="text-small" />
              )}
            </Fact>
          )}
          <Fact name="Changed">
            <Time at={column.updatedAt} />
          </Fact>
        </Facts>
      </SideSection>
    </SidePanel>
  );
}

type DescriptionProps = Pick<Props, 'column' | 'mayEdit' | 'viewerId' | 'describe'>;

function Description({ column, mayEdit, viewerId, describe }: DescriptionProps) {
  const key = draftKey(`column-text.${column.id}`, viewerId);
  const [draft, setDraft] = useState<Editing | null>(() => (mayEdit ? readDraft<Editing>(key) : null));
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const edit = (next: Editing | null) => {
    setDraft(next);
    writeDraft(key, next);
  };
  const save = (given: Editing) => {
    setBusy(true);
    void describe({ ...column, version: given.version }, given.text, { base: given.base, isInPlace: false }).then((outcome) => {
      setBusy(false);
      // Who decides for theirs starts anew from them.
      setError(outcome.isConflict ? null : outcome.error);
      if (!outcome.error) edit(null);
    });
  };
  return (
    <SideSection
      title="Description"
      action={
        mayEdit &&
        draft === null && (
          <Button size="small" variant="quiet" onClick={() => edit(startEditing(column))}>
            Edit
          </Button>
        )
      }
    >
      {draft !== null ? (
        <div className="flex flex-col gap-2">
          <Textarea
            aria-label={`Description of ${column.name}`}
            aria-invalid={error ? true : undefined}
            dir="auto"
            rows={5}
            value={draft.text}
            onChange={(event) => edit({ ...draft, text: event.target.value })}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) save(draft);
              else if (event.key === 'Escape') edit(null);
              else return;
              event.preventDefault();
            }}
          />
          {error && <p className="text-small text-error-text">{error}</p>}
          <div className="flex gap-2">
            <Button variant="primary" busy={isBusy} onClick={() => save(draft)}>
              Save
            </Button>
            <Button onClick={() => edit(null)}>Cancel</Button>
          </div>
        </div>
      ) : column.description ? (
        <Markdown className="text-fg-2">{column.description}</Markdown>
      ) : (
        <p className="text-fg-3">No description</p>
      )}
      {column.sourceDescription && (
        <p className="mt-2 text-small break-words text-fg-3">
          From the source: “<bdi>{column.sourceDescription}</bdi>”
        </p>
      )}
    </SideSection>
  );
}
