'use client';
import { useState } from 'react';
import { useQuery } from 'urql';
import { Page } from '@/components/page';
import { Button } from '@/components/ui/button';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { Initials } from '@/components/ui/people';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { Tabs } from '@/components/ui/tabs';
import { graphql } from '@/gql';
import type { UserRowFragment as UserRow } from '@/gql/graphql';
import { formatNames } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { useUrlState } from '@/lib/url-state';
import { AdminOnly } from './admin-only';
import { rolesInWords, useScopeNames } from './roles';
import { Teams } from './teams';
import { UserSheet } from './user-sheet';

const USERS = graphql(`
  query Users($after: String) {
    users(first: 50, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...UserRow
      }
    }
  }

  fragment UserRow on User {
    id
    name
    email
    roles {
      role
      sourceId
      domainId
    }
    teams {
      id
      name
    }
  }
`);
const USER = graphql(`
  query UsersOpened($id: ID!) {
    user(id: $id) {
      ...UserRow
    }
  }
`);
export function UsersAndTeams() {
  const { get } = useUrlState();
  const tab = get('tab') === 'teams' ? 'teams' : 'users';
  return (
    <AdminOnly>{tab === 'teams' ? <Teams tabs={<UsersTabs current={tab} />} /> : <Users tabs={<UsersTabs current={tab} />} />}</AdminOnly>
  );
}

const UsersTabs = ({ current }: { current: string }) => (
  <Tabs
    label="Users and teams"
    current={current}
    tabs={[
      { id: 'users', label: 'Users', href: '/admin/users' },
      { id: 'teams', label: 'Teams', href: '/admin/users?tab=teams' },
    ]}
  />
);

function Users({ tabs }: { tabs: React.ReactNode }) {
  const { get, set } = useUrlState();
  const users = usePages(USERS, {}, (data) => data.users);
  const names = useScopeNames();
  const [isCreating, setCreating] = useState(false);
  const wanted = get('user');
  const listed = users.nodes.find(({ id }) => id === wanted);
  // A link leads to a user that may be far down the list.
  const [{ data: far }] = useQuery({ query: USER, variables: { id: wanted ?? '' }, pause: !wanted || listed !== undefined });
  const opened = listed ?? (far?.user?.id === wanted ? far?.user : undefined) ?? null;

  const columns: TableColumn<UserRow>[] = [
    {
      id: 'name',
      header: 'Name',
      cell: ({ name }) => (
        <span className="flex items-center gap-2">
          <Initials name={name} />
          <bdi className="truncate font-medium">{name}</bdi>
        </span>
      ),
    },
    { id: 'email', header: 'Email', cell: ({ email }) => <bdi>{email}</bdi>, priority: 3 },
    { id: 'roles', header: 'Roles', cell: ({ roles }) => rolesInWords(roles, names) || <span className="text-fg-3">No role</span> },
    { id: 'teams', header: 'Teams', cell: ({ teams }) => formatNames(teams.map(({ name }) => name)), priority: 2 },
  ];
  return (
    <Page
      title="Users and teams"
      fills
      actions={
        <Button variant="primary" onClick={() => setCreating(true)}>
          New user
        </Button>
      }
    >
      {tabs}
      {users.error && users.nodes.length === 0 ? (
        <ErrorPanel error={users.error} subject="The list of users" onRetry={users.reload} />
      ) : (
        <DataTable
          label="Users"
          rows={users.nodes}
          columns={columns}
          idOf={({ id }) => id}
          totalCount={users.totalCount}
          isLoading={users.isLoading}
          isFetching={users.isFetching}
          hasMore={users.hasNextPage}
          onMore={users.loadMore}
          onRetryRest={users.retryRest}
          openedId={opened?.id}
          onOpen={({ id }) => set({ user: id })}
          rowKeys={{ e: ({ id }) => set({ user: id }) }}
          compact={(user) => (
            <div className="min-w-0">
              <p className="truncate font-medium">
                <bdi>{user.name}</bdi>
              </p>
              <p className="truncate text-small text-fg-2">{rolesInWords(user.roles, names) || 'No role'}</p>
            </div>
          )}
          empty={<EmptyState title="No users" />}
        />
      )}
      {(isCreating || opened) && (
        <UserSheet
          key={opened?.id ?? 'new'}
          user={isCreating ? null : opened}
          onClose={() => (isCreating ? setCreating(false) : set({ user: null }))}
          onSaved={() => {
            if (isCreating) users.reload();
            setCreating(false);
            set({ user: null });
          }}
        />
      )}
    </Page>
  );
}
