'use client';
import { Eye, EyeOff } from 'lucide-react';
import { useState, type ComponentProps } from 'react';
import { IconButton } from '../ui/button';
import { CodeEditor } from '../ui/code-editor';
import { Checkbox, Segmented, Select, Textarea } from '../ui/field';
import { Input } from '../ui/input';
import { ChipsInput } from './chips-input';
import { useForm } from './form-context';
import type { Choice, SchemaField } from './schema';

/** How the API shows a stored secret. */
const MASK = '***';
/** More are in a list that opens. */
const MOST_SEGMENTS = 5;

type FieldControl = { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true };
type Props = { field: SchemaField; control: FieldControl; value: unknown; onChange: (value: unknown) => void };

/** The control of a field that is one. */
export function Control(props: Props) {
  const { field, control, value, onChange } = props;
  const { isSecret, onBlur, suggestions } = useForm();
  const { shape, path, schema } = field;
  switch (shape.kind) {
    case 'choice':
      return <OneOf {...props} options={shape.options} />;
    case 'boolean':
      return (
        <div className="flex h-control items-center">
          <Checkbox {...control} aria-label={field.label} checked={value === true} onChange={({ target }) => onChange(target.checked)} />
        </div>
      );
    case 'number':
      return (
        <span className="flex items-center gap-2">
          <Input
            {...control}
            inputMode={shape.isWhole ? 'numeric' : 'decimal'}
            className="max-w-40"
            value={value === undefined || value === null ? '' : String(value)}
            onChange={({ target }) => onChange(numberOf(target.value))}
            onBlur={() => onBlur(path)}
          />
          {schema.unit && <span className="text-fg-3">{schema.unit}</span>}
        </span>
      );
    case 'chips':
      return (
        <ChipsInput
          {...control}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={(next) => (onBlur(path), onChange(next.length > 0 ? next : undefined))}
          options={shape.options}
          suggestions={suggestions[path]}
        />
      );
    case 'text':
      if (shape.input === 'password' || isSecret(path)) return <Secret {...props} />;
      if (shape.input === 'datetime-local') return <DateTime {...props} />;
      if (shape.isLong) return <Textarea {...control} className="font-mono" {...textProps(props, onBlur)} />;
      return <Input {...control} type={shape.input} {...textProps(props, onBlur)} />;
    default:
      return <Json {...props} />;
  }
}

function textProps({ field, value, onChange }: Props, onBlur: (path: string) => void) {
  return {
    value: typeof value === 'string' ? value : '',
    // An empty field gives nothing, as if it were not there.
    onChange: ({ target }: { target: { value: string } }) => onChange(target.value === '' ? undefined : target.value),
    onBlur: () => onBlur(field.path),
    autoComplete: 'off',
    spellCheck: false,
    placeholder: typeof field.schema.default === 'string' ? field.schema.default : undefined,
  } satisfies ComponentProps<'input'> & ComponentProps<'textarea'>;
}

/** What is no number stays as it was typed, and is told. */
function numberOf(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : text;
}

function OneOf({ field, control, value, onChange, options }: Props & { options: readonly Choice[] }) {
  const { onBlur } = useForm();
  const at = options.findIndex((option) => JSON.stringify(option.value) === JSON.stringify(value));
  if (options.length <= MOST_SEGMENTS) {
    return (
      <div {...control} role="group" aria-label={field.label} className="flex max-w-full overflow-x-auto">
        <Segmented
          label={field.label}
          value={String(at)}
          onChange={(index) => onChange(options[Number(index)]?.value)}
          options={[
            ...options.map(({ label }, index) => ({ value: String(index), label })),
            // Without it a choice that is not needed could not be taken back.
            ...(field.isRequired ? [] : [{ value: '-1', label: <span className="text-fg-3">Not set</span> }]),
          ]}
        />
      </div>
    );
  }
  return (
    <Select
      {...control}
      value={String(at)}
      onChange={({ target }) => onChange(options[Number(target.value)]?.value)}
      onBlur={() => onBlur(field.path)}
    >
      <option value="-1">{field.isRequired ? 'Choose one' : 'Not set'}</option>
      {options.map(({ label }, index) => (
        <option key={label} value={index}>
          {label}
        </option>
      ))}
    </Select>
  );
}

/** Never shows what is stored. Emptied again it keeps the stored one. */
function Secret({ field, control, value, onChange }: Props) {
  const { onBlur, kept } = useForm();
  const [isShown, setShown] = useState(false);
  // Only what is stored can be kept.
  const [isStored, setStored] = useState(false);
  if (kept && value === MASK && !isStored) setStored(true);
  const typed = typeof value === 'string' && value !== MASK ? value : '';
  const Icon = isShown ? EyeOff : Eye;
  return (
    <span className="relative block">
      <Input
        {...control}
        type={isShown ? 'text' : 'password'}
        autoComplete="new-password"
        className="w-full pr-8"
        value={typed}
        placeholder={isStored ? 'kept, type to replace' : undefined}
        onChange={({ target }) => onChange(target.value === '' ? (isStored ? MASK : undefined) : target.value)}
        onBlur={() => onBlur(field.path)}
      />
      {typed && (
        <span className="absolute inset-y-0 right-0.5 flex items-center">
          <IconButton
            size="small"
            label={isShown ? 'Hide what is typed' : 'Show what is typed'}
            icon={<Icon className="size-3.5" strokeWidth={1.6} />}
            onClick={() => setShown(!isShown)}
          />
        </span>
      )}
    </span>
  );
}

const pad = (part: number): string => String(part).padStart(2, '0');
/** In the zone of the browser, as such an input takes it. */
function localOf(value: unknown): string {
  const at = new Date(String(value ?? ''));
  if (Number.isNaN(at.getTime())) return '';
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

const DateTime = ({ control, value, onChange }: Props) => (
  <Input
    {...control}
    type="datetime-local"
    value={localOf(value)}
    onChange={({ target }) => onChange(target.value ? new Date(target.value).toISOString() : undefined)}
  />
);

/** What no form can be drawn for. While it is no JSON the last good value holds. */
function Json({ field, control, value, onChange }: Props) {
  const [text, setText] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)));
  const [isWrong, setWrong] = useState(false);
  const change = (next: string): void => {
    setText(next);
    try {
      onChange(next.trim() === '' ? undefined : (JSON.parse(next) as unknown));
      setWrong(false);
    } catch {
      setWrong(true);
    }
  };
  return (
    <>
      <CodeEditor
        label={field.label}
        language="json"
        value={text}
        onChange={change}
        aria-describedby={control['aria-describedby']}
        {...((isWrong || control['aria-invalid']) && { 'aria-invalid': true as const })}
      />
      {isWrong && <p className="text-small text-error-text">This is no JSON. The last good value holds until then.</p>}
    </>
  );
}
