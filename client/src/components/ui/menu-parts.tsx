'use client';
import type { ReactNode } from 'react';
import { DropdownMenu, Popover } from 'radix-ui';
import { cn } from '@/lib/class-names';
import { MenuParts, type MenuProps, type PopoverProps } from './menu';

const SURFACE = 'rise-in z-50 rounded-panel border border-line-strong bg-raised shadow-raised';

/** What `Menu` becomes once it is asked for. */
export const LoadedMenu = ({ trigger, children, align = 'end' }: MenuProps) => (
  <DropdownMenu.Root modal={false} defaultOpen>
    <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
    <DropdownMenu.Portal>
      <DropdownMenu.Content
        align={align}
        sideOffset={4}
        collisionPadding={8}
        className={cn(SURFACE, 'max-h-[70vh] min-w-44 overflow-y-auto p-1')}
      >
        <MenuParts value={DropdownMenu}>{children}</MenuParts>
      </DropdownMenu.Content>
    </DropdownMenu.Portal>
  </DropdownMenu.Root>
);

type LoadedPopoverProps = Omit<PopoverProps, 'open'> & { open: boolean; onOpenChange: (open: boolean) => void; children: ReactNode };

export const LoadedPopover = ({ trigger, label, children, className, align = 'start', open, onOpenChange }: LoadedPopoverProps) => (
  <Popover.Root open={open} onOpenChange={onOpenChange}>
    <Popover.Trigger asChild>{trigger}</Popover.Trigger>
    <Popover.Portal>
      <Popover.Content
        aria-label={label}
        align={align}
        sideOffset={4}
        collisionPadding={8}
        className={cn(SURFACE, 'max-h-[70vh] w-72 max-w-[calc(100vw-16px)] overflow-y-auto p-3', className)}
      >
        {children}
      </Popover.Content>
    </Popover.Portal>
  </Popover.Root>
);
