'use client';
import { Plus, X } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { useMutation } from 'urql';
import { Button, IconButton } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field, Select } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { graphql } from '@/gql';
import type { Role } from '@/gql/graphql';
import { describeError, errorText } from '@/lib/errors';
import { focusInvalid } from '@/lib/focus';
import { formatEnum } from '@/lib/format';
import { useScopeNames, type RoleRow } from './roles';
import { UserSight } from './user-sight';

const USER_SHEET_CREATE = graphql(`
  mutation UserSheetCreate($input: CreateUserInput!) {
    createUser(input: $input) {
      user {
        ...UserRow
      }
    }
  }
`);
const USER_SHEET_ROLES = graphql(`
  mutation UserSheetRoles($input: SetUserRolesInput!) {
    setUserRoles(input: $input) {
      user {
        id
        roles {
          role
          sourceId
          domainId
        }
      }
    }
  }
`);

const ROLES: readonly Role[] = ['READER', 'STEWARD', 'ADMIN', 'INGESTOR'];
const EVERYTHING = '';

type Props = {
  /** Null: a new one. */
  user: { id: string; name: string; email: string; roles: readonly RoleRow[] } | null;
  onClose: () => void;
  onSaved: () => void;
};

const overOf = ({ sourceId, domainId }: RoleRow): string =>
  sourceId ? `source:${sourceId}` : domainId ? `domain:${domainId}` : EVERYTHING;
const withOver = ({ role }: RoleRow, over: string): RoleRow => {
  const [kind, id] = over.split(':');
  return { role, sourceId: kind === 'source' ? id : null, domainId: kind === 'domain' ? id : null };
};

/** Who somebody is and what they may do where. */
export function UserSheet({ user, onClose, onSaved }: Props) {
  const [created, create] = useMutation(USER_SHEET_CREATE);
  const [changed, change] = useMutation(USER_SHEET_ROLES);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [roles, setRoles] = useState<readonly RoleRow[]>(user?.roles ?? [{ role: 'READER' }]);
  const names = useScopeNames();
  const { sources, domains } = names;
  const { error, fetching } = user ? changed : created;
  const problem = error && describeError(error);
  const errorOf = (field: string) => (problem?.field === field ? problem.text : undefined);
  const setRole = (index: number, next: RoleRow | null) =>
    setRoles((before) => before.flatMap((each, at) => (at === index ? (next ? [next] : []) : [each])));

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const element = event.currentTarget;
    const given = roles.map(({ role, sourceId, domainId }) => ({ role, sourceId: sourceId ?? null, domainId: domainId ?? null }));
    const result = user
      ? await change({ input: { userId: user.id, roles: given } })
      : await create({ input: { name: name.trim(), email: email.trim(), password: password || null, roles: given } });
    if (result.error) focusInvalid(element);
    else onSaved();
  }

  return (
    <Dialog open as="sheet" onClose={onClose} title={user ? user.name : 'New user'} description={user?.email}>
      <form className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
        {!user && (
          <>
            <Field label="Name" error={errorOf('name')}>
              {(control) => (
                <Input {...control} required value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" />
              )}
            </Field>
            <Field label="Email" error={errorOf('email')}>
              {(control) => (
                <Input
                  {...control}
                  type="email"
                  required
                  value={email}
                  onChange={(event) => setEmail(event.target.value)}
                  autoComplete="off"
                />
              )}
            </Field>
            <Field
              label="Password"
              required={false}
              hint="At least 8 characters. Without one nobody can sign in as this user."
              error={errorOf('password')}
            >
              {(control) => (
                <Input
                  {...control}
                  type="password"
                  minLength={8}
                  value={password}
                  onChange={(event) => setPassword(event.target.value)}
                  autoComplete="new-password"
                />
              )}
            </Field>
          </>
        )}
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 font-medium">Roles</legend>
          {roles.map((row, index) => (
            <div key={index} className="flex items-center gap-2">
              <Select
                aria-label="Role"
                value={row.role}
                className="w-32 flex-none"
                onChange={(event) => setRole(index, { ...row, role: event.target.value as Role })}
              >
                {ROLES.map((role) => (
                  <option key={role} value={role}>
                    {formatEnum(role)}
                  </option>
                ))}
              </Select>
              <span className="text-fg-3">over</span>
              <Select aria-label="Over what" value={overOf(row)} onChange={(event) => setRole(index, withOver(row, event.target.value))}>
                <option value={EVERYTHING}>everything</option>
                <optgroup label="A source">
                  {[...sources].map(([id, label]) => (
                    <option key={id} value={`source:${id}`}>
                      {label}
                    </option>
                  ))}
                </optgroup>
                <optgroup label="A domain">
                  {[...domains].map(([id, label]) => (
                    <option key={id} value={`domain:${id}`}>
                      {label}
                    </option>
                  ))}
                </optgroup>
              </Select>
              <IconButton
                label="Remove this role"
                icon={<X className="size-3.5" strokeWidth={1.6} />}
                onClick={() => setRole(index, null)}
              />
            </div>
          ))}
          {roles.length === 0 && <p className="text-fg-3">Without a role nothing but the own account is to be seen.</p>}
          <div>
            <Button
              size="small"
              icon={<Plus className="size-3" strokeWidth={1.6} />}
              onClick={() => setRoles([...roles, { role: 'READER' }])}
            >
              Add a role
            </Button>
          </div>
        </fieldset>
        <UserSight roles={roles} names={names} />
        {error && !errorOf('name') && !errorOf('email') && !errorOf('password') && (
          <p role="alert" className="text-error-text">
            {errorText(error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={fetching}>
            {user ? 'Save roles' : 'Create user'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
