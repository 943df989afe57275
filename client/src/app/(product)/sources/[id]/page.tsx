import { SourcePage } from '@/features/sources/source-page';

export default async function SourceRoute({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <SourcePage key={id} id={id} />;
}
