'use client';
import { formatEnum } from '@/lib/format';
import { USERS, useTeams } from '@/lib/lists';
import { Initials } from '../ui/people';
import { Combobox, type ControlProps, type Option, type PickerProps } from './combobox';
import { useBox, useListed, type Box } from './use-choices';

export type OwnerRole = 'OWNER' | 'STEWARD' | 'EXPERT';
const ROLES: readonly OwnerRole[] = ['OWNER', 'STEWARD', 'EXPERT'];
const TEAM = 'Team';

/** Users and teams; the teams first. */
function usePeople() {
  const box = useBox();
  const teams = useTeams({ pause: !box.isOpen });
  return useUserChoices(box, teams);
}

const useUserChoices = (box: Box, teams?: ReturnType<typeof useTeams>) =>
  useListed(box, {
    document: USERS,
    variables: {},
    connectionOf: ({ users }) => users,
    toOption: ({ id, name, email }) => ({ id, name, hint: email, icon: <Initials name={name} /> }),
    others: teams && {
      options: teams.nodes.map(({ id, name }) => ({ id, name, hint: TEAM, icon: <Initials name={name} isTeam /> })),
      isLoading: teams.isLoading,
      isFetching: teams.isFetching,
      error: teams.error,
    },
  });

/** Users alone. */
export const UserPicker = (props: PickerProps) => (
  <Combobox placeholder="Choose people" {...props} choices={useUserChoices(useBox())} toItem={({ id, name }) => ({ id, name })} />
);

/** Users and teams as who they are: for filters. */
export function PersonPicker(props: PickerProps) {
  return <Combobox placeholder="Choose people or teams" {...props} choices={usePeople()} toItem={({ id, name }) => ({ id, name })} />;
}

export type PickedOwner = { role: OwnerRole; userId?: string; teamId?: string; name: string };
type Props = ControlProps & { value: readonly PickedOwner[]; onChange: (value: PickedOwner[]) => void; single?: boolean };
type Item = PickedOwner & { id: string };

const withId = (owner: PickedOwner): Item => ({ ...owner, id: owner.userId ?? owner.teamId ?? '' });
const toItem = ({ id, name, hint }: Option): Item => ({ id, name, role: 'OWNER', ...(hint === TEAM ? { teamId: id } : { userId: id }) });

/** Who answers for an asset: each user or team with a role, which the chip chooses. */
export function OwnerPicker({ value, onChange, ...props }: Props) {
  const set = (items: readonly Item[]) =>
    onChange(items.map(({ role, userId, teamId, name }) => ({ role, name, ...(userId ? { userId } : { teamId }) })));
  const items = value.map(withId);
  return (
    <Combobox
      placeholder="Choose people or teams"
      {...props}
      value={items}
      onChange={set}
      choices={usePeople()}
      toItem={toItem}
      chip={({ id, name, role, teamId }) => (
        <>
          <Initials name={name} isTeam={teamId !== undefined} className="size-4" />
          <bdi className="truncate">{name}</bdi>
          <select
            aria-label={`Role of ${name}`}
            value={role}
            disabled={props.disabled}
            onChange={(event) => set(items.map((item) => (item.id === id ? { ...item, role: event.target.value as OwnerRole } : item)))}
            className="h-full bg-transparent text-small text-fg-3"
          >
            {ROLES.map((each) => (
              <option key={each} value={each}>
                {formatEnum(each)}
              </option>
            ))}
          </select>
        </>
      )}
    />
  );
}
