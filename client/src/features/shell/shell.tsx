'use client';
import { Menu as MenuIcon, PanelLeftOpen } from 'lucide-react';
import dynamic from 'next/dynamic';
import { usePathname, useRouter } from 'next/navigation';
import { useState, type ReactNode } from 'react';
import { ShellSlots } from '@/components/page';
import { IconButton } from '@/components/ui/button';
import { cn } from '@/lib/class-names';
import { useKeys } from '@/lib/keys';
import { Navigation, GO } from './navigation';

const KeyMapDialog = dynamic(() => import('./key-map').then((module) => module.KeyMapDialog), { ssr: false });

/** The frame: navigation at the left (icons from 1024 px, a drawer below), and what each page's top bar shows. */
export function Shell({ search, bell, children }: { search: ReactNode; bell: ReactNode; children: ReactNode }) {
  const router = useRouter();
  const path = usePathname();
  /** The page over which the drawer was opened: on another one it is closed. */
  const [openOn, setOpenOn] = useState<string | null>(null);
  const isOpen = openOn === path;
  const setOpen = (open: boolean) => setOpenOn(open ? path : null);
  const [isWide, setWide] = useState(false);
  const [showsKeys, setShowsKeys] = useState(false);
  useKeys({
    '?': () => setShowsKeys(true),
    ...Object.fromEntries(GO.map(({ key, href }) => [`g ${key}`, () => router.push(href)])),
  });
  useKeys({ Escape: () => setOpen(false) }, isOpen);

  const menu = (
    <>
      <IconButton
        label="Menu"
        aria-expanded={isOpen}
        className="md:hidden"
        icon={<MenuIcon className="size-4" strokeWidth={1.6} />}
        onClick={() => setOpen(!isOpen)}
      />
      <IconButton
        label={isWide ? 'Narrow the navigation' : 'Widen the navigation'}
        aria-expanded={isWide}
        className="max-md:hidden lg:hidden"
        icon={<PanelLeftOpen className={cn('size-4', isWide && 'rotate-180')} strokeWidth={1.6} />}
        onClick={() => setWide(!isWide)}
      />
    </>
  );
  return (
    <ShellSlots value={{ menu, search, bell }}>
      <div className="flex h-dvh overflow-hidden bg-surface">
        {['content', 'filters', 'details'].map((id) => (
          <a key={id} href={`#${id}`} className="skip-link">
            Go to the {id}
          </a>
        ))}
        <div className={cn('max-md:hidden', isWide ? 'w-[212px]' : 'w-[52px] lg:w-[212px]', 'shrink-0')}>
          <Navigation isIcons={!isWide} onKeys={() => setShowsKeys(true)} />
        </div>
        {isOpen && (
          <div className="md:hidden">
            <button
              type="button"
              aria-label="Close the menu"
              className="fade-in fixed inset-0 z-40 bg-[var(--backdrop)]"
              onClick={() => setOpen(false)}
            />
            <div className="rise-in fixed inset-y-0 left-0 z-50 w-[260px] shadow-raised">
              <Navigation isIcons={false} onKeys={() => setShowsKeys(true)} />
            </div>
          </div>
        )}
        {children}
      </div>
      {showsKeys && <KeyMapDialog open onClose={() => setShowsKeys(false)} />}
    </ShellSlots>
  );
}
