'use client';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../ui/button';
import { Field, Segmented } from '../ui/field';
import { SeverityMark } from '../ui/severity';
import { useForm } from './form-context';
import { Control } from './controls';
import { fieldOf, fieldsOf, isRecord, joinPath, withValue, type JsonSchema, type SchemaField } from './schema';
import { validate } from './validate';

/** `path`: of what was changed. */
export type OnChange = (value: unknown, path: string) => void;
type FieldProps = { field: SchemaField; value: unknown; onChange: OnChange };

type FieldsProps = { schema: JsonSchema; path: string; value: Record<string, unknown>; onChange: OnChange };

/** The properties of an object; short ones stand side by side where there is room. */
export function Fields({ schema, path, value, onChange }: FieldsProps) {
  return (
    <div className="@container">
      <div className="grid grid-cols-1 gap-x-4 gap-y-4 @[520px]:grid-cols-2">
        {fieldsOf(schema, path).map((field) => (
          <div key={field.path} className={isWide(field) ? 'col-span-full min-w-0' : 'min-w-0'}>
            <SchemaControl
              field={field}
              value={value[field.name]}
              onChange={(next, changed) => onChange(withValue(value, [field.name], next), changed)}
            />
          </div>
        ))}
      </div>
    </div>
  );
}

/** The longest text that fits into half a form: names and hosts do, addresses do not. */
const LONGEST_HALF = 255;

function isWide({ shape, schema, name }: SchemaField): boolean {
  if (shape.kind === 'text')
    return shape.isLong || (shape.input === 'text' && (schema.maxLength ?? 0) > LONGEST_HALF && name !== 'password');
  return !['number', 'boolean', 'choice', 'chips'].includes(shape.kind);
}

export function SchemaControl({ field, value, onChange }: FieldProps) {
  const { errorAt } = useForm();
  const { shape, path, schema } = field;
  switch (shape.kind) {
    case 'object':
      return (
        <Group field={field}>
          <Fields schema={schema} path={path} value={isRecord(value) ? value : {}} onChange={onChange} />
        </Group>
      );
    case 'list':
      return <List field={field} item={shape.item} value={value} onChange={onChange} />;
    case 'variants':
      return <Variants field={field} variants={shape.variants} value={value} onChange={onChange} />;
    default:
      return (
        <Field
          label={field.label}
          property={field.name || undefined}
          hint={field.hint}
          error={errorAt(path) ?? firstWithin(field, value, errorAt)}
          required={field.isOptional ? false : undefined}
        >
          {(control) => <Control field={field} control={control} value={value} onChange={(next) => onChange(next, path)} />}
        </Field>
      );
  }
}

/** A list of words has one control: what is wrong with one of them is told there. */
function firstWithin({ shape, path }: SchemaField, value: unknown, errorAt: (path: string) => string | undefined): string | undefined {
  if (shape.kind !== 'chips' || !Array.isArray(value)) return undefined;
  for (const [index, word] of value.entries()) {
    const error = errorAt(joinPath(path, index));
    if (error) return `${String(word)}: ${error}`;
  }
  return undefined;
}

function Group({ field, children }: { field: SchemaField; children: React.ReactNode }) {
  const { errorAt } = useForm();
  return (
    <fieldset className="flex min-w-0 flex-col gap-3 rounded-control border border-line p-3">
      <legend className="flex items-baseline gap-2 px-1 font-medium">
        {field.label}
        {field.name && <code className="text-micro font-normal text-fg-3">{field.name}</code>}
      </legend>
      {field.hint && <p className="text-small text-fg-3">{field.hint}</p>}
      {children}
      <Problem text={errorAt(field.path)} />
    </fieldset>
  );
}

/** What is wrong with several fields as a whole. */
const Problem = ({ text }: { text: string | undefined }) =>
  text && (
    <p role="alert" className="flex items-start gap-1.5 text-small text-error-text">
      <SeverityMark severity="ERROR" className="mt-px" aria-hidden />
      <span className="min-w-0 break-words">{text}</span>
    </p>
  );

function List({ field, item, value, onChange }: FieldProps & { item: JsonSchema }) {
  const { path } = field;
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return (
    <Group field={field}>
      {list.map((each, index) => (
        // Things of a list have no name: their place is what they are.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className="flex items-start gap-2 border-b border-line pb-3">
          <div className="min-w-0 flex-1">
            <Fields
              schema={item}
              path={joinPath(path, index)}
              value={isRecord(each) ? each : {}}
              onChange={(next, changed) =>
                onChange(
                  list.map((other, at) => (at === index ? next : other)),
                  changed,
                )
              }
            />
          </div>
          <IconButton
            label={`Remove number ${index + 1}`}
            icon={<X className="size-3.5" strokeWidth={1.6} />}
            onClick={() => onChange(list.toSpliced(index, 1), path)}
          />
        </div>
      ))}
      <div>
        <Button size="small" icon={<Plus className="size-3" strokeWidth={1.6} />} onClick={() => onChange([...list, {}], path)}>
          {item.title ? `Add ${item.title.toLowerCase()}` : 'Add one'}
        </Button>
      </div>
    </Group>
  );
}

/** A choice of forms. What was filled into one stays while another is looked at. */
function Variants({ field, variants, value, onChange }: FieldProps & { variants: readonly { label: string; schema: JsonSchema }[] }) {
  const { errorAt } = useForm();
  const [chosen, setChosen] = useState<number | null>(null);
  const [kept, setKept] = useState<Readonly<Record<number, unknown>>>({});
  const fitting = variants.findIndex(({ schema }) => Object.keys(validate(schema, value)).length === 0);
  const nearest = variants.findIndex(
    ({ schema }) => schema.type === 'object' && isRecord(value) && Object.keys(value).some((name) => name in (schema.properties ?? {})),
  );
  const at = chosen ?? (fitting >= 0 ? fitting : Math.max(0, nearest));
  const inner = fieldOf(variants[at]!.schema, '', field.path, true);
  const choose = (index: number): void => {
    setKept({ ...kept, [at]: value });
    setChosen(index);
    onChange(kept[index] ?? (inner.shape.kind === 'object' ? {} : undefined), field.path);
  };
  return (
    <div className="flex flex-col items-start gap-3">
      <div className="flex max-w-full flex-col items-start gap-1">
        <p className="flex items-baseline gap-2 font-medium">
          {field.label}
          {field.name && <code className="text-micro font-normal text-fg-3">{field.name}</code>}
          {field.isOptional && <span className="text-small font-normal text-fg-3">optional</span>}
        </p>
        <div className="-m-px flex max-w-full overflow-x-auto p-px">
          <Segmented
            label={field.label}
            value={String(at)}
            onChange={(index) => choose(Number(index))}
            options={variants.map(({ label }, index) => ({ value: String(index), label }))}
          />
        </div>
        {field.hint && <p className="text-small text-fg-3">{field.hint}</p>}
        <Problem text={errorAt(field.path)} />
      </div>
      <div className="w-full">
        {inner.shape.kind === 'object' ? (
          <Fields schema={inner.schema} path={field.path} value={isRecord(value) ? value : {}} onChange={onChange} />
        ) : (
          <SchemaControl field={{ ...inner, label: inner.schema.title ?? field.label }} value={value} onChange={onChange} />
        )}
      </div>
    </div>
  );
}
