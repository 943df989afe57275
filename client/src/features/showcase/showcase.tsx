'use client';
import { useEffect } from 'react';
import { Segmented } from '@/components/ui/field';
import { Boundary } from '@/components/ui/panel';
import { Toasts } from '@/components/ui/toasts';
import { setPreferences, startPreferences, usePreferences } from '@/lib/preferences';
import { ANSWERS } from './answers';
import { CONTROLS } from './controls';
import { FORMS } from './forms';
import { LISTS } from './lists';
import { OVERLAYS } from './overlays';
import { anchorOf, type Specimen } from './specimen';
import { TEXTS } from './texts';
import { WORDS } from './words';

const OWN: readonly Specimen[] = [...CONTROLS, ...LISTS, ...WORDS, ...TEXTS, ...ANSWERS, ...OVERLAYS, ...FORMS];

/** Every component in every state: to be looked at, by people and by tests. It asks nobody for anything. */
export function Showcase({ more }: { more: readonly Specimen[] }) {
  const specimens = [...OWN, ...more];
  const { theme, density } = usePreferences();
  useEffect(() => {
    startPreferences();
    document.title = 'Components · PurSight';
  }, []);
  return (
    <div className="mx-auto flex max-w-[1440px] items-start max-md:flex-col">
      <nav
        aria-label="Components"
        className="sticky top-0 max-h-dvh w-[212px] shrink-0 overflow-y-auto p-5 max-md:static max-md:w-full max-sm:p-3"
      >
        <ul className="flex flex-col max-md:flex-row max-md:flex-wrap max-md:gap-x-3">
          {specimens.map(({ name }) => (
            <li key={name}>
              <a href={`#${anchorOf(name)}`} className="inline-flex min-h-6 items-center text-fg-2 hover:text-fg hover:underline">
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <main id="content" className="flex w-full min-w-0 flex-1 flex-col gap-8 p-5 max-sm:p-3">
        <header className="flex flex-wrap items-center gap-3">
          <h1 className="mr-auto text-page">Components</h1>
          <Segmented
            label="Theme"
            value={theme}
            onChange={(next) => setPreferences({ theme: next })}
            options={[
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
              { value: 'system', label: 'System' },
            ]}
          />
          <Segmented
            label="Density"
            value={density}
            onChange={(next) => setPreferences({ density: next })}
            options={[
              { value: 'default', label: 'Default' },
              { value: 'compact', label: 'Compact' },
            ]}
          />
        </header>
        {specimens.map(({ name, States }) => (
          <section key={name} id={anchorOf(name)} aria-labelledby={`${anchorOf(name)}-name`} className="scroll-mt-5">
            <h2 id={`${anchorOf(name)}-name`} className="mb-3 border-b border-line pb-1.5 text-panel">
              {name}
            </h2>
            <div className="flex flex-wrap items-start gap-x-8 gap-y-5">
              <Boundary name={name}>
                <States />
              </Boundary>
            </div>
          </section>
        ))}
      </main>
      <Toasts />
    </div>
  );
}
