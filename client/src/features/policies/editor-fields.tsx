'use client';
import { AssetFilterBuilder } from '@/components/asset-filter/asset-filter';
import type { FilterField } from '@/components/asset-filter/fields';
import type { Names } from '@/components/asset-filter/words';
import { SchemaForm } from '@/components/schema-form/schema-form';
import { CodeBlock } from '@/components/ui/code-block';
import { Field, Segmented, Select, Textarea } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { SeverityMark, SEVERITIES } from '@/components/ui/severity';
import { formatEnum } from '@/lib/format';
import type { PolicyForm } from './editor-form';
import { paramsSchemaOf, type RuleType } from './params-schema';

/** By the path within the input: `name`, `params.labels`, `scope.kinds`. */
export type FieldErrors = Readonly<Record<string, string>>;

type Props = {
  form: PolicyForm;
  onChange: (part: Partial<PolicyForm>) => void;
  ruleTypes: readonly RuleType[];
  labels: readonly string[] | null;
  isNew: boolean;
  names: Names;
  errors: FieldErrors;
  scopeErrors: Partial<Record<FilterField, string>>;
};

const LEVELS = SEVERITIES.toReversed().map((severity) => ({
  value: severity,
  label: (
    <>
      <SeverityMark severity={severity} aria-hidden />
      {formatEnum(severity)}
    </>
  ),
}));

export function EditorFields({ form, onChange, ruleTypes, labels, isNew, names, errors, scopeErrors }: Props) {
  const ruleType = ruleTypes.find(({ name }) => name === form.ruleType);
  const paramErrors = Object.fromEntries(
    Object.entries(errors)
      .filter(([path]) => path.startsWith('params.'))
      .map(([path, text]) => [path.slice('params.'.length), text]),
  );
  return (
    <div className="flex max-w-[680px] flex-col gap-5">
      <div className="flex flex-wrap gap-x-4 gap-y-3">
        <div className="min-w-56 flex-1">
          <Field label="Name" error={errors.name} required>
            {(control) => (
              <Input {...control} value={form.name} maxLength={200} onChange={(event) => onChange({ name: event.target.value })} />
            )}
          </Field>
        </div>
        <div className="flex flex-col gap-1">
          <span aria-hidden className="font-medium">
            Severity
          </span>
          <Segmented
            label="Severity"
            value={form.severity}
            onChange={(severity) => onChange({ severity })}
            options={LEVELS}
            className="max-sm:grid max-sm:grid-cols-2"
          />
        </div>
      </div>
      <Field label="Description" required={false} error={errors.description} hint="Markdown: emphasis, code, lists and links.">
        {(control) => (
          <Textarea {...control} value={form.description} onChange={(event) => onChange({ description: event.target.value })} />
        )}
      </Field>

      <section aria-label="Rule" className="flex flex-col gap-3 border-t border-line pt-4">
        <h2 className="font-semibold">
          Rule <span className="ml-1 font-normal text-fg-3">what is checked</span>
        </h2>
        <Field label="Rule type" error={errors.ruleType} hint={ruleType?.description} required>
          {(control) =>
            isNew ? (
              <Select
                {...control}
                className="max-w-72 font-mono"
                value={form.ruleType}
                onChange={(event) => onChange({ ruleType: event.target.value, params: {} })}
              >
                {ruleTypes.map(({ name }) => (
                  <option key={name}>{name}</option>
                ))}
              </Select>
            ) : (
              // A policy of another rule would be another policy.
              <output {...{ id: control.id }} className="font-mono">
                {form.ruleType}
              </output>
            )
          }
        </Field>
        {ruleType ? (
          <SchemaForm
            key={form.ruleType}
            schema={paramsSchemaOf(ruleType, labels)}
            value={form.params}
            onChange={(params) => onChange({ params: params as PolicyForm['params'] })}
            errors={paramErrors}
          />
        ) : (
          <>
            <p className="text-fg-2">This version of PurSight does not know the rule type. Its parameters stay as they are.</p>
            <CodeBlock label="Parameters" language="json" code={JSON.stringify(form.params, null, 2)} />
          </>
        )}
      </section>

      <section aria-label="Scope" className="flex flex-col gap-1 border-t border-line pt-4">
        <h2 className="font-semibold">
          Scope <span className="ml-1 font-normal text-fg-3">which assets, all conditions must hold</span>
        </h2>
        <AssetFilterBuilder
          value={form.scope}
          onChange={(scope) => onChange({ scope })}
          names={names}
          errors={scopeErrors}
          leftOut="It is left out of the preview"
        />
        {errors.scope && (
          <p role="alert" className="text-small text-error-text">
            {errors.scope}
          </p>
        )}
      </section>
    </div>
  );
}
