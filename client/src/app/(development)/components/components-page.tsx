'use client';
import dynamic from 'next/dynamic';

/** In the browser alone, as everything behind the sign-in: times and numbers are as its reader writes them. */
export const ComponentsPage = dynamic(() => import('./all-components').then((module) => module.AllComponents), {
  ssr: false,
  loading: () => <div aria-busy="true" className="h-dvh" />,
});
