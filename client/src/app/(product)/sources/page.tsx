import { Sources } from '@/features/sources/sources';

export default function SourcesRoute() {
  return <Sources />;
}
