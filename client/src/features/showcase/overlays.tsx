'use client';
import { Copy, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { ConflictDialog, type ConflictField } from '@/components/conflict-dialog';
import { SiblingItems } from '@/components/crumb-menu';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Dialog } from '@/components/ui/dialog';
import { Menu, MenuCheck, MenuItem, MenuLine, MenuRadio, MenuText, Popover } from '@/components/ui/menu';
import { Panel } from '@/components/ui/panel';
import { Fact, Facts, SidePanel, SideSection } from '@/components/ui/side-panel';
import { State, type Specimen } from './specimen';

/** A button, and what it opens. */
function Opened({ name, children }: { name: string; children: (open: boolean, close: () => void) => ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <State name={name}>
      <Button onClick={() => setOpen(true)}>Open {name}</Button>
      {children(isOpen, () => setOpen(false))}
    </State>
  );
}

const ONE: readonly ConflictField[] = [
  { id: 'description', label: 'Description', theirs: 'Orders of all our shops', mine: 'Orders of the web shop' },
];
const SEVERAL: readonly ConflictField[] = [
  ...ONE,
  { id: 'name', label: 'Display name', theirs: '', mine: 'Orders', mode: 'value' },
  { id: 'tags', label: 'Tags', theirs: 'finance, daily', mine: 'finance', mode: 'value' },
];

const Conflicts = () =>
  Object.entries({ 'a conflict of one field': ONE, 'a conflict of several fields': SEVERAL }).map(([name, fields]) => (
    <Opened key={name} name={name}>
      {(open, close) => (
        <ConflictDialog open={open} by="Ada Lovelace" at="2026-11-22T18:00:00Z" fields={fields} onResolve={close} onKeepEditing={close} />
      )}
    </Opened>
  ));

const Confirms = () => (
  <>
    <Opened name="a question">
      {(open, close) => (
        <ConfirmDialog open={open} title="Retire “No owner in staging”?" action="Retire policy" onConfirm={close} onClose={close}>
          Its 212 open violations are resolved. It stays readable.
        </ConfirmDialog>
      )}
    </Opened>
    <Opened name="one with a name to type">
      {(open, close) => (
        <ConfirmDialog open={open} title="Remove crm-replica?" action="Remove source" typed="crm-replica" onConfirm={close} onClose={close}>
          1,284 assets and 17 scans go with it. This cannot be undone.
        </ConfirmDialog>
      )}
    </Opened>
  </>
);

const ITEMS = ['crm', 'sales', 'staging'].map((id) => ({ id, name: id, kind: 'SCHEMA', href: `/assets/${id}` }));
const SIBLINGS: Record<string, Pick<Parameters<typeof SiblingItems>[0], 'items' | 'error' | 'total'>> = {
  'siblings of a crumb': { items: ITEMS, total: 212 },
  'siblings on their way': { items: undefined, total: null },
  'siblings that do not come': { items: undefined, total: null, error: new Error('fetch failed') },
  'siblings of an only one': { items: ITEMS.slice(1, 2), total: 1 },
};

function Menus() {
  const [order, setOrder] = useState<'name' | 'changed'>('name');
  const [isOn, setOn] = useState(true);
  return (
    <>
      <State name="menu">
        <Menu align="start" trigger={<Button>Open the menu</Button>}>
          <MenuText>Shown as of now</MenuText>
          <MenuItem icon={<Copy className="size-3.5" strokeWidth={1.6} />} hint="C">
            Copy qualified name
          </MenuItem>
          <MenuCheck checked={isOn} onChange={setOn}>
            Also removed columns
          </MenuCheck>
          <MenuRadio
            label="Order"
            value={order}
            onChange={setOrder}
            options={[
              { value: 'name', label: 'By name' },
              { value: 'changed', label: 'Last changed' },
            ]}
          />
          <MenuLine />
          <MenuItem danger icon={<Trash2 className="size-3.5" strokeWidth={1.6} />}>
            Remove source…
          </MenuItem>
        </Menu>
      </State>
      {Object.entries(SIBLINGS).map(([name, state]) => (
        <State key={name} name={name}>
          <Menu align="start" trigger={<Button>Open the {name}</Button>}>
            <SiblingItems currentId="sales" moreHref="/search?view=browse" onRetry={() => {}} {...state} />
          </Menu>
        </State>
      ))}
      <State name="popover">
        <Popover label="Why EMAIL" trigger={<Button>Open the popover</Button>}>
          Names and values say so. No value is stored.
        </Popover>
      </State>
      <Opened name="a dialog">
        {(open, close) => (
          <Dialog
            open={open}
            onClose={close}
            title="Waive 3 violations"
            description="They stay listed, and count no longer."
            footer={
              <>
                <Button onClick={close}>Cancel</Button>
                <Button variant="primary" onClick={close}>
                  Waive
                </Button>
              </>
            }
          >
            Until when, and why.
          </Dialog>
        )}
      </Opened>
      <Opened name="a sheet">
        {(open, close) => (
          <Dialog open={open} onClose={close} as="sheet" title="Edit orders" footer={<Button variant="primary">Save</Button>}>
            It is as high as the page.
          </Dialog>
        )}
      </Opened>
    </>
  );
}

const Panels = () => (
  <>
    <State name="panel" className="w-80 max-w-full *:w-full">
      <Panel name="Owners" title="Owners" count={3} actions={<Button size="small">Edit</Button>}>
        <p className="p-3">Payments team and 2 more</p>
      </Panel>
    </State>
    <State name="details beside a list" boxed className="max-w-[322px]">
      <SidePanel
        label="Details of orders"
        className="w-full border-l-0"
        head={<h3 className="text-panel">orders</h3>}
        footer={<Button>Open</Button>}
      >
        <SideSection title="Facts">
          <Facts>
            <Fact name="Rows">about 1.8 million</Fact>
            <Fact name="Source">shop</Fact>
            <Fact name="State">
              <Badge tone="ok">Live</Badge>
            </Fact>
          </Facts>
        </SideSection>
      </SidePanel>
    </State>
  </>
);

export const OVERLAYS: readonly Specimen[] = [
  { name: 'Conflict dialog', States: Conflicts },
  { name: 'Confirm dialog', States: Confirms },
  { name: 'Popover, menu, sheet', States: Menus },
  { name: 'Panel', States: Panels },
];
