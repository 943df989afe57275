'use client';
import { Plug, RefreshCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Combobox, type Picked } from '@/components/pickers/combobox';
import { ChipsInput } from '@/components/schema-form';
import { FilterChip } from '@/components/ui/badge';
import { Button, ButtonLink, IconButton } from '@/components/ui/button';
import { CodeEditor } from '@/components/ui/code-editor';
import { Checkbox, Field, Segmented, Select, Textarea } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Tabs } from '@/components/ui/tabs';
import { State, type Specimen } from './specimen';

const icon = <Plug className="size-3.5" strokeWidth={1.6} />;
const LOOKS = ['primary', 'default', 'quiet', 'danger', 'confirm'] as const;
const WORDS = {
  primary: 'Register source',
  default: 'Test connection',
  quiet: 'Clear',
  danger: 'Remove source…',
  confirm: 'Remove source',
};

const Buttons = () => (
  <>
    {LOOKS.map((variant) => (
      <State key={variant} name={variant}>
        <Button variant={variant}>{WORDS[variant]}</Button>
        <Button variant={variant} icon={icon}>
          {WORDS[variant]}
        </Button>
        <Button variant={variant} size="small">
          Small
        </Button>
        <Button variant={variant} disabled title="The address is empty">
          Disabled
        </Button>
      </State>
    ))}
    <State name="busy" stays>
      <Button busy icon={icon}>
        Testing
      </Button>
      <Button variant="primary" busy>
        Publishing
      </Button>
      <Button size="small" busy>
        Loading
      </Button>
    </State>
    <State name="icon alone">
      <IconButton label="Load anew" icon={<RefreshCw className="size-4" strokeWidth={1.6} />} />
      <IconButton label="Load anew, small" size="small" icon={<RefreshCw className="size-3.5" strokeWidth={1.6} />} />
      <IconButton label="Remove" variant="danger" icon={<Trash2 className="size-4" strokeWidth={1.6} />} />
      <IconButton label="Not now" disabled icon={<RefreshCw className="size-4" strokeWidth={1.6} />} />
    </State>
    <State name="a link that looks like one">
      <ButtonLink href="#button">Open in lineage</ButtonLink>
      <ButtonLink href="#button" variant="primary">
        New policy
      </ButtonLink>
    </State>
  </>
);

function Inputs() {
  const [text, setText] = useState('Orders of the web shop');
  const [size, setSize] = useState('many');
  return (
    <div className="grid w-full max-w-[680px] grid-cols-2 gap-4 max-sm:grid-cols-1">
      <Field label="Rest" hint="What it is called in lists">
        {(control) => <Input {...control} placeholder="A placeholder" />}
      </Field>
      <Field label="Filled" property="displayName" required={false}>
        {(control) => <Input {...control} value={text} onChange={({ target }) => setText(target.value)} />}
      </Field>
      <Field label="Wrong" property="connectionUri" error="Has to be an address with its scheme, as in https://example.org.">
        {(control) => <Input {...control} value={text} onChange={({ target }) => setText(target.value)} />}
      </Field>
      <Field label="Disabled">{(control) => <Input {...control} value="Nobody may change this" disabled readOnly />}</Field>
      <Field label="Search">{(control) => <Input {...control} type="search" placeholder="Filter" />}</Field>
      <Field label="Select">
        {(control) => (
          <Select {...control} value={size} onChange={({ target }) => setSize(target.value)}>
            <option value="one">One at a time</option>
            <option value="many">Many at once</option>
          </Select>
        )}
      </Field>
      <Field label="Select, wrong" error="Choose one.">
        {(control) => (
          <Select {...control} value={size} onChange={({ target }) => setSize(target.value)}>
            <option value="one">One at a time</option>
            <option value="many">Many at once</option>
          </Select>
        )}
      </Field>
      <Field label="Select, disabled">
        {(control) => (
          <Select {...control} value="one" disabled>
            <option value="one">One at a time</option>
          </Select>
        )}
      </Field>
      <Field label="Several lines" className="col-span-full">
        {(control) => <Textarea {...control} value={text} onChange={({ target }) => setText(target.value)} />}
      </Field>
      <Field label="Code that is typed" className="col-span-full">
        {() => <CodeEditor label="Code that is typed" language="json" value={'{\n  "minimum": 1\n}'} lines={3} />}
      </Field>
    </div>
  );
}

function Checkboxes() {
  const [isChecked, setChecked] = useState(true);
  const [isOther, setOther] = useState(false);
  return (
    <>
      <State name="off">
        <Checkbox label="Also removed columns" checked={isOther} onChange={() => setOther(!isOther)} />
      </State>
      <State name="on">
        <Checkbox label="Also removed columns" checked={isChecked} onChange={() => setChecked(!isChecked)} />
      </State>
      <State name="some">
        <Checkbox label="All that are loaded" checked={isOther} indeterminate={!isOther} onChange={() => setOther(!isOther)} />
      </State>
      <State name="disabled">
        <Checkbox label="Off" checked={false} disabled readOnly />
        <Checkbox label="On" checked disabled readOnly />
      </State>
    </>
  );
}

function Segments() {
  const [view, setView] = useState<'graph' | 'table'>('graph');
  const [preset, setPreset] = useState('day');
  return (
    <>
      <State name="two">
        <Segmented
          label="View"
          value={view}
          onChange={setView}
          options={[
            { value: 'graph', label: 'Graph' },
            { value: 'table', label: 'Table' },
          ]}
        />
      </State>
      <State name="five, with none chosen">
        <Segmented
          label="Schedule"
          value={preset === 'day' ? '' : preset}
          onChange={setPreset}
          options={['By hand', 'Hourly', 'Daily', 'Weekly', 'Other'].map((label) => ({ value: label, label }))}
          className="max-sm:flex-wrap"
        />
      </State>
    </>
  );
}

const PEOPLE: Picked[] = ['Ada Lovelace', 'Payments team', 'Grace Hopper', 'Search team'].map((name) => ({ id: name, name }));

function Combo({ isLoading = false, error, start = [] }: { isLoading?: boolean; error?: Error; start?: Picked[] }) {
  const [value, setValue] = useState<readonly Picked[]>(start);
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const options = isLoading || error ? [] : PEOPLE.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
  return (
    <Combobox
      label="Owners"
      value={value}
      onChange={setValue}
      choices={{ text, onText: setText, isOpen, onOpen: setOpen, options, isLoading, error }}
      toItem={({ id, name }) => ({ id, name })}
      placeholder="Type a name"
    />
  );
}

const Comboboxes = () => (
  <>
    <State name="empty" className="w-64 *:w-full">
      <Combo />
    </State>
    <State name="some chosen" className="w-64 *:w-full">
      <Combo start={PEOPLE.slice(0, 2)} />
    </State>
    <State name="its choices on their way" className="w-64 *:w-full">
      <Combo isLoading />
    </State>
    <State name="its choices not to be had" className="w-64 *:w-full">
      <Combo error={new Error('The catalog does not answer.')} />
    </State>
  </>
);

function Chips() {
  const [words, setWords] = useState<readonly string[]>([
    'public',
    'sales',
    'a_schema_whose_name_is_very_long_and_does_not_fit_into_this_place',
  ]);
  const [none, setNone] = useState<readonly string[]>([]);
  return (
    <>
      <State name="words that are typed" className="w-80 max-w-full">
        <ChipsInput aria-label="Schemas" value={words} onChange={setWords} />
      </State>
      <State name="empty" className="w-80 max-w-full">
        <ChipsInput aria-label="Other schemas" value={none} onChange={setNone} suggestions={['public', 'sales']} />
      </State>
      <State name="wrong" className="w-80 max-w-full">
        <ChipsInput aria-label="Wrong schemas" aria-invalid value={words.slice(0, 1)} onChange={setWords} />
      </State>
      <State name="filters that apply">
        <FilterChip label="Kind: Table" onRemove={() => {}}>
          Kind: Table
        </FilterChip>
        <FilterChip label="Owner: Payments team" onRemove={() => {}}>
          Owner: Payments team
        </FilterChip>
      </State>
    </>
  );
}

const TAB_NAMES = ['Schema', 'Lineage', 'Violations', 'History', 'Definition', 'Activity', 'Queries', 'Samples'];

const TabStrip = () => (
  <State name="as many as do not fit on a phone" boxed className="border-0">
    <Tabs
      label="Parts of customers"
      current="Violations"
      tabs={TAB_NAMES.map((label, index) => ({ id: label, label, href: '#tabs', count: index === 2 ? 3 : undefined }))}
    />
  </State>
);

export const CONTROLS: readonly Specimen[] = [
  { name: 'Button', States: Buttons },
  { name: 'Input', States: Inputs },
  { name: 'Checkbox', States: Checkboxes },
  { name: 'Segmented', States: Segments },
  { name: 'Combobox', States: Comboboxes },
  { name: 'Chips', States: Chips },
  { name: 'Tabs', States: TabStrip },
];
