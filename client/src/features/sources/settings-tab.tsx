'use client';
import { useRouter } from 'next/navigation';
import { useRef, useState, type FormEvent } from 'react';
import { useMutation, type CombinedError } from 'urql';
import { Plug } from 'lucide-react';
import { OwnerPicker, type PickedOwner } from '@/components/pickers/owner-picker';
import { SchemaForm, validate } from '@/components/schema-form';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Field, Textarea } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { ownerName } from '@/components/ui/people';
import { SidePanel } from '@/components/ui/side-panel';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import { errorText } from '@/lib/errors';
import { focusInvalid } from '@/lib/focus';
import { formatCount } from '@/lib/format';
import { codeOf } from '@/lib/graphql/client';
import { useKeys } from '@/lib/keys';
import { secretNames } from './secrets';
import type { SourceData } from './source-page';
import { TestPanel } from './test-panel';
import { fieldErrors, useSourceTest } from './use-source-test';

const SETTINGS_TAB_SAVE = graphql(`
  mutation SettingsTabSave($input: UpdateSourceInput!) {
    updateSource(input: $input) {
      source {
        id
        name
        namespace
        description
        config
        version
        owners {
          role
          user {
            id
            name
          }
          team {
            id
            name
          }
        }
      }
    }
  }
`);
const SETTINGS_TAB_REMOVE = graphql(`
  mutation SettingsTabRemove($input: RemoveSourceInput!) {
    removeSource(input: $input) {
      source {
        id
      }
    }
  }
`);

type Form = { name: string; description: string; owners: readonly PickedOwner[]; config: unknown };

const ownersOf = (source: SourceData): PickedOwner[] =>
  source.owners.map((owner) => ({
    role: owner.role,
    name: ownerName(owner),
    ...(owner.user ? { userId: owner.user.id } : { teamId: owner.team?.id }),
  }));
const formOf = (source: SourceData): Form => ({
  name: source.name,
  description: source.description ?? '',
  owners: ownersOf(source),
  config: source.config ?? {},
});

/** A taken name and a taken database are conflicts of a field; any other one means that somebody saved first. */
function errorsOf(error: CombinedError | undefined): Readonly<Record<string, string>> {
  const { field } = (error?.graphQLErrors[0]?.extensions ?? {}) as { field?: string };
  if (codeOf(error) === 'CONFLICT' && field) return { [field === 'config' ? '' : field]: error!.graphQLErrors[0]!.message };
  return fieldErrors(error);
}

export function SettingsTab({ source, onReload }: { source: SourceData; onReload: () => void }) {
  const router = useRouter();
  const element = useRef<HTMLFormElement>(null);
  const [form, setForm] = useState<Form>(() => formOf(source));
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [isRemoving, setRemoving] = useState(false);
  const [{ error, fetching }, save] = useMutation(SETTINGS_TAB_SAVE);
  const [, remove] = useMutation(SETTINGS_TAB_REMOVE);
  const test = useSourceTest(form.config);
  const { connector } = source;
  const secrets = secretNames(connector.configSchema, connector.secretFields ?? []);
  const isChanged = JSON.stringify(form) !== JSON.stringify(formOf(source));
  const isOvertaken = codeOf(error) === 'CONFLICT' && Object.keys(errors).length === 0 && isChanged;
  const set = (part: Partial<Form>) => setForm({ ...form, ...part });
  useKeys({ 'mod+Enter': () => element.current?.requestSubmit() });

  const show = (found: Readonly<Record<string, string>>): void => {
    setErrors(found);
    focusInvalid(element.current);
  };
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const isConfigChanged = JSON.stringify(form.config) !== JSON.stringify(source.config);
    const wrong = isConfigChanged ? validate(connector.configSchema, form.config) : {};
    if (form.name.trim() === '') wrong.name = 'A name is needed.';
    if (Object.keys(wrong).length > 0) return show(wrong);
    const result = await save({
      input: {
        id: source.id,
        version: source.version,
        name: form.name.trim(),
        description: form.description.trim() || null,
        owners: form.owners.map(({ role, userId, teamId }) => ({ role, ...(userId ? { userId } : { teamId }) })),
        ...(isConfigChanged && { config: form.config }),
      },
    });
    if (result.error) {
      show(errorsOf(result.error));
      if (codeOf(result.error) === 'CONFLICT') onReload();
      return;
    }
    setErrors({});
    // Secrets that were typed go out of the page.
    setForm({ ...form, config: result.data?.updateSource?.source?.config ?? {} });
  }
  async function runTest(): Promise<void> {
    const wrong = validate(connector.configSchema, form.config);
    show(Object.keys(wrong).length > 0 ? wrong : await test.run({ id: source.id, config: form.config }));
  }
  async function confirmRemoval(): Promise<void> {
    const result = await remove({ input: { id: source.id } });
    if (result.error) toast({ title: 'The source was not removed', text: errorText(result.error), stays: true });
    else {
      router.push('/sources');
      toast({ title: `${source.name} was removed`, text: 'Its assets become tombstones and keep their history.' });
    }
  }

  return (
    <div className="flex min-h-0 flex-1 max-lg:flex-col max-lg:overflow-y-auto">
      <div className="min-w-0 flex-1 p-5 max-sm:p-3 lg:overflow-y-auto">
        <form ref={element} noValidate className="flex max-w-[680px] flex-col gap-4" onSubmit={(event) => void submit(event)}>
          <Field label="Name" property="name" error={errors.name}>
            {(control) => (
              <Input {...control} value={form.name} autoComplete="off" onChange={({ target }) => set({ name: target.value })} />
            )}
          </Field>
          <Field label="Description" property="description" required={false} error={errors.description}>
            {(control) => <Textarea {...control} value={form.description} onChange={({ target }) => set({ description: target.value })} />}
          </Field>
          <Field label="Owners" property="owners" required={false} error={errors.owners}>
            {(control) => <OwnerPicker {...control} value={form.owners} onChange={(owners) => set({ owners })} />}
          </Field>
          <h2 className="mt-2 border-t border-line pt-4 font-semibold">Connection</h2>
          <SchemaForm
            schema={connector.configSchema}
            value={form.config}
            onChange={(config) => set({ config })}
            errors={errors}
            secretFields={secrets}
            kept
          />
          <p className="text-small text-fg-3">A stored secret stands as *** and stays as it is while host, port and user do.</p>
          {errors[''] && (
            <p role="alert" className="text-error-text">
              {errors['']}
            </p>
          )}
          {isOvertaken && (
            <p role="alert" className="text-error-text">
              Someone saved this source first. What you typed is here; save again to put it in place of theirs.{' '}
              <button
                type="button"
                className="text-primary-text underline-offset-2 hover:underline"
                onClick={() => setForm(formOf(source))}
              >
                Use theirs
              </button>
            </p>
          )}
          {error && codeOf(error) !== 'CONFLICT' && Object.keys(errorsOf(error)).length === 0 && (
            <p role="alert" className="text-error-text">
              {errorText(error)}
            </p>
          )}
          <div className="flex flex-wrap items-center gap-2">
            <Button type="submit" variant="primary" busy={fetching}>
              Save
            </Button>
            <Button icon={<Plug className="size-3.5" strokeWidth={1.6} />} busy={test.isRunning} onClick={() => void runTest()}>
              {test.isRunning ? 'Testing' : 'Test connection'}
            </Button>
            {isChanged && (
              <Button variant="quiet" onClick={() => (setForm(formOf(source)), setErrors({}))}>
                Discard
              </Button>
            )}
          </div>
        </form>
        <section aria-label="Remove this source" className="mt-8 flex max-w-[680px] flex-col items-start gap-2 border-t border-line pt-4">
          <h2 className="font-semibold">Remove this source</h2>
          <p className="text-fg-2">
            Nothing of it is scanned any more. Its {formatCount(source.assetCount)} assets become tombstones, with their history kept.
          </p>
          <Button variant="danger" onClick={() => setRemoving(true)}>
            Remove source…
          </Button>
        </section>
      </div>
      <SidePanel label="Test of the connection" className="max-lg:w-full max-lg:border-t max-lg:border-l-0">
        <TestPanel test={test} config={form.config} />
      </SidePanel>
      <ConfirmDialog
        open={isRemoving}
        title={`Remove ${source.name}?`}
        action="Remove source"
        typed={source.name}
        onConfirm={confirmRemoval}
        onClose={() => setRemoving(false)}
      >
        Its {formatCount(source.assetCount)} assets become tombstones. A run that is going on is cancelled. A source of the same system that
        is registered again brings them back.
      </ConfirmDialog>
    </div>
  );
}
