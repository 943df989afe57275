'use client';
import { useState } from 'react';
import { useQuery } from 'urql';
import { ChevronDown } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { KindIcon } from '@/components/ui/kind';
import { Popover } from '@/components/ui/menu';
import { Name } from '@/components/ui/name';
import { graphql } from '@/gql';
import { formatNames } from '@/lib/format';

const ASSET_CHOICE_FOUND = graphql(`
  query AssetChoiceFound($query: String!) {
    search(query: $query, first: 8) {
      nodes {
        asset {
          id
          name
          kind
        }
      }
    }
  }
`);
const ASSET_CHOICE_CHOSEN = graphql(`
  query AssetChoiceChosen($ids: [ID!]!) {
    assetsById(ids: $ids) {
      id
      name
      displayName
      kind
    }
  }
`);

/** Which assets: found by a word of their name. */
export function AssetChoice({ chosen, onChange }: { chosen: readonly string[]; onChange: (chosen: string[]) => void }) {
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const query = text.trim();
  const [{ data: known }] = useQuery({ query: ASSET_CHOICE_CHOSEN, variables: { ids: [...chosen] }, pause: chosen.length === 0 });
  const [{ data: found, fetching }] = useQuery({ query: ASSET_CHOICE_FOUND, variables: { query }, pause: !isOpen || query === '' });
  const current = chosen.length === 0 ? [] : (known?.assetsById ?? []).filter((asset) => asset !== null);
  const offered = query === '' ? current : (found?.search?.nodes.map(({ asset }) => asset) ?? []);
  return (
    <Popover
      label="Asset"
      className="w-80! p-2!"
      open={isOpen}
      onOpenChange={(open) => (setOpen(open), setText(''))}
      trigger={
        <Button>
          Asset
          {chosen.length > 0 && (
            <span className="max-w-40 truncate rounded-chip bg-primary-subtle px-1.5 text-small text-primary-text">
              {formatNames(chosen.map((id) => current.find((asset) => asset.id === id)?.displayName ?? '…'))}
            </span>
          )}
          <ChevronDown aria-hidden className="size-3 text-fg-3" strokeWidth={1.6} />
        </Button>
      }
    >
      <Input aria-label="Find an asset" placeholder="Find an asset" value={text} onChange={(event) => setText(event.target.value)} />
      <ul aria-label="Assets" className="mt-1">
        {offered.map(({ id, name, kind }) => (
          <li key={id}>
            <Checkbox
              className="rounded-chip px-1.5 hover:bg-hover coarse:min-h-11"
              checked={chosen.includes(id)}
              onChange={() => onChange(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id])}
              label={
                <span className="flex min-w-0 flex-1 items-center gap-2">
                  <KindIcon kind={kind} />
                  <Name name={name} />
                </span>
              }
            />
          </li>
        ))}
      </ul>
      {query !== '' && offered.length === 0 && (
        <p className="px-1.5 py-1 text-fg-3">{fetching ? 'Looking' : `No asset matches ${query}`}</p>
      )}
    </Popover>
  );
}
