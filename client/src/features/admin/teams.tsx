'use client';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useMutation, useQuery } from 'urql';
import { Page } from '@/components/page';
import { Button } from '@/components/ui/button';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { Dialog } from '@/components/ui/dialog';
import { Checkbox, Field, Input } from '@/components/ui/field';
import { Initials } from '@/components/ui/people';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { graphql } from '@/gql';
import type { TeamsQuery } from '@/gql/graphql';
import { describeError, errorText } from '@/lib/errors';
import { formatNames, plural } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { useUrlState } from '@/lib/url-state';

const TEAMS = graphql(`
  query Teams($after: String) {
    teams(first: 50, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        name
        version
        members(first: 200) {
          totalCount
          nodes {
            id
            name
          }
        }
      }
    }
  }
`);
const TEAM_SHEET_PEOPLE = graphql(`
  query TeamSheetPeople {
    users(first: 200) {
      totalCount
      nodes {
        id
        name
        email
      }
    }
  }
`);
const TEAM_SHEET_CREATE = graphql(`
  mutation TeamSheetCreate($input: CreateTeamInput!) {
    createTeam(input: $input) {
      team {
        id
        name
        version
      }
    }
  }
`);
const TEAM_SHEET_UPDATE = graphql(`
  mutation TeamSheetUpdate($input: UpdateTeamInput!) {
    updateTeam(input: $input) {
      team {
        id
        name
        version
        members(first: 200) {
          totalCount
          nodes {
            id
            name
          }
        }
      }
    }
  }
`);
type Team = NonNullable<TeamsQuery['teams']>['nodes'][number];

export function Teams({ tabs }: { tabs: ReactNode }) {
  const { get, set } = useUrlState();
  const teams = usePages(TEAMS, {}, (data) => data.teams);
  const [isCreating, setCreating] = useState(false);
  const opened = teams.nodes.find(({ id }) => id === get('team')) ?? null;
  const columns: TableColumn<Team>[] = [
    {
      id: 'name',
      header: 'Name',
      cell: ({ name }) => (
        <span className="flex items-center gap-2">
          <Initials name={name} isTeam />
          <bdi className="truncate font-medium">{name}</bdi>
        </span>
      ),
    },
    { id: 'members', header: 'Members', cell: ({ members }) => formatNames(members?.nodes.map(({ name }) => name) ?? []) },
    { id: 'count', header: 'How many', width: 92, align: 'end', cell: ({ members }) => members?.totalCount ?? '', priority: 2 },
  ];
  return (
    <Page
      title="Users and teams"
      fills
      actions={
        <Button variant="primary" onClick={() => setCreating(true)}>
          New team
        </Button>
      }
    >
      {tabs}
      {teams.error && teams.nodes.length === 0 ? (
        <ErrorPanel error={teams.error} subject="The list of teams" onRetry={teams.reload} />
      ) : (
        <DataTable
          label="Teams"
          rows={teams.nodes}
          columns={columns}
          idOf={({ id }) => id}
          totalCount={teams.totalCount}
          isLoading={teams.isLoading}
          isFetching={teams.isFetching}
          hasMore={teams.hasNextPage}
          onMore={teams.loadMore}
          openedId={opened?.id}
          onOpen={({ id }) => set({ team: id })}
          compact={({ name, members }) => (
            <div className="min-w-0">
              <p className="truncate font-medium">
                <bdi>{name}</bdi>
              </p>
              <p className="truncate text-small text-fg-2">{plural(members?.totalCount ?? 0, 'member')}</p>
            </div>
          )}
          empty={<EmptyState title="No teams">A team owns assets together; its members are told together.</EmptyState>}
        />
      )}
      {(isCreating || opened) && (
        <TeamSheet
          key={opened?.id ?? 'new'}
          team={isCreating ? null : opened}
          onClose={() => (isCreating ? setCreating(false) : set({ team: null }))}
          onSaved={() => {
            teams.reload();
            setCreating(false);
            set({ team: null });
          }}
        />
      )}
    </Page>
  );
}

function TeamSheet({ team, onClose, onSaved }: { team: Team | null; onClose: () => void; onSaved: () => void }) {
  const [{ data }] = useQuery({ query: TEAM_SHEET_PEOPLE });
  const [created, create] = useMutation(TEAM_SHEET_CREATE);
  const [updated, update] = useMutation(TEAM_SHEET_UPDATE);
  const [name, setName] = useState(team?.name ?? '');
  const [members, setMembers] = useState<ReadonlySet<string>>(new Set(team?.members?.nodes.map(({ id }) => id)));
  const [filter, setFilter] = useState('');
  const { error, fetching } = team ? updated : created;
  const problem = error && describeError(error);
  const people = data?.users?.nodes.filter((user) => `${user.name} ${user.email}`.toLowerCase().includes(filter.toLowerCase())) ?? [];

  async function submit(event: FormEvent) {
    event.preventDefault();
    const input = { name: name.trim(), memberIds: [...members] };
    // The version that the form began with: somebody else's change in between is not written over.
    const result = team ? await update({ input: { ...input, id: team.id, version: team.version } }) : await create({ input });
    if (!result.error) onSaved();
  }
  const toggle = (id: string) =>
    setMembers((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });

  return (
    <Dialog open as="sheet" onClose={onClose} title={team ? team.name : 'New team'}>
      <form className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
        <Field label="Name" error={problem?.field === 'name' ? problem.text : undefined}>
          {(control) => <Input {...control} required value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" />}
        </Field>
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 font-medium">
            Members <span className="font-normal text-fg-3">{members.size}</span>
          </legend>
          <Input aria-label="Filter the people" placeholder="Filter" value={filter} onChange={(event) => setFilter(event.target.value)} />
          <div className="max-h-[46vh] overflow-y-auto">
            {people.map((user) => (
              <Checkbox
                key={user.id}
                checked={members.has(user.id)}
                onChange={() => toggle(user.id)}
                label={
                  <span className="min-w-0 truncate">
                    <bdi>{user.name}</bdi> <bdi className="text-fg-3">{user.email}</bdi>
                  </span>
                }
              />
            ))}
          </div>
        </fieldset>
        {problem && problem.field !== 'name' && (
          <p role="alert" className="text-error-text">
            {problem.code === 'CONFLICT'
              ? 'Somebody changed this team meanwhile. Close this, look at what it is now, and change it again.'
              : errorText(error!)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={fetching} disabled={!name.trim()}>
            {team ? 'Save team' : 'Create team'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
