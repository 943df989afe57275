'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import type { FilterField } from '@/components/asset-filter/fields';
import { useFilterNames } from '@/components/asset-filter/use-names';
import { filterInWords } from '@/components/asset-filter/words';
import { ConflictDialog } from '@/components/conflict-dialog';
import { Page } from '@/components/page';
import { Button } from '@/components/ui/button';
import { Boundary } from '@/components/ui/panel';
import { ErrorPanel } from '@/components/ui/states';
import { StatusWord } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { toast } from '@/components/ui/toast';
import { describeError, type Told } from '@/lib/errors';
import { focusHeading, focusInvalid } from '@/lib/focus';
import { keep, readKept } from '@/lib/kept';
import { useKeys } from '@/lib/keys';
import { Compare, conflictFields } from './compare';
import { changedFields, inForce, newForm, pending, type FormField, type PolicyForm, type Stored } from './editor-form';
import { EditorFields, type FieldErrors } from './editor-fields';
import { problemsOf, type RuleType } from './params-schema';
import { PreviewPane } from './preview-pane';
import { PublishDialog } from './publish-dialog';
import { usePreview } from './use-preview';
import { isConflict, useSavePolicy, type Theirs } from './use-save-policy';

type Props = { policy: Stored | null; ruleTypes: readonly RuleType[]; labels: readonly string[] | null; startWith: string | null };

/** What was saved last: the edit is compared with it, and its version goes along with the next saving. */
type Base = { form: PolicyForm; version: number | null };
/** `version`: of the policy that the edit began from; null for a new one. */
type Kept = { form: PolicyForm; version: number | null };

export function Editor({ policy, ruleTypes, labels, startWith }: Props) {
  const router = useRouter();
  const { save, publish, theirs } = useSavePolicy();
  const id = policy?.id ?? null;
  const keptName = `policy.${id ?? 'new'}`;
  const [kept] = useState(() => readKept<Kept>(keptName));
  const [base, setBase] = useState<Base>(() => ({
    form: policy ? pending(policy) : newForm(ruleTypes.find(({ name }) => name === startWith)?.name ?? ruleTypes[0]?.name ?? ''),
    version: kept?.version ?? policy?.version ?? null,
  }));
  const [form, setForm] = useState<PolicyForm>(() => kept?.form ?? base.form);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<Told | null>(null);
  const [busy, setBusy] = useState<'save' | 'publish' | null>(null);
  const [savedAt, setSavedAt] = useState<Date | null>(null);
  const [isPublishing, setPublishing] = useState(false);
  const [compares, setCompares] = useState(false);
  const [conflict, setConflict] = useState<Theirs | null>(null);

  const ruleType = ruleTypes.find(({ name }) => name === form.ruleType);
  const problems = problemsOf(ruleType, form.params);
  const hasProblems = Object.keys(problems).length > 0;
  const preview = usePreview(ruleType && !hasProblems ? form : null);
  const scopes = conflict ? [form.scope, pending(conflict.policy).scope] : policy ? [form.scope, inForce(policy).scope] : [form.scope];
  const names = useFilterNames(scopes);
  const scopeInWords = ({ scope }: PolicyForm) => filterInWords(scope, names);

  const isDirty = changedFields(base.form, form).length > 0;
  const isPublished = policy?.status === 'PUBLISHED';
  const hasDraft = policy?.draft != null;
  useEffect(() => keep(keptName, isDirty ? { form, version: base.version } : null), [keptName, isDirty, form, base.version]);

  const change = (part: Partial<PolicyForm>) => {
    setForm((before) => ({ ...before, ...part }));
    setFailure(null);
    setErrors({});
  };

  /** The saved policy; undefined where it was refused, which then is on the page. */
  const store = async (what: PolicyForm, version: number | null): Promise<Stored | undefined> => {
    if (what.name.trim() === '') {
      setErrors({ name: 'A policy needs a name.' });
      focusInvalid(document);
      return undefined;
    }
    const answer = await save(what, id && version !== null ? { id, version } : null);
    if (answer.policy) {
      setBase({ form: pending(answer.policy), version: answer.policy.version });
      setForm(pending(answer.policy));
      setSavedAt(new Date());
      setErrors({});
      setFailure(null);
      keep(keptName, null);
      // The button that saved goes with what there was to save.
      requestAnimationFrame(focusHeading);
      return answer.policy;
    }
    await refused(answer.error);
    return undefined;
  };
  const refused = async (error: Parameters<typeof describeError>[0]): Promise<void> => {
    setPublishing(false);
    if (id && 'graphQLErrors' in error && isConflict(error as never)) {
      const found = await theirs(id);
      if (found) return setConflict(found);
    }
    const told = describeError(error, 'The policy');
    if (!told.field) return setFailure(told);
    setErrors({ [told.field]: told.text });
    focusInvalid(document);
  };

  const onSave = async () => {
    setBusy('save');
    const saved = await store(form, base.version);
    setBusy(null);
    if (saved && !id) router.replace(`/policies/${saved.id}/edit`);
  };
  const onPublish = async () => {
    setBusy('publish');
    const saved = isDirty || !policy ? await store(form, base.version) : { id: policy.id, version: base.version! };
    if (saved) {
      const answer = await publish({ id: saved.id, version: saved.version });
      if (answer.policy) return router.push(`/policies/${saved.id}`);
      // What is saved is a draft already, also where it cannot be published.
      if (!id) router.replace(`/policies/${saved.id}/edit`);
      await refused(answer.error);
    }
    setBusy(null);
  };
  const onDiscard = async () => {
    if (isDirty) {
      const typed = form;
      setForm(base.form);
      setErrors({});
      return toast({ title: 'What was not saved is discarded', action: { label: 'Undo', run: () => setForm(typed) } });
    }
    if (!policy || !hasDraft) return;
    const draft = base.form;
    setBusy('save');
    const saved = await store(inForce(policy), base.version);
    setBusy(null);
    if (saved) toast({ title: 'The draft is discarded', action: { label: 'Undo', run: () => setForm(draft) } });
  };
  const openPublish = () => {
    const wrong = {
      ...(form.name.trim() === '' && { name: 'A policy needs a name.' }),
      ...Object.fromEntries(Object.entries(problems).map(([path, text]) => [`params.${path}`, text])),
    };
    if (Object.keys(wrong).length > 0) {
      setErrors(wrong);
      return focusInvalid(document);
    }
    if (preview.isOld && !preview.isRunning) preview.run();
    setPublishing(true);
  };
  useKeys({ 'mod+Enter': preview.run }, !isPublishing && conflict === null);

  const mayPublish = isDirty || hasDraft || !isPublished;
  const actions = (
    <>
      <span role="status" className="text-small text-fg-3 max-md:hidden">
        {isDirty
          ? 'Not saved yet'
          : savedAt && (
              <>
                Draft saved <Time at={savedAt} as="clock" />
              </>
            )}
      </span>
      {(isDirty || hasDraft) && (
        <Button variant="quiet" onClick={() => void onDiscard()}>
          {isDirty ? 'Discard' : 'Discard draft'}
        </Button>
      )}
      {isDirty && (
        <Button busy={busy === 'save'} onClick={() => void onSave()}>
          Save draft
        </Button>
      )}
      {mayPublish && (
        <Button variant="primary" onClick={openPublish}>
          Publish…
        </Button>
      )}
    </>
  );
  return (
    <Page
      title={policy ? `Edit ${policy.name}` : 'New policy'}
      heading={policy ? 'Edit' : 'New policy'}
      crumbs={[{ label: 'Policies', href: '/policies' }, ...(policy ? [{ label: policy.name, href: `/policies/${policy.id}` }] : [])]}
      fills
      actions={<div className="flex items-center gap-2 max-sm:hidden">{actions}</div>}
    >
      <div className="flex min-h-0 flex-1 max-lg:flex-col max-lg:overflow-y-auto">
        <div className="flex min-w-0 flex-1 flex-col gap-4 p-5 *:shrink-0 max-lg:flex-none max-sm:p-3 lg:overflow-y-auto">
          {/* The bar of a small screen has no room for them. */}
          <div className="flex flex-wrap items-center gap-2 empty:hidden sm:hidden">{actions}</div>
          {policy && (
            <p className="flex flex-wrap items-center gap-x-4 gap-y-1">
              {isPublished && !hasDraft && !isDirty ? (
                <StatusWord status="PUBLISHED">Published, version {policy.version}</StatusWord>
              ) : (
                <StatusWord status={isPublished ? 'DRAFT' : policy.status === 'RETIRED' ? 'RETIRED' : 'DRAFT'}>
                  {policy.status === 'RETIRED' ? 'Retired' : 'Draft'}, version {policy.version}
                </StatusWord>
              )}
              {isPublished && (hasDraft || isDirty) && (
                <>
                  <span className="text-fg-3">another is in force</span>
                  <Button size="small" variant="quiet" aria-expanded={compares} onClick={() => setCompares(!compares)}>
                    {compares ? 'Hide the comparison' : 'Compare'}
                  </Button>
                </>
              )}
            </p>
          )}
          {policy && compares && (
            <div className="max-w-[920px] overflow-hidden rounded-panel border border-line">
              <Compare before={inForce(policy)} after={form} scopeInWords={scopeInWords} />
            </div>
          )}
          {kept && isDirty && <p className="text-small text-fg-2">What was typed here before and not saved is back.</p>}
          {failure && <ErrorPanel error={failure} className="rounded-panel border border-line" />}
          <EditorFields
            form={form}
            onChange={change}
            ruleTypes={ruleTypes}
            labels={labels}
            isNew={policy === null}
            names={names}
            errors={errors}
            scopeErrors={scopeErrorsOf(errors)}
          />
        </div>
        <Boundary name="Preview">
          <PreviewPane
            preview={preview}
            policyId={id}
            isPublished={isPublished}
            waitsFor={!ruleType ? 'This rule type cannot be previewed here.' : hasProblems ? 'It runs once the rule is filled in.' : null}
          />
        </Boundary>
      </div>
      <PublishDialog
        open={isPublishing}
        form={form}
        scope={scopeInWords(form)}
        preview={preview}
        isPublished={isPublished}
        isBusy={busy === 'publish'}
        onPublish={() => void onPublish()}
        onClose={() => setPublishing(false)}
      />
      {conflict && (
        <ConflictDialog
          open
          by={conflict.by}
          at={conflict.at}
          fields={conflictFields(pending(conflict.policy), form, scopeInWords)}
          isBusy={busy === 'save'}
          onKeepEditing={() => setConflict(null)}
          onResolve={(choices) => {
            const other = pending(conflict.policy);
            const merged = { ...other };
            for (const field of changedFields(other, form)) if (choices[field] === 'mine') take(merged, form, field);
            setConflict(null);
            setForm(merged);
            setBase({ form: other, version: conflict.policy.version });
            if (changedFields(other, merged).length > 0) void store(merged, conflict.policy.version);
          }}
        />
      )}
    </Page>
  );
}

const take = <Field extends FormField>(into: PolicyForm, from: PolicyForm, field: Field): void => {
  into[field] = from[field];
};

/** Of `scope.kinds.0` what is about the field `kinds`. */
const scopeErrorsOf = (errors: FieldErrors): Partial<Record<FilterField, string>> =>
  Object.fromEntries(
    Object.entries(errors)
      .filter(([path]) => path.startsWith('scope.'))
      .map(([path, text]) => [path.split('.')[1]!, text]),
  );
