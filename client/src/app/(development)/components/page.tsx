import { headers } from 'next/headers';
import { notFound } from 'next/navigation';
import { ComponentsPage } from './components-page';

export default async function Page() {
  // Told by the client's server while developing and in tests; it strips it from what browsers send.
  if ((await headers()).get('x-shows-components') !== 'yes') notFound();
  return <ComponentsPage />;
}
