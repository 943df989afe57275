'use client';
import dynamic from 'next/dynamic';
import { Menu } from '@/components/ui/menu';
import { Initials } from '@/components/ui/people';
import { cn } from '@/lib/class-names';
import { useViewer } from '@/lib/viewer';

const UserMenuItems = dynamic(() => import('./user-menu-items').then((module) => module.UserMenuItems), { ssr: false });

export function UserMenu({ labelClass, onKeys }: { labelClass: string; onKeys: () => void }) {
  const { viewer } = useViewer();
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className="flex h-8 w-full items-center gap-2.5 rounded-control px-2 text-left hover:bg-hover">
          <Initials name={viewer.name} className="-ml-0.5" />
          <bdi className={cn('truncate', labelClass)}>{viewer.name}</bdi>
          <span className="sr-only">: settings, sign out</span>
        </button>
      }
    >
      <UserMenuItems onKeys={onKeys} />
    </Menu>
  );
}
