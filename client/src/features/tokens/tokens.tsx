'use client';
import { useState } from 'react';
import { useMutation } from 'urql';
import { Page } from '@/components/page';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import type { TokensQuery } from '@/gql/graphql';
import { errorText } from '@/lib/errors';
import { formatEnum } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { CreateToken } from './create-token';

const TOKENS = graphql(`
  query Tokens($after: String) {
    apiTokens(first: 50, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        name
        scopes
        createdAt
        expiresAt
        lastUsedAt
        revokedAt
      }
    }
  }
`);
const TOKENS_REVOKE = graphql(`
  mutation TokensRevoke($id: ID!) {
    revokeApiToken(input: { id: $id }) {
      token {
        id
        revokedAt
      }
    }
  }
`);

type Token = NonNullable<TokensQuery['apiTokens']>['nodes'][number];

const isOver = ({ revokedAt, expiresAt }: Token): boolean =>
  Boolean(revokedAt) || (expiresAt != null && Date.parse(expiresAt) < Date.now());

/** Programs that read the catalog in the viewer's name. */
export function Tokens() {
  const tokens = usePages(TOKENS, {}, (data) => data.apiTokens);
  const [, revoke] = useMutation(TOKENS_REVOKE);
  const [isCreating, setCreating] = useState(false);
  const [toRevoke, setToRevoke] = useState<Token | null>(null);

  const columns: TableColumn<Token>[] = [
    { id: 'name', header: 'Name', cell: (token) => <bdi className="font-medium">{token.name}</bdi> },
    { id: 'scopes', header: 'Scopes', cell: ({ scopes }) => scopes.map(formatEnum).join(', '), priority: 2 },
    { id: 'state', header: 'State', width: 96, cell: (token) => <TokenState token={token} /> },
    { id: 'created', header: 'Created', width: 96, align: 'end', cell: ({ createdAt }) => <Time at={createdAt} />, priority: 3 },
    {
      id: 'used',
      header: 'Last used',
      width: 96,
      align: 'end',
      cell: ({ lastUsedAt }) => (lastUsedAt ? <Time at={lastUsedAt} /> : ''),
      priority: 2,
    },
    {
      id: 'expires',
      header: 'Expires',
      width: 150,
      align: 'end',
      cell: ({ expiresAt }) => (expiresAt ? <Time at={expiresAt} as="moment" /> : 'never'),
      priority: 3,
    },
    {
      id: 'revoke',
      header: <span className="sr-only">Revoke</span>,
      width: 100,
      align: 'end',
      cell: (token) =>
        isOver(token) ? null : (
          <Button size="small" variant="danger" onClick={() => setToRevoke(token)}>
            Revoke…
          </Button>
        ),
    },
  ];

  return (
    <Page
      title="API tokens"
      count={tokens.totalCount}
      fills
      actions={
        <Button variant="primary" onClick={() => setCreating(true)}>
          New token
        </Button>
      }
    >
      {tokens.error && tokens.nodes.length === 0 ? (
        <ErrorPanel error={tokens.error} subject="The list of tokens" onRetry={tokens.reload} />
      ) : (
        <DataTable
          label="API tokens"
          rows={tokens.nodes}
          columns={columns}
          idOf={({ id }) => id}
          totalCount={tokens.totalCount}
          isLoading={tokens.isLoading}
          isFetching={tokens.isFetching}
          hasMore={tokens.hasNextPage}
          onMore={tokens.loadMore}
          rowClass={(token) => (isOver(token) ? 'text-fg-3' : undefined)}
          compact={(token) => (
            <div className="flex items-center gap-2">
              <div className="min-w-0 flex-1">
                <p className="flex items-center gap-2">
                  <bdi className="truncate font-medium">{token.name}</bdi> <TokenState token={token} />
                </p>
                <p className="truncate text-small text-fg-3">{token.scopes.map(formatEnum).join(', ')}</p>
              </div>
              {!isOver(token) && (
                <Button size="small" variant="danger" onClick={() => setToRevoke(token)}>
                  Revoke…
                </Button>
              )}
            </div>
          )}
          empty={
            <EmptyState title="No API tokens" action={<Button onClick={() => setCreating(true)}>New token</Button>}>
              A token lets a program read or write in your name, within the scopes that you choose.
            </EmptyState>
          }
        />
      )}
      <CreateToken open={isCreating} onClose={() => setCreating(false)} onCreated={tokens.reload} />
      <ConfirmDialog
        open={toRevoke !== null}
        title={`Revoke ${toRevoke?.name ?? ''}?`}
        action="Revoke token"
        onClose={() => setToRevoke(null)}
        onConfirm={async () => {
          const { error } = await revoke({ id: toRevoke!.id });
          if (error) toast({ title: 'The token was not revoked', text: errorText(error), stays: true });
        }}
      >
        Programs that use it are refused from their next request on. Tokens that were made with it are revoked, too. This cannot be undone.
      </ConfirmDialog>
    </Page>
  );
}

function TokenState({ token }: { token: Token }) {
  if (token.revokedAt) return <Badge>Revoked</Badge>;
  if (isOver(token)) return <Badge>Expired</Badge>;
  return <Badge tone="ok">Active</Badge>;
}
