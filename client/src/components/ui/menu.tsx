'use client';
import { cloneElement, createContext, lazy, Suspense, useContext, useState, type ReactElement, type ReactNode } from 'react';
import type { DropdownMenu } from 'radix-ui';
import { cn } from '@/lib/class-names';

/** The script of menus and popovers comes with the first one that is opened: until then there is its button only. */
export const MenuParts = createContext<typeof DropdownMenu | null>(null);
function useParts() {
  const parts = useContext(MenuParts);
  if (!parts) throw new Error('These stand within a Menu');
  return parts;
}
const LoadedMenu = lazy(() => import('./menu-parts').then((module) => ({ default: module.LoadedMenu })));
const LoadedPopover = lazy(() => import('./menu-parts').then((module) => ({ default: module.LoadedPopover })));

type Trigger = ReactElement<{ onClick?: () => void; 'aria-haspopup'?: 'menu' | 'dialog'; 'aria-expanded'?: boolean }>;
/** `trigger`: a button. */
export type MenuProps = { trigger: Trigger; children: ReactNode; align?: 'start' | 'end' };

export function Menu(props: MenuProps) {
  const [isAsked, setAsked] = useState(false);
  const button = cloneElement(props.trigger, { 'aria-haspopup': 'menu', 'aria-expanded': false, onClick: () => setAsked(true) });
  if (!isAsked) return button;
  return (
    <Suspense fallback={button}>
      <LoadedMenu {...props} />
    </Suspense>
  );
}

/** What each of a menu's items looks like. */
export const MENU_ITEM =
  'flex min-h-7 w-full items-center gap-2 rounded-chip px-2 text-left outline-none data-highlighted:bg-hover data-disabled:text-fg-disabled coarse:min-h-11';

type ItemProps = { onSelect?: () => void; icon?: ReactNode; hint?: ReactNode; danger?: boolean; children: ReactNode };
export const MenuItem = ({ onSelect, icon, hint, danger = false, children }: ItemProps) => {
  const Parts = useParts();
  return (
    <Parts.Item onSelect={onSelect} className={cn(MENU_ITEM, danger && 'text-error-text')}>
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {hint && <span className="text-small text-fg-3">{hint}</span>}
    </Parts.Item>
  );
};

type RadioProps<Value extends string> = {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: ReactNode }[];
};
export function MenuRadio<Value extends string>({ label, value, onChange, options }: RadioProps<Value>) {
  const Parts = useParts();
  return (
    <>
      <Parts.Label className="px-2 pt-1.5 pb-0.5 text-small text-fg-3">{label}</Parts.Label>
      <Parts.RadioGroup value={value} onValueChange={(next) => onChange(next as Value)}>
        {options.map((option) => (
          <Parts.RadioItem key={option.value} value={option.value} className={MENU_ITEM} onSelect={(event) => event.preventDefault()}>
            <span className="flex size-3.5 items-center justify-center">
              <Parts.ItemIndicator>✓</Parts.ItemIndicator>
            </span>
            {option.label}
          </Parts.RadioItem>
        ))}
      </Parts.RadioGroup>
    </>
  );
}

export const MenuCheck = ({
  checked,
  onChange,
  children,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
}) => {
  const Parts = useParts();
  return (
    <Parts.CheckboxItem checked={checked} onCheckedChange={onChange} onSelect={(event) => event.preventDefault()} className={MENU_ITEM}>
      <span className="flex size-3.5 items-center justify-center">
        <Parts.ItemIndicator>✓</Parts.ItemIndicator>
      </span>
      <span className="min-w-0 flex-1 truncate">{children}</span>
    </Parts.CheckboxItem>
  );
};

export const MenuLine = () => {
  const Parts = useParts();
  return <Parts.Separator className="my-1 h-px bg-line" />;
};
export const MenuText = ({ children }: { children: ReactNode }) => <div className="px-2 py-1.5 text-small text-fg-3">{children}</div>;

export type PopoverProps = {
  trigger: Trigger;
  label: string;
  children: ReactNode;
  className?: string;
  align?: 'start' | 'end' | 'center';
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
};

/** `open`: who uses it says whether it is open; else it knows by itself. */
export function Popover({ open, onOpenChange, ...props }: PopoverProps) {
  const [isOwnOpen, setOwnOpen] = useState(false);
  const [wasOpened, setWasOpened] = useState(false);
  const isOpen = open ?? isOwnOpen;
  if (isOpen && !wasOpened) setWasOpened(true);
  const change = (next: boolean) => {
    setOwnOpen(next);
    onOpenChange?.(next);
  };
  const button = cloneElement(props.trigger, { 'aria-haspopup': 'dialog', 'aria-expanded': false, onClick: () => change(true) });
  if (!wasOpened) return button;
  return (
    <Suspense fallback={button}>
      <LoadedPopover {...props} open={isOpen} onOpenChange={change} />
    </Suspense>
  );
}
