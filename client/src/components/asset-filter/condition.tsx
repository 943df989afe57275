'use client';
import { Combobox, type ControlProps, type Picked } from '../pickers/combobox';
import { DomainPicker } from '../pickers/domain-picker';
import { LabelPicker } from '../pickers/label-picker';
import { matchByName } from '../pickers/match';
import { PersonPicker } from '../pickers/owner-picker';
import { SourcePicker } from '../pickers/source-picker';
import { TagPicker } from '../pickers/tag-picker';
import { useBox } from '../pickers/use-choices';
import { Segmented } from '../ui/field';
import { Input } from '../ui/input';
import { ASSET_KINDS, KindIcon } from '../ui/kind';
import { formatEnum } from '@/lib/format';
import type { FilterRow } from './rows';
import type { Names } from './words';

type Props = {
  row: FilterRow;
  names: Names;
  control: ControlProps & { label: string };
  /** `picked`: the names of what was chosen. */
  onChange: (values: string[], picked?: Names) => void;
};

/** The values of one condition, by the control that fits its field. */
export function Condition({ row: { field, values }, names, control, onChange }: Props) {
  const picker = {
    ...control,
    value: values.map((id): Picked => ({ id, name: names.get(id) ?? 'unknown' })),
    onChange: (items: Picked[]) =>
      onChange(
        items.map(({ id }) => id),
        new Map(items.filter(({ name }) => name !== 'unknown').map(({ id, name }) => [id, name])),
      ),
  };
  const words = { ...picker, value: values.map((name): Picked => ({ id: name, name })) };
  const { label, ...described } = control;
  switch (field) {
    case 'sourceIds':
      return <SourcePicker {...picker} />;
    case 'domainIds':
      return <DomainPicker {...picker} />;
    case 'ownerIds':
      return <PersonPicker {...picker} />;
    case 'tags':
      return <TagPicker {...words} />;
    case 'labels':
      return <LabelPicker {...words} />;
    case 'kinds':
      return <KindPicker {...words} />;
    case 'hasOwner':
    case 'hasDomain':
      return (
        <Segmented
          label={label}
          value={values[0] ?? ''}
          onChange={(value) => onChange([value])}
          options={[
            { value: 'true', label: 'Yes' },
            { value: 'false', label: 'No' },
          ]}
        />
      );
    case 'updatedAfter':
      return (
        <Input
          {...described}
          aria-label={label}
          type="datetime-local"
          className="max-w-60"
          value={localOf(values[0])}
          onChange={({ target: { value } }) => onChange(value ? [new Date(value).toISOString()] : [])}
        />
      );
    default:
      return (
        <Input
          {...described}
          aria-label={label}
          className="font-mono"
          spellCheck={false}
          value={values[0] ?? ''}
          onChange={(event) => onChange([event.target.value])}
        />
      );
  }
}

const KINDS = ASSET_KINDS.map((kind) => ({ id: kind, name: formatEnum(kind), icon: <KindIcon kind={kind} isNamed /> }));

function KindPicker({ value, ...props }: Omit<Parameters<typeof SourcePicker>[0], 'single'>) {
  const box = useBox();
  const items = value.map(({ id }) => ({ id, name: formatEnum(id) }));
  return (
    <Combobox
      placeholder="Choose kinds"
      {...props}
      value={items}
      choices={{ ...box, options: matchByName(KINDS, box.text), isLoading: false }}
      toItem={({ id, name }) => ({ id, name })}
    />
  );
}

/** As the browser's control wants it: the viewer's own time, to the minute. */
function localOf(iso: string | undefined): string {
  if (!iso) return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
