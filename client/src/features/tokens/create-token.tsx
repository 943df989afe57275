'use client';
import { Copy } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { useMutation } from 'urql';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Checkbox, Field, Select } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { SeverityMark } from '@/components/ui/severity';
import { graphql } from '@/gql';
import { copyText } from '@/lib/copy-text';
import { describeError, errorText } from '@/lib/errors';
import { focusInvalid } from '@/lib/focus';
import { useViewer } from '@/lib/viewer';

const CREATE_TOKEN = graphql(`
  mutation CreateToken($input: CreateApiTokenInput!) {
    createApiToken(input: $input) {
      secret
      token {
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

const SCOPES = [
  { role: 'READER', label: 'Reader', does: 'reads what you may read' },
  { role: 'STEWARD', label: 'Steward', does: 'also edits, labels, decides violations, starts scans' },
  { role: 'ADMIN', label: 'Admin', does: 'also sources, users and everything else that you may' },
  { role: 'INGESTOR', label: 'Ingestor', does: 'sends lineage events' },
];
/** What a role holds besides itself. */
const HOLDS: Record<string, string[]> = {
  ADMIN: ['ADMIN', 'STEWARD', 'READER', 'INGESTOR'],
  STEWARD: ['STEWARD', 'READER'],
  READER: ['READER'],
  INGESTOR: ['INGESTOR'],
};
const DAY = 86_400_000;
const TERMS = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
  { value: '', label: 'no end' },
];

type Props = { open: boolean; onClose: () => void; onCreated: () => void };

/** Asks for name, scopes and expiry; then shows the secret, once. */
export function CreateToken({ open, onClose, onCreated }: Props) {
  const [secret, setSecret] = useState<string | null>(null);
  // The secret is gone from the page with the dialog.
  const close = () => (setSecret(null), onClose());
  if (secret !== null) return <ShowSecret secret={secret} onClose={close} />;
  return (
    <Dialog open={open} onClose={close} title="New API token">
      <TokenForm
        onCancel={close}
        onSecret={(made) => {
          setSecret(made);
          onCreated();
        }}
      />
    </Dialog>
  );
}

function TokenForm({ onCancel, onSecret }: { onCancel: () => void; onSecret: (secret: string) => void }) {
  const { viewer } = useViewer();
  const own = new Set(viewer.roles.flatMap(({ role }) => HOLDS[role] ?? [role]));
  const [{ fetching, error }, create] = useMutation(CREATE_TOKEN);
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly string[]>(['READER']);
  const [days, setDays] = useState('90');
  const problem = error && describeError(error);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const element = event.currentTarget;
    const expiresAt = days ? new Date(Date.now() + Number(days) * DAY).toISOString() : null;
    const { data } = await create({ input: { name: name.trim(), scopes: [...scopes], expiresAt } });
    if (data?.createApiToken) onSecret(data.createApiToken.secret);
    else focusInvalid(element);
  }

  return (
    <form className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
      <Field label="Name" hint="What uses it, as in “nightly export”." error={problem?.field === 'name' ? problem.text : undefined}>
        {(control) => (
          <Input {...control} required value={name} maxLength={200} onChange={(event) => setName(event.target.value)} autoComplete="off" />
        )}
      </Field>
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 font-medium">Scopes</legend>
        {SCOPES.filter(({ role }) => own.has(role)).map(({ role, label, does }) => (
          <Checkbox
            key={role}
            checked={scopes.includes(role)}
            onChange={() => setScopes((before) => (before.includes(role) ? before.filter((each) => each !== role) : [...before, role]))}
            label={
              <span>
                {label} <span className="text-fg-3">{does}</span>
              </span>
            }
          />
        ))}
      </fieldset>
      <Field
        label="Expires after"
        hint={
          days === '' && (
            <span className="flex items-start gap-1.5 text-warning-text">
              <SeverityMark severity="WARNING" className="mt-px" aria-hidden /> A token without an end works until somebody remembers to
              revoke it.
            </span>
          )
        }
      >
        {(control) => (
          <Select {...control} value={days} onChange={(event) => setDays(event.target.value)}>
            {TERMS.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {error && problem?.field !== 'name' && (
        <p role="alert" className="text-error-text">
          {errorText(error)}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" busy={fetching} disabled={scopes.length === 0 || !name.trim()}>
          Create token
        </Button>
      </div>
    </form>
  );
}

function ShowSecret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const [isCopied, setCopied] = useState(false);
  const [wasAsked, setAsked] = useState(false);
  const close = () => (isCopied || wasAsked ? onClose() : setAsked(true));
  return (
    <Dialog
      open
      onClose={close}
      title="Copy the token now"
      description="You will not see it again: only its hash is kept."
      footer={
        <Button variant={isCopied ? 'primary' : 'default'} onClick={close}>
          {wasAsked && !isCopied ? 'Close without copying' : 'Done'}
        </Button>
      }
    >
      <div className="flex items-start gap-2">
        <code className="min-w-0 flex-1 rounded-control border border-line bg-subtle px-2 py-1 break-all select-all" data-testid="secret">
          {secret}
        </code>
        <Button
          variant={isCopied ? 'default' : 'primary'}
          icon={<Copy className="size-3.5" strokeWidth={1.6} />}
          onClick={() =>
            void copyText(secret).then(
              () => setCopied(true),
              () => setAsked(true),
            )
          }
        >
          {isCopied ? 'Copied' : 'Copy'}
        </Button>
      </div>
      {wasAsked && !isCopied && (
        <p role="alert" className="mt-3 text-warning-text">
          It has not been copied yet. Once this is closed it cannot be shown again.
        </p>
      )}
    </Dialog>
  );
}
