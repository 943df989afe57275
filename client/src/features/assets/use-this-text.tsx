'use client';
import { useState } from 'react';
import { useClient } from 'urql';
import { Button } from '@/components/ui/button';
import { graphql } from '@/gql';
import type { Asset } from './asset-query';
import { wordsOf } from './edit-fields';
import { useDescribe } from './use-describe';
import { useEditWords } from './use-edit-words';
import type { Did } from './use-undo';

const USE_THIS_TEXT_COLUMN = graphql(`
  query UseThisTextColumn($id: ID!, $name: String!) {
    columns(filter: { assetIds: [$id], namePrefix: $name }, first: 200) {
      nodes {
        id
        name
        version
        description
      }
    }
  }
`);

type Props = {
  asset: Asset;
  did: Did;
  /** Of the change: /description, or a column's. */
  path: string;
  column: string;
  text: string;
};

/** A person's words of an earlier version put back. */
export function UseThisText({ asset, did, path, column: name, text }: Props) {
  const client = useClient();
  const { describe } = useDescribe(asset.id, did);
  const save = useEditWords(asset.id, did);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  if (path === '/description' && text === asset.description) return null;

  const putBack = async (): Promise<string | null> => {
    if (path === '/description') {
      const base = wordsOf(asset);
      const saved = await save(base, { ...base, description: text }, asset.version);
      return saved.kind === 'failed' ? saved.text : saved.kind === 'conflict' ? 'Somebody changed it meanwhile.' : null;
    }
    const { data } = await client.query(USE_THIS_TEXT_COLUMN, { id: asset.id, name }, { requestPolicy: 'network-only' }).toPromise();
    const column = data?.columns?.nodes.find((each) => each.name === name);
    return column ? (await describe(column, text)).error : 'This column is gone.';
  };
  return (
    <>
      <Button
        size="small"
        busy={isBusy}
        onClick={() => {
          setBusy(true);
          void putBack().then((told) => (setBusy(false), setError(told)));
        }}
      >
        Use this text
      </Button>
      {error && (
        <p role="alert" className="text-small text-error-text">
          {error}
        </p>
      )}
    </>
  );
}
