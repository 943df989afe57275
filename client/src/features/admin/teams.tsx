'use client';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useMutation } from 'urql';
import { Page } from '@/components/page';
import { Button } from '@/components/ui/button';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { Dialog } from '@/components/ui/dialog';
import { Checkbox, Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Initials } from '@/components/ui/people';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { graphql } from '@/gql';
import type { TeamsQuery } from '@/gql/graphql';
import { describeError, errorText } from '@/lib/errors';
import { focusInvalid } from '@/lib/focus';
import { formatCount, plural } from '@/lib/format';
import { useAllPages } from '@/lib/graphql/use-all-pages';
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
        members(first: 5) {
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
  query TeamSheetPeople($after: String) {
    users(first: 200, after: $after) {
      nodes {
        id
        name
        email
        teams {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
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
        members(first: 5) {
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
    { id: 'members', header: 'Members', cell: ({ members }) => members && memberNames(members) },
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
          onRetryRest={teams.retryRest}
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
          onConflict={teams.reload}
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

const MOST_SHOWN = 200;
type SheetProps = {
  /** Null: a new one. */
  team: Team | null;
  onClose: () => void;
  onSaved: () => void;
  /** Somebody saved it first: what is there now is to be read again, and what is typed stays. */
  onConflict: () => void;
};

function TeamSheet({ team, onClose, onSaved, onConflict }: SheetProps) {
  const people = useAllPages(usePages(TEAM_SHEET_PEOPLE, {}, (data) => data.users));
  const [created, create] = useMutation(TEAM_SHEET_CREATE);
  const [updated, update] = useMutation(TEAM_SHEET_UPDATE);
  const [name, setName] = useState(team?.name ?? '');
  /** What is other than it was: everybody else's membership is as it is. */
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [filter, setFilter] = useState('');
  const { error, fetching } = team ? updated : created;
  const problem = error && describeError(error);
  const wasMember = new Set(people.nodes.filter(({ teams }) => teams.some(({ id }) => id === team?.id)).map(({ id }) => id));
  const isMember = (id: string) => wasMember.has(id) !== toggled.has(id);
  const members = people.nodes.filter(({ id }) => isMember(id));
  const matching = people.nodes
    .filter((user) => `${user.name} ${user.email}`.toLowerCase().includes(filter.toLowerCase()))
    .toSorted((a, b) => Number(wasMember.has(b.id)) - Number(wasMember.has(a.id)));

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const element = event.currentTarget;
    // Who is not known yet would be left out.
    const input = { name: name.trim(), ...(toggled.size > 0 && { memberIds: members.map(({ id }) => id) }) };
    const result = team ? await update({ input: { ...input, id: team.id, version: team.version } }) : await create({ input });
    if (!result.error) return onSaved();
    focusInvalid(element);
    if (describeError(result.error).code !== 'CONFLICT') return;
    people.reload();
    onConflict();
  }
  const toggle = (id: string) =>
    setToggled((before) => {
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
        <fieldset className="flex flex-col gap-1" disabled={!people.isWhole}>
          <legend className="mb-1 font-medium">
            Members {people.isWhole && <span className="font-normal text-fg-3">{formatCount(members.length)}</span>}
          </legend>
          <Input aria-label="Filter the people" placeholder="Filter" value={filter} onChange={(event) => setFilter(event.target.value)} />
          {people.error && <ErrorPanel error={people.error} subject="The list of users" onRetry={people.reload} className="px-0" />}
          <div className="max-h-[46vh] overflow-y-auto">
            {matching.slice(0, MOST_SHOWN).map((user) => (
              <Checkbox
                key={user.id}
                checked={isMember(user.id)}
                onChange={() => toggle(user.id)}
                label={
                  <span className="min-w-0 truncate">
                    <bdi>{user.name}</bdi> <bdi className="text-fg-3">{user.email}</bdi>
                  </span>
                }
              />
            ))}
          </div>
          {matching.length > MOST_SHOWN && (
            <p className="text-small text-fg-3">
              The first {formatCount(MOST_SHOWN)} of {formatCount(matching.length)}. Type to see others.
            </p>
          )}
        </fieldset>
        {problem && problem.field !== 'name' && (
          <p role="alert" className="text-error-text">
            {problem.code === 'CONFLICT'
              ? 'Someone saved this team first. What you changed is here; save again to put it in place of theirs.'
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

function memberNames({ nodes, totalCount }: NonNullable<Team['members']>): string {
  const more = (totalCount ?? nodes.length) - 1;
  return nodes.length < 2 ? (nodes[0]?.name ?? '') : `${nodes[0]!.name} and ${formatCount(more)} more`;
}
