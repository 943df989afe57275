'use client';
import { MenuCheck, MenuItem, MenuLine, MenuRadio, MenuText } from '@/components/ui/menu';
import { toast } from '@/components/ui/toast';
import { formatEnum } from '@/lib/format';
import { setPreferences, usePreferences } from '@/lib/preferences';
import { signOut, type SessionProblem } from '@/lib/session/session';
import { useViewer } from '@/lib/viewer';

const leave = (everywhere: boolean): void =>
  void signOut(everywhere).catch((error: SessionProblem) => toast({ title: 'You are still signed in', text: error.message, stays: true }));

export function UserMenuItems({ onKeys }: { onKeys: () => void }) {
  const { viewer } = useViewer();
  const { theme, density, singleKeys, zone } = usePreferences();
  const roles = viewer.roles.map(
    ({ role, sourceId, domainId }) => `${formatEnum(role)}${sourceId ? ' of a source' : domainId ? ' of a domain' : ''}`,
  );
  return (
    <>
      <MenuText>
        <bdi>{viewer.email}</bdi>
        <br />
        {[...new Set(roles)].join(', ') || 'No role'}
      </MenuText>
      <MenuLine />
      <MenuRadio
        label="Theme"
        value={theme}
        onChange={(next) => setPreferences({ theme: next })}
        options={[
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
          { value: 'system', label: 'As the system' },
        ]}
      />
      <MenuLine />
      <MenuCheck checked={density === 'compact'} onChange={(isOn) => setPreferences({ density: isOn ? 'compact' : 'default' })}>
        Compact rows
      </MenuCheck>
      <MenuCheck checked={zone === 'utc'} onChange={(isOn) => setPreferences({ zone: isOn ? 'utc' : 'browser' })}>
        Times in UTC
      </MenuCheck>
      <MenuCheck checked={singleKeys} onChange={(isOn) => setPreferences({ singleKeys: isOn })}>
        Single-key shortcuts
      </MenuCheck>
      <MenuItem onSelect={onKeys} hint="?">
        Keyboard map
      </MenuItem>
      <MenuLine />
      <MenuItem onSelect={() => leave(false)}>Sign out</MenuItem>
      <MenuItem onSelect={() => leave(true)}>Sign out everywhere</MenuItem>
    </>
  );
}
