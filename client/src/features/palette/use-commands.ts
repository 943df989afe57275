'use client';
import { usePathname } from 'next/navigation';
import { ADMIN, CATALOG, DEVELOP, MAIN } from '@/components/pages';
import { toast } from '@/components/ui/toast';
import { copyText } from '@/lib/copy-text';
import { clearSearches, listSearches } from '@/lib/recent-searches';
import { setPreferences, usePreferences } from '@/lib/preferences';
import { signOut, type SessionProblem } from '@/lib/session/session';
import { useViewer } from '@/lib/viewer';
import type { Entry } from './palette-groups';

type Commands = { pageActions: Entry[]; actions: Entry[]; pages: Entry[] };
const go = (name: string, href: string): Entry => ({ id: href, name, href });

/** What can be done here and anywhere; what the viewer may not do is not among it. */
export function useCommands(): Commands {
  const path = usePathname();
  const { viewer, isAdmin, mayStewardAll } = useViewer();
  const preferences = usePreferences();
  const assetId = /^\/(?:assets|lineage)\/([^/]+)/.exec(path)?.[1];
  const pageActions: Entry[] = [
    ...(assetId && path.startsWith('/assets/') ? [go('Lineage of this asset', `/lineage/${assetId}`)] : []),
    ...(assetId && path.startsWith('/lineage/') ? [go('Open the asset of this lineage', `/assets/${assetId}`)] : []),
    {
      id: 'copy-link',
      name: 'Copy the link of this page',
      run: () => void copyText(location.href).then(() => toast({ title: 'Link copied' })),
    },
  ];
  const actions: Entry[] = [
    go('Browse by source', '/search?view=browse'),
    go('Find assets without an owner', '/search?owner=none'),
    ...(isAdmin ? [go('Register a source', '/sources/new')] : []),
    ...(mayStewardAll ? [go('Create a policy', '/policies/new')] : []),
    go('Create an API token', '/tokens'),
    ...(['light', 'dark', 'system'] as const)
      .filter((theme) => theme !== preferences.theme)
      .map((theme) => ({
        id: `theme-${theme}`,
        name: theme === 'system' ? 'Theme as the system' : `Theme: ${theme}`,
        run: () => setPreferences({ theme }),
      })),
    {
      id: 'density',
      name: preferences.density === 'compact' ? 'Rows of default height' : 'Compact rows',
      run: () => setPreferences({ density: preferences.density === 'compact' ? 'default' : 'compact' }),
    },
    {
      id: 'zone',
      name: preferences.zone === 'utc' ? 'Times in this browser’s zone' : 'Times in UTC',
      run: () => setPreferences({ zone: preferences.zone === 'utc' ? 'browser' : 'utc' }),
    },
    ...(listSearches(viewer.id).length > 0
      ? [{ id: 'clear-searches', name: 'Clear recent searches', run: () => clearSearches(viewer.id) }]
      : []),
    {
      id: 'sign-out',
      name: 'Sign out',
      run: () =>
        void signOut(false).catch((error: SessionProblem) => toast({ title: 'You are still signed in', text: error.message, stays: true })),
    },
  ];
  const pages = [...MAIN, ...CATALOG, ...DEVELOP, ...(isAdmin ? ADMIN : [])].map(({ label, href, key }) => ({
    ...go(label, href),
    ...(key && { hint: `G ${key.toUpperCase()}` }),
  }));
  return { pageActions, actions, pages };
}
