'use client';
import type { ReactNode } from 'react';
import { DropdownMenu as Radix, Popover as RadixPopover } from 'radix-ui';
import { cn } from '@/lib/class-names';

const SURFACE = 'rise-in z-50 rounded-panel border border-line-strong bg-raised shadow-raised';

/** `trigger`: a button. */
export const Menu = ({ trigger, children, align = 'end' }: { trigger: ReactNode; children: ReactNode; align?: 'start' | 'end' }) => (
  <Radix.Root modal={false}>
    <Radix.Trigger asChild>{trigger}</Radix.Trigger>
    <Radix.Portal>
      <Radix.Content align={align} sideOffset={4} collisionPadding={8} className={cn(SURFACE, 'max-h-[70vh] min-w-44 overflow-y-auto p-1')}>
        {children}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
);

const ITEM =
  'flex min-h-7 w-full items-center gap-2 rounded-chip px-2 text-left outline-none data-highlighted:bg-hover data-disabled:text-fg-disabled coarse:min-h-11';

type ItemProps = { onSelect?: () => void; icon?: ReactNode; hint?: ReactNode; danger?: boolean; children: ReactNode };
export const MenuItem = ({ onSelect, icon, hint, danger = false, children }: ItemProps) => (
  <Radix.Item onSelect={onSelect} className={cn(ITEM, danger && 'text-error-text')}>
    {icon}
    <span className="min-w-0 flex-1 truncate">{children}</span>
    {hint && <span className="text-small text-fg-3">{hint}</span>}
  </Radix.Item>
);

type RadioProps<Value extends string> = {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: ReactNode }[];
};
export function MenuRadio<Value extends string>({ label, value, onChange, options }: RadioProps<Value>) {
  return (
    <>
      <Radix.Label className="px-2 pt-1.5 pb-0.5 text-small text-fg-3">{label}</Radix.Label>
      <Radix.RadioGroup value={value} onValueChange={(next) => onChange(next as Value)}>
        {options.map((option) => (
          <Radix.RadioItem key={option.value} value={option.value} className={ITEM} onSelect={(event) => event.preventDefault()}>
            <span className="flex size-3.5 items-center justify-center">
              <Radix.ItemIndicator>✓</Radix.ItemIndicator>
            </span>
            {option.label}
          </Radix.RadioItem>
        ))}
      </Radix.RadioGroup>
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
}) => (
  <Radix.CheckboxItem checked={checked} onCheckedChange={onChange} onSelect={(event) => event.preventDefault()} className={ITEM}>
    <span className="flex size-3.5 items-center justify-center">
      <Radix.ItemIndicator>✓</Radix.ItemIndicator>
    </span>
    <span className="min-w-0 flex-1 truncate">{children}</span>
  </Radix.CheckboxItem>
);

export const MenuLine = () => <Radix.Separator className="my-1 h-px bg-line" />;
export const MenuText = ({ children }: { children: ReactNode }) => <div className="px-2 py-1.5 text-small text-fg-3">{children}</div>;

type PopoverProps = {
  trigger: ReactNode;
  label: string;
  children: ReactNode;
  className?: string;
  align?: 'start' | 'end' | 'center';
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
};
export const Popover = ({ trigger, label, children, className, align = 'start', open, onOpenChange }: PopoverProps) => (
  <RadixPopover.Root open={open} onOpenChange={onOpenChange}>
    <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
    <RadixPopover.Portal>
      <RadixPopover.Content
        aria-label={label}
        align={align}
        sideOffset={4}
        collisionPadding={8}
        className={cn(SURFACE, 'max-h-[70vh] w-72 max-w-[calc(100vw-16px)] overflow-y-auto p-3', className)}
      >
        {children}
      </RadixPopover.Content>
    </RadixPopover.Portal>
  </RadixPopover.Root>
);
